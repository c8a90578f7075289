/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests: what a question over many incidents reads of each is what the incident itself says - its findings but wait chains and those
 * that hang on other incidents, and a count of every image. Incidents are made by hand, then at random; bytes are cut and flipped.
 */
#include "tests/unit/finding_fixture.h"

#include "pipeline/base/bytes.h"
#include "stages/digest.h"

static bool decode(struct digest *digest, const byte_vec *bytes)
{
	return digest_decode(digest, bytes->at, bytes->len);
}

/* ---- an incident with a finding of every pattern ---- */

static void tell_where(void)
{
	uint64_t offset = 100;

	vec_for_each(process, &incident.records.processes) {
		process->evidence = (struct evidence){ .offset = offset,
						       .length = 40,
						       .first_line = (uint32_t)offset,
						       .last_line = UINT32_MAX,
						       .source = 3 };
		offset += 1000;
	}
	vec_for_each(thread, &incident.records.threads) {
		thread->evidence.offset = offset++;
		thread->evidence.length = UINT32_MAX;
	}
}

static void add_box(uint32_t n, uint32_t process)
{
	add_frame(add_thread(n, process, "WrUserRequest"), "USER32!MessageBoxW");
}

static void add_all_patterns(void)
{
	add_siblings((const uint32_t[]){ 1, 12, 13, 12, 13 }, 5);
	add_process(6, "WerFault.exe", 9);
	add_process(7, "victim.exe", 20000);
	add_process(8, "once.exe", 9);
	add_zombie(9, "going.exe")->threads = 2;
	for (uint32_t i = 0; i < 5; i++)
		add_zombie(10 + i, "ONCE.EXE")->parent_pid = 28;
	add_zombie(20, "dwwin.exe");
	add_row(5000, "rowed.exe", 0, 1);
	vec_push(&incident.records.command_lines,
		 ((struct command_line){ .process = PROCESS_AT(6),
					 .text = name("WerFault.exe -u -p 28") }));
	vec_push(&incident.records.ports, ((struct port){ .address = 0x1000,
							  .owner_process = PROCESS_AT(7),
							  .main_queue = 3,
							  .large_queue = NUMBER_NONE,
							  .pending_queue = NUMBER_NONE,
							  .registered_threads = 1 }));
	add_box(1, 7);
	add_mutant(add_thread(2, 8, "UserRequest"), 1);
	add_mutant(add_thread(3, 8, "UserRequest"), 1);
	tell_where();
}

/* ---- comparing ---- */

static void assert_same_name(const struct digest *digest, name_id here, name_id there)
{
	assert_true(slice_equal(names_text(&digest->names, here),
				names_text(&incident.records.names, there)));
}

static void assert_same_parties(const struct digest *digest, const struct finding *here,
				const struct finding *there)
{
	assert_int_equal(here->parties, there->parties);
	for (uint32_t i = 0; i < here->parties; i++) {
		const struct party *a = &digest->findings.parties.at[here->first_party + i];
		const struct party *b = &findings.parties.at[there->first_party + i];

		assert_true(a->process == b->process && a->by == b->by);
		assert_true(a->count == b->count);
		assert_int_equal(a->pid, b->pid);
		assert_int_equal(a->role, b->role);
		assert_same_name(digest, a->image, b->image);
	}
}

static void assert_same_evidence(const struct evidence *here, const struct evidence *there)
{
	assert_true(here->offset == there->offset && here->length == there->length);
	assert_int_equal(here->first_line, there->first_line);
	assert_int_equal(here->last_line, there->last_line);
	assert_int_equal(here->source, there->source);
}

static void assert_same_finding(const struct digest *digest, const struct finding *here,
				const struct finding *there)
{
	assert_int_equal(here->pattern, there->pattern);
	assert_true(here->process == there->process && here->thread == there->thread);
	assert_true(here->port == there->port && here->message == there->message);
	assert_true(here->count == there->count && here->zombies == there->zombies);
	assert_true(here->waiters == there->waiters && here->sample == there->sample);
	assert_int_equal(here->pid, there->pid);
	assert_int_equal(here->threads, there->threads);
	assert_int_equal(here->expected, there->expected);
	assert_int_equal(here->spread, there->spread);
	assert_int_equal(here->confidence, there->confidence);
	assert_int_equal(here->detail, there->detail);
	assert_int_equal(here->basis, there->basis);
	assert_int_equal(here->urgency, there->urgency);
	assert_int_equal(here->expected_half, there->expected_half);
	assert_int_equal(here->storm, there->storm);
	assert_same_name(digest, here->image, there->image);
	/* What only wait chains have is nobody else's, so that nothing is lost. */
	assert_true(there->fan_in == 0 && there->wait_ms == MS_NONE);
	assert_true(here->fan_in == 0 && here->wait_ms == MS_NONE);
	assert_null(there->chain);
	assert_null(here->chain);
	assert_int_equal(there->suspects, 0);
	assert_int_equal(here->evidence != NULL, there->evidence != NULL);
	if (here->evidence)
		assert_same_evidence(here->evidence, there->evidence);
	assert_same_parties(digest, here, there);
}

