/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan as a script for cmd.exe: by image the next time, by PID for who gives the word "now" on the machine that the log is from.
 * Names come out of a stranger's log: one that could mean anything to cmd.exe is left out, and that is said.
 */
#include "pipeline/advise.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/base/mem.h"
#include "pipeline/print.h"

#define LINE "\r\n"

struct script {
	const struct advised *advised;
	struct map images; /* image_key() of those written -> 1 */
	struct map alive; /* image_key() -> processes of it in the log that are alive, less one */
	uint64_t refused;
};

static void put_line(const char *text)
{
	printf("%s" LINE, text);
}

/* "rem 1 ProcessC.exe[48c]: ends the chain ..." */
static void put_reason(const struct script *script, size_t number,
		       const struct advice_save *save)
{
	const struct advice *advice = script->advised->advice;
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *note = mem_stream(&text, &len);

	fprintf(note, "%zu ", number);
	advise_print_process(note, script->advised, &save->process);
	fputs(": ", note);
	advise_print_reason(note, script->advised, &advice->reasons.at[save->first_reason]);
	if (save->reasons > 1)
		fprintf(note, " and %u more", save->reasons - 1);
	if (save->process.size_kb == SIZE_NONE)
		fputs(", size not known", note);
	mem_stream_end(note);
	advise_put_note(stdout, "rem ", (struct slice){ text, len });
}

/* The name without .exe, blanks as _: what files are called by. */
static void put_file_name(struct slice image)
{
	size_t len = image.len > 4 && slice_equal_icase(slice_skip(image, image.len - 4),
							SLICE(".exe"))
			     ? image.len - 4
			     : image.len;

	for (size_t i = 0; i < len; i++)
		putchar(image.at[i] == ' ' ? '_' : image.at[i]);
}

static void count_alive(struct script *script)
{
	const struct records *records = &script->advised->shown->incident->records;

	vec_for_each(process, &records->processes) {
		struct slice image = names_text(&records->names, process->image);
		uint32_t *place;

		if (process->flags & PROCESS_ZOMBIE)
			continue;
		place = map_place(&script->alive, image_key(image));
		*place = *place == MAP_NONE ? 0 : *place + 1;
	}
}

/* Every process of the image, as several may run: how many that may be is said, as it may be much. A name of 15 bytes may be the
 * beginning of one. */
static void put_by_image(const struct script *script, struct slice image)
{
	uint32_t others = map_get(&script->alive, image_key(image));

	if (others != MAP_NONE && others)
		printf("rem the log has %llu processes of this image: each is saved" LINE,
		       (unsigned long long)others + 1);
	printf("for /f \"tokens=2 delims=,\" %%%%P in ('tasklist /nh /fo csv /fi \"imagename eq %.*s%s\"') "
	       "do procdump -accepteula -ma %%%%~P ",
	       SLICE_ARG(image), advise_name_may_be_cut(image) ? "*" : "");
	put_file_name(image);
	printf("_%%%%~P.dmp" LINE);
}

static void put_next_time(struct script *script)
{
	size_t number = 0;

	vec_for_each(save, &script->advised->advice->saves) {
		struct slice image = advised_name(script->advised, save->process.image);
		uint32_t *place = map_place(&script->images, image_key(image));

		number++;
		put_line("");
		put_reason(script, number, save);
		if (!advise_name_is_safe(image)) {
			put_line("rem left out: its name is not known, or has characters that cmd.exe may "
				 "take for something else");
			script->refused++;
		} else if (*place != MAP_NONE) {
			put_line("rem its image stands above");
		} else {
			*place = 1;
			put_by_image(script, image);
		}
	}
}

static void put_now(const struct script *script)
{
	size_t number = 0;

	vec_for_each(save, &script->advised->advice->saves) {
		struct slice image = advised_name(script->advised, save->process.image);

		number++;
		put_line("");
		put_reason(script, number, save);
		if (save->process.pid == PID_NONE) {
			put_line("rem left out: its PID is not known");
			continue;
		}
		printf("procdump -accepteula -ma %u ", save->process.pid);
		put_file_name(advise_name_is_safe(image) ? image : SLICE("process"));
		printf("_%u.dmp" LINE, save->process.pid);
	}
}

/* Says why there is nothing to be written; true when there is something. */
static bool has_commands(const struct advised *advised, struct error *error)
{
	const struct advice *advice = advised->advice;

	vec_for_each(save, &advice->saves)
		if (save->process.pid != PID_NONE ||
		    advise_name_is_safe(advised_name(advised, save->process.image)))
			return true;
	if (advice->saves.len)
		return error_set(error, ERROR_USAGE,
				 "no name could stand in a command, and no PID is known");
	vec_for_each(save, &advice->missed)
		if (save->process.bar == BAR_BUDGET)
			return error_set(error, ERROR_USAGE, "no user dump fits the budget");
	return error_set(error, ERROR_USAGE, "no user dump would explain more");
}

bool advise_cmd(const struct advised *advised, struct error *error)
{
	struct script script = { .advised = advised };
	char id[ID_TEXT_SIZE];

	if (!has_commands(advised, error))
		return false;
	count_alive(&script);
	put_line("@echo off");
	printf("rem Incident %s: the user dumps that explain most of it, by procdump of Sysinternals." LINE,
	       print_id(id, advised->shown->incident->id));
	put_line("rem Without an argument: when it shows again, all processes of these images.");
	put_line("rem With \"now\": these very processes, on the machine that the log is from if it was not");
	put_line("rem restarted since.");
	put_line("setlocal");
	put_line("if /i \"%~1\"==\"now\" goto now");
	put_next_time(&script);
	put_line("");
	put_line("goto :eof");
	put_line("");
	put_line(":now");
	put_now(&script);
	map_free(&script.images);
	map_free(&script.alive);
	if (script.refused)
		log_warning("advise: %llu of %zu left out by name: not known, or not safe for cmd.exe",
			    (unsigned long long)script.refused, advised->advice->saves.len);
	return true;
}
