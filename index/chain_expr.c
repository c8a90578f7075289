/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses and matches chain expressions. Matching keeps the set of hops at which the names
 * read so far may have ended, and moves that set from name to name: names times hops
 * steps for any chain.
 */
#include "index/chain_expr.h"

#include "index/pattern.h"
#include "pipeline/base/cleanup.h"

#define SMALL_CHAIN 128
#define QUOTED_MAX 60

struct expr_name {
	struct slice text;
	bool literal; /* quoted or without wildcards */
	bool far;     /* `>>` stands before it, not `>` */
};

struct chain_expr {
	char *text;
	VEC(struct expr_name) names;
	bool from_first, to_last; /* ^ and $ */
};

struct parser {
	struct chain_expr *expr;
	struct slice text;
	size_t at;
	struct error *error;
};

static bool fail(struct parser *parser, size_t at, const char *why)
{
	struct slice rest = slice_skip(parser->text, at);

	if (rest.len == 0)
		return error_set(parser->error, ERROR_USAGE,
				 "chain expression: %s at the end of \"%.*s\"", why,
				 SLICE_ARG(slice_first(parser->text, QUOTED_MAX)));
	return error_set(parser->error, ERROR_USAGE,
			 "chain expression: %s at column %zu, before \"%.*s\"", why,
			 at + 1, SLICE_ARG(slice_first(rest, QUOTED_MAX)));
}

static void skip_blanks(struct parser *parser)
{
	while (parser->at < parser->text.len && strchr(" \t", parser->text.at[parser->at]))
		parser->at++;
}

static bool see(struct parser *parser, char c)
{
	if (parser->at == parser->text.len || parser->text.at[parser->at] != c)
		return false;
	parser->at++;
	return true;
}

static bool parse_quoted(struct parser *parser, struct expr_name *name)
{
	size_t begin = parser->at;

	while (parser->at < parser->text.len)
		if (see(parser, '"')) {
			name->text = (struct slice){ parser->text.at + begin,
						     parser->at - 1 - begin };
			name->literal = true;
			return name->text.len > 0 || fail(parser, begin - 1, "an empty name");
		} else {
			parser->at++;
		}
	return fail(parser, begin - 1, "a quote that is never closed");
}

/* Up to an operator or the end. A $ at its end is left to the caller. */
static bool parse_bare(struct parser *parser, struct expr_name *name)
{
	size_t begin = parser->at;

	while (parser->at < parser->text.len && parser->text.at[parser->at] != '>') {
		if (parser->text.at[parser->at] == '"')
			return fail(parser, parser->at, "a quote inside a name");
		parser->at++;
	}
	name->text =
		slice_trim((struct slice){ parser->text.at + begin, parser->at - begin });
	if (name->text.len && name->text.at[name->text.len - 1] == '$') {
		parser->at = (size_t)(name->text.at - parser->text.at) + name->text.len - 1;
		name->text.len--;
		name->text = slice_trim(name->text);
	}
	name->literal = pattern_is_literal(name->text);
	if (name->text.len == 0)
		return fail(parser, begin, "a name is missing");
	if (name->text.at[0] == '^')
		return fail(parser, begin, "a ^ that is not at the very beginning");
	if (name->text.at[name->text.len - 1] == '$')
		return fail(parser, parser->at, "a $ that is not at the very end");
	return true;
}

static bool parse_name(struct parser *parser, bool far)
{
	struct expr_name name = { .far = far };
	size_t dollar;

	skip_blanks(parser);
	if (see(parser, '"') ? !parse_quoted(parser, &name) : !parse_bare(parser, &name))
		return false;
	vec_push(&parser->expr->names, name);
	skip_blanks(parser);
	dollar = parser->at;
	parser->expr->to_last = see(parser, '$');
	skip_blanks(parser);
	if (parser->at == parser->text.len || parser->text.at[parser->at] == '>')
		return !parser->expr->to_last || parser->at == parser->text.len ||
		       fail(parser, dollar, "a $ that is not at the very end");
	return fail(parser, parser->at, "neither > nor >> behind a name");
}

static bool parse(struct parser *parser)
{
	bool far = false;

	skip_blanks(parser);
	if (parser->at == parser->text.len)
		return error_set(parser->error, ERROR_USAGE, "chain expression: it is empty");
	parser->expr->from_first = see(parser, '^');
	while (parse_name(parser, far)) {
		size_t operator= parser->at;

		if (!see(parser, '>'))
			return true;
		far = see(parser, '>');
		if (see(parser, '>'))
			return fail(parser, operator, "there is > and >>, but no >>>");
	}
	return false;
}

struct chain_expr *chain_expr_parse(const char *text, struct error *error)
{
	struct chain_expr *expr = mem_alloc_zero(1, sizeof(*expr));
	struct parser parser = { .expr = expr, .error = error };

	expr->text = mem_strdup(text);
	parser.text = slice_from(expr->text);
	if (parse(&parser))
		return expr;
	chain_expr_free(expr);
	return NULL;
}

void chain_expr_free(struct chain_expr *expr)
{
	if (!expr)
		return;
	vec_free(&expr->names);
	free(expr->text);
	free(expr);
}

static bool name_matches(const struct expr_name *name, struct slice image)
{
	return name->literal ? image_same(name->text, image)
			     : pattern_matches_image(name->text, image);
}

/* The hops one step behind those of the set; in a ring the last one leads to
 * cycle_start. */
static void step(const bool *from, bool *to, size_t hops, uint32_t cycle_start)
{
	to[0] = false;
	memcpy(to + 1, from, hops - 1);
	if (cycle_start < hops && from[hops - 1])
		to[cycle_start] = true;
}

/* The hops one or more steps behind: the second round is for what the ring leads back
 * to. */
static void reach(const bool *from, bool *to, size_t hops, uint32_t cycle_start)
{
	step(from, to, hops, cycle_start);
	for (size_t i = 1; i < hops; i++)
		to[i] |= to[i - 1];
	if (cycle_start < hops && to[hops - 1])
		for (size_t i = cycle_start; i < hops; i++)
			to[i] = true;
}

static bool keep_matching(bool *set, const struct expr_name *name,
			  const struct slice *images, size_t hops)
{
	bool any = false;

	for (size_t i = 0; i < hops; i++) {
		set[i] = set[i] && name_matches(name, images[i]);
		any |= set[i];
	}
	return any;
}

bool chain_expr_matches(const struct chain_expr *expr, const struct slice *images,
			size_t hops, uint32_t cycle_start)
{
	bool small[2 * SMALL_CHAIN];
	cleanup_free bool *large = hops > SMALL_CHAIN ? mem_alloc(2 * hops) : NULL;
	bool *set = large ? large : small, *next = set + hops;

	if (hops == 0)
		return false;
	memset(set, !expr->from_first, hops);
	set[0] = true;
	vec_for_each(name, &expr->names) {
		if (name != expr->names.at) {
			bool *last = set;

			(name->far ? reach : step)(set, next, hops, cycle_start);
			set = next;
			next = last;
		}
		if (!keep_matching(set, name, images, hops))
			return false;
	}
	return !expr->to_last || set[hops - 1];
}

struct slice chain_expr_needle(const struct chain_expr *expr)
{
	vec_for_each(name, &expr->names)
		if (name->literal)
			return name->text;
	return SLICE_NONE;
}
