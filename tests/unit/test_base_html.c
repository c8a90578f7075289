/* SPDX-License-Identifier: Apache-2.0 */
/* HTML by exact text; random bytes as text and as a value can begin no tag, end no value and steer nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/html.h"
#include "pipeline/base/utf8.h"

static struct html html;
static char *written;
static size_t written_len;

static void start(void)
{
	FILE *out = open_memstream(&written, &written_len);

	assert_non_null(out);
	html_init(&html, out);
}

static void expect(const char *expected)
{
	assert_int_equal(html.depth, 0);
	fclose(html.out);
	assert_string_equal(written, expected);
	free(written);
}

static void test_elements(void **state)
{
	(void)state;
	start();
	html_begin_class(&html, "ul", "tiles");
	html_begin(&html, "li");
	html_attr_u64(&html, "data-v", UINT64_MAX);
	html_attr_i64(&html, "data-w", -3);
	html_attr_format(&html, "id", "c-%04x", 0xab);
	html_count(&html, 1234567);
	html_end(&html);
	html_begin(&html, "br");
	html_end(&html);
	html_element(&html, "b", "1 < 2");
	html_begin(&html, "i");
	html_end(&html);
	html_end(&html);
	expect("<ul class=\"tiles\"><li data-v=\"18446744073709551615\" data-w=\"-3\" id=\"c-00ab\">"
	       "1,234,567</li><br><b>1 &lt; 2</b><i></i></ul>");
}

static void test_counts(void **state)
{
	static const struct {
		uint64_t number;
		const char *text;
	} cases[] = {
		{ 0, "0" },          { 999, "999" },        { 1000, "1,000" },
		{ 31000, "31,000" }, { 100000, "100,000" }, { 1000000, "1,000,000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start();
		html_count(&html, cases[i].number);
		expect(cases[i].text);
	}
}

static void test_escapes(void **state)
{
	(void)state;
	start();
	html_begin(&html, "p");
	html_attr_text(&html, "title", SLICE("\"><script>alert('x')</script>&"));
	html_text(&html, SLICE("</script>&amp;\"' \x1b[31m\xc2\x9b"
			       "2J\xe2\x80\xaegpj\xc2\xad\xff\n\xc3\xa9"));
	html_end(&html);
	expect("<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\">"
	       "&lt;/script&gt;&amp;amp;&quot;&#39; \\x1b[31m\\x9b2J\\u{202e}gpj\\xad\xEF\xBF\xBD\n\xc3\xa9</p>");
}

static bool contains_bare(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("<>\"'", text[i]) && text[i])
			return true;
	return false;
}

/* What is written of any bytes is valid, tame, and has none of the characters that mean something. */
static void test_random_bytes(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 3000; round++) {
		char bytes[40];
		size_t len = (size_t)rand() % sizeof(bytes), used;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)(rand() % 3 ? rand() % 256
						     : "<>\"'&\xe2\x80\xae"[rand() % 8]);
		start();
		html_text(&html, (struct slice){ bytes, len });
		fclose(html.out);
		assert_false(contains_bare(written, written_len));
		for (size_t at = 0; at < written_len; at += used) {
			uint32_t code = utf8_read(
				(struct slice){ written + at, written_len - at }, &used);

			assert_int_not_equal(code, UTF8_INVALID);
			assert_true(code == '\n' || !utf8_steers(code));
		}
		free(written);
	}
}

static void test_names(void **state)
{
	(void)state;
	start();
	html_name(&html, SLICE("ProcessA.exe"));
	expect("<bdi>ProcessA.exe</bdi>");
	start();
	html_name_short(&html, SLICE("abcdefghijklmnopqrst.exe"), 12);
	expect("<bdi title=\"abcdefghijklmnopqrst.exe\">abcdefg\xE2\x80\xA6.exe</bdi>");
	start();
	html_name_short(&html, SLICE("\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"), 4);
	expect("<bdi>\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5</bdi>");
}

/* Ten kilobytes take the room of a name and a title, whatever they are made of. */
static void test_endless_names(void **state)
{
	static const char *const pieces[] = { "x", "<", "\xff", "\xf0\x9f\x98\x80",
					      "\xe2\x80\xae" };
	char *name = malloc(10240);

	(void)state;
	assert_non_null(name);
	for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
		size_t piece = strlen(pieces[k]), len = 0;

		for (; len + piece <= 10240; len += piece)
			memcpy(name + len, pieces[k], piece);
		start();
		html_name(&html, (struct slice){ name, len });
		fclose(html.out);
		assert_true(written_len < (HTML_NAME_TITLE + HTML_NAME_SHOWN) * 8 + 80);
		assert_non_null(strstr(written, " bytes)\">"));
		free(written);
	}
	free(name);
}

static void test_write_errors_stay_in_the_file(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	html_init(&html, full);
	html_begin(&html, "p");
	for (int i = 0; i < 10000; i++)
		html_string(&html, "text");
	html_end(&html);
	assert_true(ferror(full));
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_endless_names),
		cmocka_unit_test(test_write_errors_stay_in_the_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
