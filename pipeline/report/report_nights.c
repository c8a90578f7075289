/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machines by nights: how many wait chains there were, and whether a storm of zombies was, in a table whose cells are shaded by the number
 * that they show.
 */
#include "pipeline/print.h"
#include "pipeline/report/report_bars.h"
#include "pipeline/report/report_parts.h"

#define NIGHTS_SHOWN 31
#define MACHINES_SHOWN 40
#define LEVELS 5
#define DAY_MS 86400000

struct cell {
	uint64_t chains, dumps, storms;
};

struct machine {
	struct slice name;
	uint64_t chains, storms, dumps;
	struct cell cells[NIGHTS_SHOWN];
};

struct heat_map {
	int64_t nights[NIGHTS_SHOWN]; /* days from 1970-01-01, the newest first */
	size_t count;
	uint64_t found; /* nights there are */
	uint64_t nameless;
	VEC(struct machine) machines;
	struct map machine_of;
	uint64_t most; /* chains in a cell */
};

static int64_t night_of(int64_t moment)
{
	return moment / DAY_MS - (moment % DAY_MS < 0);
}

/* The newest nights that have dumps of a machine that is named. */
static void find_nights(struct heat_map *map, const struct report_facts *facts)
{
	int64_t last = INT64_MAX;

	vec_for_each(row, &facts->incidents) {
		int64_t night;

		if (row->session_time == MOMENT_NONE || row->machine.len == 0) {
			map->nameless++;
			continue;
		}
		night = night_of(row->session_time);
		if (night == last)
			continue;
		last = night;
		if (map->count < NIGHTS_SHOWN)
			map->nights[map->count++] = night;
		map->found++;
	}
}

static struct machine *machine_place(struct heat_map *map, struct slice name)
{
	uint32_t *place = map_place(&map->machine_of, machine_hash(name));

	if (*place == MAP_NONE) {
		*place = (uint32_t)map->machines.len;
		vec_push(&map->machines, (struct machine){ .name = name });
	}
	return &map->machines.at[*place];
}

static void fill(struct heat_map *map, const struct report_facts *facts)
{
	size_t night = 0;

	vec_for_each(row, &facts->incidents) {
		struct machine *machine;
		struct cell *cell;

		if (row->session_time == MOMENT_NONE || row->machine.len == 0)
			continue;
		while (night < map->count && night_of(row->session_time) != map->nights[night])
			night++;
		if (night == map->count)
			break;
		machine = machine_place(map, row->machine);
		cell = &machine->cells[night];
		cell->dumps++;
		cell->chains += row->chains;
		cell->storms += row->zombies >= STORM_ZOMBIES;
		machine->dumps++;
		machine->chains += row->chains;
		machine->storms += row->zombies >= STORM_ZOMBIES;
		map->most = cell->chains > map->most ? cell->chains : map->most;
	}
}

static int compare_machines(const void *left, const void *right)
{
	const struct machine *a = left, *b = right;

	if (a->chains != b->chains)
		return a->chains > b->chains ? -1 : 1;
	if (a->storms != b->storms)
		return a->storms > b->storms ? -1 : 1;
	return slice_compare(a->name, b->name);
}

/* ---- the table ---- */

static void put_cell(struct html *html, const struct heat_map *map, const struct cell *cell)
{
	html_begin(html, "td");
	if (cell->dumps) {
		html_attr_format(html, "class", "h%u",
				 cell->chains == 0 ? 0
						   : 1 + (unsigned)((cell->chains - 1) *
								    LEVELS / map->most));
		html_count(html, cell->chains);
	}
	if (cell->storms) {
		html_begin_class(html, "abbr", "z");
		html_attr(html, "title", "a storm of zombies");
		html_string(html, "Z");
		html_end(html);
	}
	html_end(html);
}

static void put_head(struct html *html, const struct heat_map *map)
{
	char name[BAR_NAME_SIZE];

	html_begin(html, "thead");
	html_begin(html, "tr");
	html_begin(html, "th");
	html_attr(html, "scope", "col");
	html_string(html, "Machine");
	html_end(html);
	for (size_t i = map->count; i-- > 0;) {
		bar_name(name, BARS_DAYS, map->nights[i]);
		html_begin(html, "th");
		html_attr(html, "scope", "col");
		html_attr(html, "title", name);
		html_begin_class(html, "span", "year");
		html_format(html, "%.4s", name);
		html_end(html);
		html_string(html, " ");
		html_string(html, name + 5);
		html_end(html);
	}
	html_end(html);
	html_end(html);
}

static void put_machine(struct html *html, const struct heat_map *map,
			const struct machine *machine)
{
	html_begin(html, "tr");
	html_begin(html, "th");
	html_attr(html, "scope", "row");
	html_name_short(html, machine->name, 24);
	html_end(html);
	for (size_t i = map->count; i-- > 0;)
		put_cell(html, map, &machine->cells[i]);
	html_end(html);
	html_string(html, "\n");
}

static void put_table(struct html *html, const struct heat_map *map, size_t shown)
{
	html_begin_class(html, "div", "scroll");
	html_attr(html, "role", "region");
	html_attr(html, "aria-label", "Machines by nights, a wide table");
	html_attr(html, "tabindex", "0");
	html_begin_class(html, "table", "heat");
	html_element(html, "caption", "Wait chains by machine and night");
	put_head(html, map);
	html_begin(html, "tbody");
	for (size_t i = 0; i < shown; i++)
		put_machine(html, map, &map->machines.at[i]);
	html_end(html);
	html_end(html);
	html_end(html);
}

static void put_map(struct html *html, const struct heat_map *map)
{
	size_t shown = map->machines.len < MACHINES_SHOWN ? map->machines.len : MACHINES_SHOWN;

	html_note(html,
		  "A night is the date (UTC) of the session time. The number is that of wait chains in its dumps, "
		  "the shade follows the number; Z: a storm of zombies; empty: no dump.");
	html_cut_note(html, shown, map->machines.len,
		      "machines that have dumps in these nights, those with most chains",
		      NULL);
	html_cut_note(html, map->count, map->found, "nights that have dumps, the newest",
		      NULL);
	if (map->nameless) {
		html_begin_class(html, "p", "note");
		html_plural(html, map->nameless, "dump");
		html_string(html, " without a machine or a time cannot stand here.");
		html_end(html);
	}
	put_table(html, map, shown);
}

void section_nights(struct html *html, const struct report_page *page)
{
	struct heat_map map = { .count = 0 };

	find_nights(&map, &page->facts);
	fill(&map, &page->facts);
	if (map.machines.len == 0) {
		html_note(html, "No dump names its machine and its time.");
	} else {
		qsort(map.machines.at, map.machines.len, sizeof(*map.machines.at),
		      compare_machines);
		put_map(html, &map);
	}
	vec_free(&map.machines);
	map_free(&map.machine_of);
}
