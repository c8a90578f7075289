/* SPDX-License-Identifier: Apache-2.0 */
/* Points of interest: a line a finding, most urgent first, under the number that --evidence takes. */
#include "pipeline/base/utf8.h"
#include "pipeline/point_text.h"
#include "pipeline/print.h"
#include "pipeline/show_parts.h"

#define POINTS_MAX 20

/* What is beyond doubt, and bad. */
static enum style style_of(const struct finding *finding)
{
	bool bad = finding->confidence == CONFIDENCE_DEFINITE || finding->storm ||
		   (finding->chain && finding->chain->cycle == CYCLE_THREAD);

	return bad ? STYLE_BAD : STYLE_PLAIN;
}

static void print_point(const struct shown *shown, size_t number)
{
	const struct finding *finding = &shown->findings.list.at[number - 1];

	enum style style = style_of(finding);

	printf("%3zu  %s%s%s", number, style_begin(style), pattern_text(finding->pattern),
	       style_end(style));
	if (finding->confidence != CONFIDENCE_NONE)
		printf(" (%s)", confidence_text(finding->confidence));
	printf("  ");
	point_print(stdout, utf8_print_terminal, shown, finding);
	putchar('\n');
}

void show_points(const struct shown *shown)
{
	size_t count = shown->findings.list.len;

	if (count == 0)
		return;
	print_heading("Points of interest\n");
	for (size_t number = 1; number <= count && number <= POINTS_MAX; number++)
		print_point(shown, number);
	if (count > POINTS_MAX)
		printf("     %d of %zu shown\n", POINTS_MAX, count);
}
