/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the options that set limits; see limit_options.h. */
#include "pipeline/limit_options.h"

#include <string.h>

#include "pipeline/selecting.h"

enum limit_unit {
	UNIT_SIZE,
	UNIT_NUMBER,
	UNIT_SECONDS,
};

static const struct limit_row {
	size_t offset; /* of the field in struct unpack_limits */
	enum limit_unit unit;
	uint64_t least, most;
} limit_rows[] = {
#define LIMIT(field, option, unit, least, most, preset, help) \
	{ offsetof(struct unpack_limits, field), UNIT_##unit, least, most },
#include "stages/limits.def"
#undef LIMIT
};

bool size_option(const struct options *options, uint64_t least, uint64_t most, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *at = options->value, *unit = NULL;
	uint64_t value = 0;
	bool too_much = false;

	for (; *at >= '0' && *at <= '9'; at++)
		too_much |= __builtin_mul_overflow(value, 10, &value) ||
			    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value);
	if (*at && (*at & ~0x20))
		unit = strchr(units, *at & ~0x20);
	if (at == options->value || (*at && !unit) || (unit && at[1]))
		return options_refuse(options,
				      "'%s' is no size: give a number of bytes, or one with "
				      "K, M, G or T",
				      options->value);
	for (const char *each = units; unit && each <= unit; each++)
		too_much |= __builtin_mul_overflow(value, 1024, &value);
	if (too_much || value < least || value > most)
		return options_refuse(options, "'%s' is not from %llu to %llu bytes",
				      options->value, (unsigned long long)least,
				      (unsigned long long)most);
	*bytes = value;
	return true;
}

bool limit_option(struct unpack_limits *limits, const struct options *options, int id)
{
	const struct limit_row *row = &limit_rows[id - OPTION_LIMIT_BEFORE - 1];
	uint64_t *field = (uint64_t *)((char *)limits + row->offset);

	if (row->unit == UNIT_SIZE)
		return size_option(options, row->least, row->most, field);
	return number_option(options, row->least, row->most, field);
}
