/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/base/queue.h"

#include <stdlib.h>

#include "pipeline/base/mem.h"

void queue_init(struct queue *queue, size_t cap)
{
	*queue = (struct queue){ .cap = cap };
	queue->ring = mem_resize(NULL, cap, sizeof(*queue->ring));
}

/* The place `steps` (at most cap) behind the first. */
static size_t place(const struct queue *queue, size_t steps)
{
	size_t before_end = queue->cap - queue->first;

	return steps < before_end ? queue->first + steps : steps - before_end;
}

bool queue_push(struct queue *queue, void *element)
{
	if (queue->len == queue->cap)
		return false;
	queue->ring[place(queue, queue->len)] = element;
	queue->len++;
	return true;
}

void *queue_pop(struct queue *queue)
{
	void *oldest;

	if (queue->len == 0)
		return NULL;
	oldest = queue->ring[queue->first];
	queue->first = place(queue, 1);
	queue->len--;
	return oldest;
}

void queue_free(struct queue *queue)
{
	free(queue->ring);
	*queue = (struct queue){ 0 };
}