static uint64_t zombies_of(struct slice image)
{
	vec_for_each(zombie, &incident.zombies_by_image)
		if (slice_equal(names_text(&incident.records.names, zombie->image), image))
			return zombie->count;
	return 0;
}

static void assert_same_image(const struct digest *digest, const struct digest_image *image)
{
	struct slice text = names_text(&digest->names, image->image);
	uint64_t processes = 0;
	uint32_t least = NUMBER_NONE;

	vec_for_each(process, &incident.records.processes) {
		if (!slice_equal(names_text(&incident.records.names, process->image), text))
			continue;
		processes++;
		if (baseline_takes(process) && process->threads < least)
			least = process->threads;
	}
	assert_true(image->processes == processes);
	assert_true(image->zombies == zombies_of(text));
	assert_int_equal(image->least_threads, least);
	assert_true(image->processes || image->zombies);
}

/* All images that have a process or a zombie are there, in order. */
static void assert_same_images(const struct digest *digest)
{
	uint64_t processes = 0, zombies = 0, nameless = 0;

	for (size_t i = 0; i < digest->images.len; i++) {
		const struct digest_image *image = &digest->images.at[i];

		assert_same_image(digest, image);
		processes += image->processes;
		zombies += image->zombies;
		if (i)
			assert_true(
				slice_compare(names_text(&digest->names, image[-1].image),
					      names_text(&digest->names, image->image)) < 0);
	}
	vec_for_each(process, &incident.records.processes)
		nameless += process->image == 0;
	assert_true(processes + nameless == incident.records.processes.len);
	/* Rows of !vm may have no name, too. */
	assert_true(zombies + zombies_of(SLICE_NONE) == incident.zombies);
}

/* The digest of the incident, which is analysed, and its findings are found, before. */
static void assert_same_digest(const struct digest *digest)
{
	size_t at = 0;

	assert_int_equal(digest->address_digits, incident.records.host.address_digits);
	assert_same_images(digest);
	vec_for_each(finding, &findings.list) {
		if (finding->pattern == PATTERN_wait_chain)
			continue;
		assert_true(at < digest->findings.list.len);
		assert_same_finding(digest, &digest->findings.list.at[at++], finding);
	}
	assert_int_equal(at, digest->findings.list.len);
}

/* ---- round trips ---- */

static void test_every_pattern_comes_back(void **state)
{
	struct digest digest = { 0 };
	byte_vec bytes = { 0 };

	(void)state;
	incident.records.host.address_digits = 16;
	add_all_patterns();
	find(NULL);
	for (int pattern = 0; pattern < PATTERNS; pattern++)
		if (count_of((enum pattern)pattern) == 0)
			fail_msg("nothing of %s", pattern_text((enum pattern)pattern));
	digest_encode(&incident, &bytes);
	assert_true(decode(&digest, &bytes));
	assert_same_digest(&digest);
	vec_free(&bytes);
	digest_free(&digest);
}

static bool many_threads(void *from, struct slice image, uint32_t build, thread_counts *counts)
{
	(void)from, (void)image, (void)build;
	counts->len = 0;
	vec_push(counts, ((struct thread_count){ 50, 100 }));
	return true;
}

/* Wait chains, and what only other incidents can tell. */
static void test_what_is_not_kept(void **state)
{
	const struct baseline baseline = { .counts = many_threads };
	struct digest digest = { 0 };
	byte_vec bytes = { 0 };

	(void)state;
	add_listed(1, "a.exe", 2);
	add_mutant(add_thread(1, 1, "UserRequest"), 2);
	add_thread(2, 1, "UserRequest");
	find(&baseline);
	ASSERT_ONE(wait_chain);
	ASSERT_ONE(missing_threads);
	digest_encode(&incident, &bytes);
	assert_true(decode(&digest, &bytes));
	assert_int_equal(digest.findings.list.len, 0);
	assert_int_equal(digest.images.len, 1);
	assert_int_equal(digest.images.at[0].least_threads, 2);
	vec_free(&bytes);
	digest_free(&digest);
}

static void test_an_incident_without_anything(void **state)
{
	struct digest digest = { 0 };
	byte_vec bytes = { 0 };

	(void)state;
	find(NULL);
	digest_encode(&incident, &bytes);
	assert_true(decode(&digest, &bytes));
	assert_same_digest(&digest);
	vec_free(&bytes);
	digest_free(&digest);
}

