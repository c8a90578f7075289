/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports whose messages nobody picks up (formats.md section 12.6): !alpc /p shows a main or large queue that is not empty, or a
 * message stands on such a queue and names no server thread. One finding a port, definite when all threads registered with it
 * are known to be at something else. A queue alone is none when one of them is known to wait for work.
 */
#include "stages/finding.h"
#include "stages/urgency.h"

/* What is known of the messages on one port. */
struct queue {
	uint64_t port; /* 0 for a message whose port is not known: it stands for itself */
	uint64_t process, message;
	uint64_t messages; /* seen one by one, without server thread */
	uint64_t length;   /* of main and large queue, as !alpc /p prints them */
	const struct evidence *evidence;
	name_id image;
	uint32_t registered; /* NUMBER_NONE */
};

/* A thread that waits for a message of a queue, by the queue's place. */
struct queue_waiter {
	uint32_t queue;
	uint64_t thread;
};

struct queues {
	const struct incident *incident;
	struct map by_port;
	VEC(struct queue) at;
	VEC(struct queue_waiter) waiters;
};

static struct queue *queue_of(struct queues *queues, uint64_t port)
{
	uint32_t *place = port ? map_place(&queues->by_port, port) : NULL;

	if (!place || *place == MAP_NONE) {
		if (place)
			*place = (uint32_t)queues->at.len;
		vec_push(&queues->at,
			 ((struct queue){ .port = port, .registered = NUMBER_NONE }));
		return &queues->at.at[queues->at.len - 1];
	}
	return &queues->at.at[*place];
}

static uint64_t length(uint32_t number)
{
	return number == NUMBER_NONE ? 0 : number;
}

static void add_port(struct queues *queues, const struct port *port)
{
	uint64_t messages = length(port->main_queue) + length(port->large_queue);
	struct queue *queue;

	if (messages == 0)
		return;
	queue = queue_of(queues, port->address);
	queue->length = messages;
	queue->process = port->owner_process;
	queue->image = port->owner_image;
	queue->registered = port->registered_threads;
	queue->evidence = &port->evidence;
}

/* "ALPC_MSGQUEUE_MAIN", "ALPC_MSGQUEUE_LARGE": in a queue of the port, not picked up (formats.md section 5.1) */
static bool is_queued(struct slice queue_type)
{
	return slice_starts(queue_type, SLICE("ALPC_MSGQUEUE_MAIN")) ||
	       slice_starts(queue_type, SLICE("ALPC_MSGQUEUE_LARGE"));
}

static void add_message(struct queues *queues, const struct message *message)
{
	const struct names *names = &queues->incident->records.names;
	struct queue *queue;

	if (message->server_thread || is_lpc_message(message->address) ||
	    !is_queued(names_text(names, message->queue_type)))
		return;
	queue = queue_of(queues, message->queue_port);
	queue->messages++;
	if (queue->message == 0)
		queue->message = message->address;
	if (queue->process == 0)
		queue->process = message->owner_process;
	if (queue->image == 0)
		queue->image = message->owner_image;
	if (!queue->evidence)
		queue->evidence = &message->evidence;
	if (message->waiting_thread)
		vec_push(&queues->waiters,
			 ((struct queue_waiter){ (uint32_t)(queue - queues->at.at),
						 message->waiting_thread }));
}

enum service {
	SERVICE_UNKNOWN, /* of some registered thread the log does not tell what it waits for */
	SERVICE_IDLE, /* one waits for work */
	SERVICE_BUSY, /* none does */
};

/* What the threads registered with a port are at. */
static enum service service_of(const struct incident *incident, const struct queue *queue)
{
	size_t count;
	const struct port_thread *served =
		incident_port_threads(incident, queue->port, &count);
	uint32_t told = 0;

	for (size_t i = 0; i < count; i++) {
		const struct thread *thread = incident_thread(incident, served[i].thread);

		if (!thread || thread->state == THREAD_UNKNOWN ||
		    (thread_waits(thread) && thread->wait_reason == 0))
			continue;
		if (thread_waits_for_work(incident, thread))
			return SERVICE_IDLE;
		told++;
	}
	return queue->registered != NUMBER_NONE && told >= queue->registered
		       ? SERVICE_BUSY
		       : SERVICE_UNKNOWN;
}

static void report(const struct sight *sight, const struct queue *queue, uint64_t waiters)
{
	const struct process *process = incident_process(sight->incident, queue->process);
	enum service service = service_of(sight->incident, queue);
	struct finding finding = { FINDING_OF(blocked_queue) };

	if (service == SERVICE_IDLE && queue->messages == 0)
		return;
	finding.confidence = service == SERVICE_BUSY ? CONFIDENCE_DEFINITE
						     : CONFIDENCE_POTENTIAL;
	finding.port = queue->port;
	finding.message = queue->message;
	finding.count = queue->length > queue->messages ? queue->length : queue->messages;
	finding.process = queue->process;
	finding.pid = process ? process->pid : PID_NONE;
	finding.image = process && process->image ? process->image : queue->image;
	finding.threads = queue->registered;
	finding.waiters = waiters;
	finding.evidence = queue->evidence;
	finding.urgency = URGENCY_BLOCKED_QUEUE;
	sight_add(sight, finding);
}

static int waiter_compare(const void *a, const void *b)
{
	const struct queue_waiter *x = a, *y = b;

	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	return x->thread < y->thread ? -1 : x->thread > y->thread;
}

void pattern_blocked_queue(const struct sight *sight)
{
	const struct records *records = &sight->incident->records;
	struct queues queues = { .incident = sight->incident };
	size_t at = 0;

	vec_for_each(port, &records->ports)
		add_port(&queues, port);
	vec_for_each(message, &records->messages)
		add_message(&queues, message);
	if (queues.waiters.len)
		qsort(queues.waiters.at, queues.waiters.len, sizeof(struct queue_waiter),
		      waiter_compare);
	for (size_t i = 0; i < queues.at.len; i++) {
		uint64_t waiters = 0, last = 0;

		for (; at < queues.waiters.len && queues.waiters.at[at].queue == i; at++) {
			waiters += queues.waiters.at[at].thread != last;
			last = queues.waiters.at[at].thread;
		}
		report(sight, &queues.at.at[i], waiters);
	}
	map_free(&queues.by_port);
	vec_free(&queues.at);
	vec_free(&queues.waiters);
}
