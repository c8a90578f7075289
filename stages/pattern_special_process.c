/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that only run when something failed (formats.md section 12.5), one finding an image: a live one handles a fault
 * now, and where the log shows its command line that names the victim; a zombie is a fault that is past. Each process counts once,
 * be it known by a block, by a mention or by a row of !vm alone.
 */
#include "stages/finding.h"
#include "stages/special.h"
#include "stages/urgency.h"

/* So many live ones and so many victims are told by name. */
#define NAMED_MAX 20

struct special {
	name_id image;
	uint64_t live, zombies;
	const struct process *only; /* the live one that has a record, if it is one alone */
	const struct evidence *evidence;
};

/* Somebody to be named, by a finding that is made later. */
struct named {
	uint32_t special;
	struct party party;
};

struct search {
	const struct incident *incident;
	struct map by_image;
	VEC(struct special) specials;
	VEC(struct named) named;
};

/* The entry of an image, made if there is none yet; NULL for an image that is not special. */
static struct special *special_of(struct search *search, name_id image)
{
	const struct image_facts *facts = incident_image(search->incident, image);
	uint32_t *place;

	if (!facts->special)
		return NULL;
	place = map_place(&search->by_image, facts->key);
	if (*place == MAP_NONE) {
		*place = (uint32_t)search->specials.len;
		vec_push(&search->specials, ((struct special){ .image = image }));
	}
	search->specials.at[*place].image = image_richer(
		&search->incident->records.names, search->specials.at[*place].image, image);
	return &search->specials.at[*place];
}

static void add_named(struct search *search, const struct special *special, struct party party)
{
	vec_push(&search->named,
		 ((struct named){ (uint32_t)(special - search->specials.at), party }));
}

static void add_live(struct search *search, name_id image, uint64_t count, uint32_t pid,
		     const struct process *process, const struct evidence *evidence)
{
	struct special *special = special_of(search, image);

	if (!special)
		return;
	special->only = special->live == 0 ? process : NULL;
	special->live += count;
	if (!special->evidence)
		special->evidence = evidence;
	add_named(search, special,
		  (struct party){ .role = PARTY_LIVE,
				  .process = process ? process->address : 0,
				  .pid = pid,
				  .image = image });
}

static void count_processes(struct search *search)
{
	const struct records *records = &search->incident->records;

	vec_for_each(living, &search->incident->living)
		add_live(search, (*living)->image, 1, (*living)->pid, *living,
			 &(*living)->evidence);
	vec_for_each(found, &search->incident->vm_live) {
		const struct vm_row *row = &records->vm_rows.at[found->row];

		add_live(search, row->image, found->count, row->pid, NULL, &row->evidence);
	}
	vec_for_each(zombie, &search->incident->zombies_by_image) {
		struct special *special = special_of(search, zombie->image);

		if (special)
			special->zombies += zombie->count;
	}
}

/* An image without a live process is shown by the first of its zombies that has a block, else by its row. */
static void find_zombie_evidence(struct search *search)
{
	const struct records *records = &search->incident->records;

	vec_for_each(process, &records->processes) {
		struct special *special = special_of(search, process->image);

		if (special && !special->evidence && process->flags & PROCESS_ZOMBIE)
			special->evidence = &process->evidence;
	}
	vec_for_each(row, &records->vm_rows) {
		struct special *special = special_of(search, row->image);

		if (special && !special->evidence)
			special->evidence = &row->evidence;
	}
}

/* All processes of one PID. */
struct namesakes {
	const struct process *process; /* a live one, or any */
	uint32_t live, all;
};

/* Of the PIDs that command lines name, which are few. */
struct by_pid {
	struct map at;
	VEC(struct namesakes) list;
};

static void ask_for(struct by_pid *by_pid, uint32_t pid)
{
	uint32_t *place = map_place(&by_pid->at, pid);

	if (*place != MAP_NONE)
		return;
	*place = (uint32_t)by_pid->list.len;
	vec_push(&by_pid->list, ((struct namesakes){ .process = NULL }));
}

