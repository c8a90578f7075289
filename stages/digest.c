/* SPDX-License-Identifier: Apache-2.0 */
/* Digests as bytes and back; see digest.h and index/FORMAT.md. */
#include "stages/digest.h"

#include "stages/baseline.h"

/* Least bytes that one takes. */
#define IMAGE_BYTES 4
#define FINDING_BYTES 20
#define PARTY_BYTES 6

/* ---- images ---- */

typedef VEC(struct digest_image) image_vec;

struct image_tally {
	const struct names *names; /* the incident's */
	image_vec images;          /* by name of the incident */
	struct map places;
};

static struct digest_image *tally_place(struct image_tally *tally, name_id image)
{
	uint32_t *place = map_place(&tally->places, image);

	if (*place == MAP_NONE) {
		*place = (uint32_t)tally->images.len;
		vec_push(&tally->images,
			 ((struct digest_image){ .image = image,
						 .least_threads = NUMBER_NONE }));
	}
	return &tally->images.at[*place];
}

static int by_name(const void *left, const void *right, void *names)
{
	const struct digest_image *a = left, *b = right;

	return slice_compare(names_text(names, a->image), names_text(names, b->image));
}

static void tally_images(struct image_tally *tally, const struct incident *incident)
{
	tally->names = &incident->records.names;
	vec_for_each(process, &incident->records.processes) {
		struct digest_image *image;

		if (!process->image)
			continue;
		image = tally_place(tally, process->image);
		image->processes++;
		/* NUMBER_NONE is more than any. */
		if (baseline_takes(process) && process->threads < image->least_threads)
			image->least_threads = process->threads;
	}
	vec_for_each(zombie, &incident->zombies_by_image)
		if (zombie->image)
			tally_place(tally, zombie->image)->zombies = zombie->count;
	if (tally->images.len)
		qsort_r(tally->images.at, tally->images.len, sizeof(struct digest_image),
			by_name, (void *)tally->names);
}

/* ---- to bytes ---- */

struct encoder {
	const struct incident *incident;
	struct names names; /* the digest's own */
	byte_vec body;
};

static void put_name(struct encoder *encoder, name_id name)
{
	struct slice text = names_text(&encoder->incident->records.names, name);

	bytes_put_varint(&encoder->body, names_add(&encoder->names, text));
}

static void put_images(struct encoder *encoder)
{
	struct image_tally tally = { 0 };

	tally_images(&tally, encoder->incident);
	bytes_put_varint(&encoder->body, tally.images.len);
	vec_for_each(image, &tally.images) {
		put_name(encoder, image->image);
		bytes_put_varint(&encoder->body, image->processes);
		bytes_put_varint(&encoder->body, image->zombies);
		bytes_put_varint(&encoder->body, (uint32_t)(image->least_threads + 1));
	}
	vec_free(&tally.images);
	map_free(&tally.places);
}

static void put_evidence(struct encoder *encoder, const struct evidence *evidence)
{
	byte_vec *out = &encoder->body;

	bytes_put_u8(out, evidence != NULL);
	if (!evidence)
		return;
	bytes_put_varint(out, evidence->offset);
	bytes_put_varint(out, evidence->length);
	bytes_put_varint(out, evidence->first_line);
	bytes_put_varint(out, evidence->last_line);
	bytes_put_varint(out, evidence->source);
}

static void put_party(struct encoder *encoder, const struct party *party)
{
	byte_vec *out = &encoder->body;

	bytes_put_varint(out, party->process);
	bytes_put_varint(out, party->by);
	bytes_put_varint(out, party->count);
	bytes_put_varint(out, (uint32_t)(party->pid + 1));
	put_name(encoder, party->image);
	bytes_put_u8(out, party->role);
}

static void put_finding(struct encoder *encoder, const struct findings *findings,
			const struct finding *finding)
{
	byte_vec *out = &encoder->body;

	bytes_put_u8(out, finding->pattern);
	bytes_put_u8(out, finding->confidence);
	bytes_put_u8(out, finding->detail);
	bytes_put_u8(out, finding->basis);
	bytes_put_u8(out, finding->urgency);
	bytes_put_u8(out, (uint8_t)(finding->storm | finding->expected_half << 1));
	bytes_put_varint(out, finding->process);
	bytes_put_varint(out, finding->thread);
	bytes_put_varint(out, finding->port);
	bytes_put_varint(out, finding->message);
	bytes_put_varint(out, finding->count);
	bytes_put_varint(out, finding->zombies);
	bytes_put_varint(out, finding->waiters);
	bytes_put_varint(out, finding->sample);
	bytes_put_varint(out, (uint32_t)(finding->pid + 1));
	bytes_put_varint(out, (uint32_t)(finding->threads + 1));
	bytes_put_varint(out, (uint32_t)(finding->expected + 1));
	bytes_put_varint(out, (uint32_t)(finding->spread + 1));
	put_name(encoder, finding->image);
	put_evidence(encoder, finding->evidence);
	bytes_put_varint(out, finding->parties);
	for (uint32_t i = 0; i < finding->parties; i++)
		put_party(encoder, &findings->parties.at[finding->first_party + i]);
}

static bool is_kept(const struct finding *finding)
{
	return finding->pattern != PATTERN_wait_chain;
}

/* Without the index: missing threads are those that the dump alone shows. */
static void put_findings(struct encoder *encoder)
{
	struct findings findings = { 0 };
	size_t kept = 0;

	find_patterns(encoder->incident, NULL, &findings);
	vec_for_each(finding, &findings.list)
		kept += is_kept(finding);
	bytes_put_varint(&encoder->body, kept);
	vec_for_each(finding, &findings.list)
		if (is_kept(finding))
			put_finding(encoder, &findings, finding);
	findings_free(&findings);
}

