/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that more than one command prints, as text, JSON and CSV (contract.md sections 3 and 4). */
#ifndef PIPELINE_PRINT_H
#define PIPELINE_PRINT_H

#include "index/index.h"
#include "pipeline/base/csv.h"
#include "pipeline/base/json.h"
#include "pipeline/screen.h"
#include "stages/incident.h"

#define ID_TEXT_SIZE 17

/* 16 hex digits; returns out. */
char *print_id(char out[ID_TEXT_SIZE], uint64_t id);
/* "3:42.000", "1d 2:03:04.123", or "-" when it is MS_NONE; returns out. */
#define DURATION_TEXT_SIZE 40
char *print_duration(char out[DURATION_TEXT_SIZE], int64_t ms);
/* The same to the second: "3:42", "0.015 s" below one; returns out. */
char *print_duration_short(char out[DURATION_TEXT_SIZE], int64_t ms);
/* "2010-03-10T17:22:09.137Z" or "-". */
char *print_moment(char out[MOMENT_TEXT_SIZE], int64_t moment, bool zone_known);
/* The same without the part of a second, for tables. */
char *print_second(char out[MOMENT_TEXT_SIZE], int64_t moment, bool zone_known);

/* A heading on stdout, an empty line before it. */
void print_heading(const char *text);
/* "BEFORE3 chains", "BEFORE1 process" on stdout: the noun in its right number. */
void print_count(const char *before, uint64_t count, const char *noun);
void print_count_to(FILE *out, const char *before, uint64_t count, const char *noun);

/* null for an empty text, a NUMBER_NONE, a SIZE_NONE, a MOMENT_NONE, an MS_NONE, or address 0. */
void print_json_text(struct json *json, const char *key, struct slice text);
void print_json_number(struct json *json, const char *key, uint32_t number);
void print_json_size(struct json *json, const char *key, uint64_t size);
void print_json_u64(struct json *json, const char *key, uint64_t number);
void print_json_moment(struct json *json, const char *key, int64_t moment, bool zone_known);
void print_json_seconds(struct json *json, const char *key, int64_t ms);
void print_json_address(struct json *json, const char *key, uint64_t address, unsigned digits);
void print_json_id(struct json *json, const char *key, uint64_t id);

/* The object of one chain, as in `show`. */
void print_json_chain(struct json *json, const struct chain_list *list,
		      const struct chain *chain);
/* "label" of its signature. */
void print_json_label(struct json *json, const struct chain_list *list,
		      const struct chain *chain);
/* "path": the images of the hops. */
void print_json_path(struct json *json, const struct chain_list *list,
		     const struct chain *chain);
/* "ProcessA.exe[13c40] 3:42.000 -alpc-> …  [wait UserRequest]", one line. */
void print_text_chain(FILE *out, const struct chain_list *list, const struct chain *chain);

/* "bundle", "member", "machine", "session_time" of an incident. */
void print_json_where(struct json *json, const struct incident_row *row);

/* The same as fields of CSV; what is null there is nothing here. */
void print_csv_headings(struct csv *csv, const char *const *headings, size_t count);
void print_csv_text(struct csv *csv, struct slice text);
void print_csv_number(struct csv *csv, uint32_t number);
void print_csv_moment(struct csv *csv, int64_t moment, bool zone_known);
void print_csv_seconds(struct csv *csv, int64_t ms);
void print_csv_id(struct csv *csv, uint64_t id);
void print_csv_where(struct csv *csv, const struct incident_row *row);

#endif