static void find_namesakes(struct by_pid *by_pid, const struct records *records)
{
	vec_for_each(line, &records->command_lines) {
		uint32_t pid = command_victim(names_text(&records->names, line->text));

		if (pid != PID_NONE)
			ask_for(by_pid, pid);
	}
	if (by_pid->list.len == 0)
		return;
	vec_for_each(process, &records->processes) {
		bool lives = !(process->flags & PROCESS_ZOMBIE);
		uint32_t at = process->pid == PID_NONE ? MAP_NONE
						       : map_get(&by_pid->at, process->pid);
		struct namesakes *same;

		if (at == MAP_NONE)
			continue;
		same = &by_pid->list.at[at];
		same->live += lives;
		if (lives || same->all == 0)
			same->process = process;
		same->all++;
	}
}

/* Who has this PID: a live one, or the only one; address and image stay open where there are several. */
static struct party victim_of(const struct by_pid *by_pid, uint32_t pid)
{
	uint32_t at = map_get(&by_pid->at, pid);
	const struct namesakes *same = at == MAP_NONE ? NULL : &by_pid->list.at[at];
	struct party party = { .role = PARTY_VICTIM, .pid = pid };

	if (same && (same->live == 1 || same->all == 1)) {
		party.process = same->process->address;
		party.image = same->process->image;
	}
	return party;
}

/* The entry that a command line speaks of: by its process, or by the image that it starts. */
static struct special *special_of_line(struct search *search, const struct command_line *line)
{
	const struct names *names = &search->incident->records.names;
	const struct process *process = incident_process(search->incident, line->process);
	struct slice image = process ? names_text(names, process->image)
				     : command_image(names_text(names, line->text));
	uint32_t at = image.len ? map_get(&search->by_image, image_key(image)) : MAP_NONE;

	return at == MAP_NONE ? NULL : &search->specials.at[at];
}

static void find_victims(struct search *search)
{
	const struct records *records = &search->incident->records;
	struct by_pid by_pid = { 0 };

	find_namesakes(&by_pid, records);
	vec_for_each(line, &records->command_lines) {
		uint32_t pid = command_victim(names_text(&records->names, line->text));
		struct special *special = special_of_line(search, line);
		struct party victim;

		if (pid == PID_NONE || !special || special->live == 0)
			continue;
		victim = victim_of(&by_pid, pid);
		victim.by = line->process   ? line->process
			    : special->only ? special->only->address
					    : 0;
		add_named(search, special, victim);
	}
	map_free(&by_pid.at);
	vec_free(&by_pid.list);
}

static int named_compare(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->special != y->special)
		return x->special < y->special ? -1 : 1;
	if (x->party.role != y->party.role)
		return x->party.role < y->party.role ? -1 : 1;
	if (x->party.process != y->party.process)
		return x->party.process < y->party.process ? -1 : 1;
	if (x->party.pid != y->party.pid)
		return x->party.pid < y->party.pid ? -1 : 1;
	return x->party.by < y->party.by ? -1 : x->party.by > y->party.by;
}

/* Parties of one entry from `at` on, each once; returns where those of the next begin. */
static size_t add_parties(const struct search *search, const struct sight *sight,
			  size_t at, uint32_t special)
{
	unsigned told[PARTY_ROLES] = { 0 };
	size_t first = at;

	for (; at < search->named.len && search->named.at[at].special == special; at++) {
		const struct named *named = &search->named.at[at];

		if (at > first && named_compare(named - 1, named) == 0)
			continue;
		if (told[named->party.role]++ < NAMED_MAX)
			sight_add_party(sight, named->party);
	}
	return at;
}

static struct finding finding_of(const struct special *special)
{
	struct finding finding = { FINDING_OF(special_process) };

	finding.image = special->image;
	finding.count = special->live + special->zombies;
	finding.zombies = special->zombies;
	finding.evidence = special->evidence;
	finding.urgency = special->live ? URGENCY_FAULT_NOW : URGENCY_FAULTS_PAST;
	if (special->only) {
		finding.process = special->only->address;
		finding.pid = special->only->pid;
	}
	return finding;
}

void pattern_special_process(const struct sight *sight)
{
	struct search search = { .incident = sight->incident };
	size_t at = 0;

	count_processes(&search);
	find_zombie_evidence(&search);
	find_victims(&search);
	if (search.named.len)
		qsort(search.named.at, search.named.len, sizeof(struct named), named_compare);
	for (uint32_t i = 0; i < search.specials.len; i++) {
		if (search.specials.at[i].live + search.specials.at[i].zombies == 0)
			continue;
		sight_add(sight, finding_of(&search.specials.at[i]));
		at = add_parties(&search, sight, at, i);
	}
	map_free(&search.by_image);
	vec_free(&search.specials);
	vec_free(&search.named);
}