void digest_encode(const struct incident *incident, byte_vec *out)
{
	struct encoder encoder = { .incident = incident };

	put_images(&encoder);
	put_findings(&encoder);
	names_encode(&encoder.names, out);
	bytes_put_u8(out, incident->records.host.address_digits);
	bytes_put(out, encoder.body.at, encoder.body.len);
	names_free(&encoder.names);
	vec_free(&encoder.body);
}

/* ---- from bytes ---- */

static name_id get_name(struct digest *digest, struct bytes_reader *reader)
{
	return (name_id)bytes_get_max(reader, digest->names.texts.len);
}

static uint8_t get_enum(struct bytes_reader *reader, unsigned end)
{
	uint8_t value = bytes_get_u8(reader);

	reader->bad |= value >= end;
	return value;
}

static uint32_t get_number(struct bytes_reader *reader)
{
	return (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
}

static void get_images(struct digest *digest, struct bytes_reader *reader)
{
	size_t count = bytes_get_count(reader, IMAGE_BYTES);

	for (size_t i = 0; i < count && !reader->bad; i++) {
		struct digest_image image = { .image = get_name(digest, reader) };

		image.processes = bytes_get_varint(reader);
		image.zombies = bytes_get_varint(reader);
		image.least_threads = get_number(reader);
		reader->bad |= image.image == 0;
		reader->bad |= i && by_name(&digest->images.at[i - 1], &image,
					    &digest->names) >= 0;
		vec_push(&digest->images, image);
	}
}

/* The findings point into the evidence only when all of it is there. */
static void get_evidence(struct digest *digest, struct bytes_reader *reader, bool *any)
{
	struct evidence evidence = { 0 };

	*any = get_enum(reader, 2);
	if (*any) {
		evidence.offset = bytes_get_varint(reader);
		evidence.length = (uint32_t)bytes_get_max(reader, UINT32_MAX);
		evidence.first_line = (uint32_t)bytes_get_max(reader, UINT32_MAX);
		evidence.last_line = (uint32_t)bytes_get_max(reader, UINT32_MAX);
		evidence.source = (uint32_t)bytes_get_max(reader, UINT32_MAX);
	}
	vec_push(&digest->evidence, evidence);
}

static void get_party(struct digest *digest, struct bytes_reader *reader)
{
	struct party party = { .process = bytes_get_varint(reader) };

	party.by = bytes_get_varint(reader);
	party.count = bytes_get_varint(reader);
	party.pid = get_number(reader);
	party.image = get_name(digest, reader);
	party.role = get_enum(reader, PARTY_ROLES);
	vec_push(&digest->findings.parties, party);
}

static void get_finding(struct digest *digest, struct bytes_reader *reader, bool *evidence)
{
	struct finding finding = { .pattern = get_enum(reader, PATTERNS), .wait_ms = MS_NONE };
	uint8_t flags;
	size_t parties;

	finding.confidence = get_enum(reader, CONFIDENCE_POTENTIAL + 1);
	finding.detail = get_enum(reader, ENDPOINT_KINDS);
	finding.basis = get_enum(reader, BASIS_IMAGE + 1);
	finding.urgency = get_enum(reader, 101);
	flags = get_enum(reader, 4);
	finding.storm = flags & 1;
	finding.expected_half = flags >> 1;
	finding.process = bytes_get_varint(reader);
	finding.thread = bytes_get_varint(reader);
	finding.port = bytes_get_varint(reader);
	finding.message = bytes_get_varint(reader);
	finding.count = bytes_get_varint(reader);
	finding.zombies = bytes_get_max(reader, finding.count);
	finding.waiters = bytes_get_varint(reader);
	finding.sample = bytes_get_varint(reader);
	finding.pid = get_number(reader);
	finding.threads = get_number(reader);
	finding.expected = get_number(reader);
	finding.spread = get_number(reader);
	finding.image = get_name(digest, reader);
	get_evidence(digest, reader, evidence);
	parties = bytes_get_count(reader, PARTY_BYTES);
	finding.first_party = (uint32_t)digest->findings.parties.len;
	finding.parties = (uint32_t)parties;
	for (size_t i = 0; i < parties && !reader->bad; i++)
		get_party(digest, reader);
	reader->bad |= !is_kept(&finding);
	vec_push(&digest->findings.list, finding);
}

static void get_findings(struct digest *digest, struct bytes_reader *reader)
{
	size_t count = bytes_get_count(reader, FINDING_BYTES);
	VEC(bool) shown = { 0 };

	for (size_t i = 0; i < count && !reader->bad; i++)
		get_finding(digest, reader, vec_add(&shown));
	for (size_t i = 0; i < count && !reader->bad; i++)
		digest->findings.list.at[i].evidence =
			shown.at[i] ? &digest->evidence.at[i] : NULL;
	vec_free(&shown);
}

static void digest_clear(struct digest *digest)
{
	names_clear(&digest->names);
	digest->images.len = digest->evidence.len = 0;
	digest->findings.list.len = digest->findings.parties.len = 0;
	digest->address_digits = 0;
}

bool digest_decode(struct digest *digest, const void *bytes, size_t len)
{
	struct bytes_reader reader = bytes_reader_from(bytes, len);

	digest_clear(digest);
	names_decode(&digest->names, &reader);
	digest->address_digits = get_enum(&reader, 17);
	get_images(digest, &reader);
	get_findings(digest, &reader);
	if (!reader.bad && bytes_left(&reader) == 0)
		return true;
	digest_clear(digest);
	return false;
}

void digest_free(struct digest *digest)
{
	names_free(&digest->names);
	vec_free(&digest->images);
	vec_free(&digest->evidence);
	findings_free(&digest->findings);
}