static uint64_t seed = 99;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static const char *const images[] = {
	"a.exe",
	"A.EXE",
	"BackgroundTransferHost.exe",
	"BackgroundTrans",
	"WerFault.exe",
	"cdb.exe",
	"",
	"svchost.exe",
	"csrss.exe",
	"z\xff.exe",
};

static void add_random(uint32_t n)
{
	const char *image = images[draw(10)];

	switch (draw(4)) {
	case 0:
		add_listed(n, image, draw(3) ? 12 : draw(4))->session = (int32_t)draw(2);
		break;
	case 1:
		add_zombie(n, image)->parent_pid = draw(8) * 4;
		break;
	case 2:
		add_process(n, image, draw(2) ? 20000 : 5);
		break;
	default:
		add_process(n, image, 5);
		add_row(draw(200) * 4, images[draw(10)], draw(2), 1);
	}
	if (draw(3) == 0)
		add_box(n, n);
	else if (draw(3) == 0)
		add_pump(n, n);
}

/* One digest is decoded into again and again. */
static void test_random_incidents(void **state)
{
	struct digest digest = { 0 };
	byte_vec bytes = { 0 };
	size_t found = 0;

	for (int round = 0; round < 300; round++) {
		uint32_t processes = draw(60);

		setup(state);
		for (uint32_t n = 1; n <= processes; n++)
			add_random(n);
		tell_where();
		find(NULL);
		bytes.len = 0;
		digest_encode(&incident, &bytes);
		assert_true(decode(&digest, &bytes));
		assert_same_digest(&digest);
		found += digest.findings.list.len;
		teardown(state);
	}
	setup(state);
	assert_true(found > 1000);
	vec_free(&bytes);
	digest_free(&digest);
}

/* ---- hostile bytes ---- */

/* Everything in it leads somewhere. */
static void assert_sound(const struct digest *digest)
{
	assert_true(digest->address_digits <= 16);
	vec_for_each(image, &digest->images)
		assert_true(names_text(&digest->names, image->image).len > 0);
	vec_for_each(party, &digest->findings.parties) {
		assert_true(party->image <= digest->names.texts.len);
		assert_true(party->role < PARTY_ROLES);
	}
	vec_for_each(finding, &digest->findings.list) {
		assert_true(finding->pattern < PATTERNS);
		assert_true(finding->pattern != PATTERN_wait_chain);
		assert_true(finding->detail < ENDPOINT_KINDS);
		assert_true(finding->image <= digest->names.texts.len);
		assert_true((size_t)finding->first_party + finding->parties <=
			    digest->findings.parties.len);
		if (finding->evidence)
			assert_in_range(finding->evidence - digest->evidence.at, 0,
					digest->evidence.len - 1);
	}
}

/* A copy of exactly its size, so that a read past the end is seen. */
static bool try_bytes(const unsigned char *bytes, size_t len)
{
	struct digest digest = { 0 };
	unsigned char *copy = mem_alloc(len ? len : 1);
	bool taken;

	memcpy(copy, bytes, len);
	taken = digest_decode(&digest, copy, len);
	if (taken)
		assert_sound(&digest);
	else
		assert_int_equal(digest.names.texts.len + digest.images.len +
					 digest.evidence.len + digest.findings.list.len +
					 digest.findings.parties.len,
				 0);
	free(copy);
	digest_free(&digest);
	return taken;
}

static void make_bytes(byte_vec *bytes)
{
	add_all_patterns();
	find(NULL);
	digest_encode(&incident, bytes);
}

static void test_cut_anywhere(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	make_bytes(&bytes);
	for (size_t len = 0; len < bytes.len; len++)
		assert_false(try_bytes(bytes.at, len));
	assert_true(try_bytes(bytes.at, bytes.len));
	bytes_put_u8(&bytes, 0);
	assert_false(try_bytes(bytes.at, bytes.len));
	vec_free(&bytes);
}

static void test_flipped_anywhere(void **state)
{
	byte_vec bytes = { 0 };
	size_t taken = 0, refused = 0;

	(void)state;
	make_bytes(&bytes);
	for (size_t bit = 0; bit < bytes.len * 8; bit++) {
		bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
		*(try_bytes(bytes.at, bytes.len) ? &taken : &refused) += 1;
		bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	assert_true(taken > 100 && refused > 100);
	vec_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_pattern_comes_back),
		TEST(test_what_is_not_kept),
		TEST(test_an_incident_without_anything),
		TEST(test_random_incidents),
		TEST(test_cut_anywhere),
		TEST(test_flipped_anywhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
