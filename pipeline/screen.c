/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the terminal and the environment; see screen.h. */
#include "pipeline/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pipeline/base/utf8.h"
#include "pipeline/globals.h"

static struct {
	bool asked, terminal;
	size_t columns;
} screen;

static size_t ask_columns(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	size_t room = 0;

	for (; columns && *columns >= '0' && *columns <= '9' && room < 100000; columns++)
		room = room * 10 + (size_t)(*columns - '0');
	if (columns && *columns == 0 && room)
		return room;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void ask(void)
{
	if (screen.asked)
		return;
	screen.asked = true;
	screen.terminal = isatty(STDOUT_FILENO);
	screen.columns = screen.terminal ? ask_columns() : 0;
}

bool screen_is_terminal(void)
{
	ask();
	return screen.terminal;
}

bool screen_is_capable(void)
{
	const char *term = getenv("TERM");

	return screen_is_terminal() && term && *term && strcmp(term, "dumb") != 0;
}

size_t screen_columns(void)
{
	ask();
	return screen.columns;
}

bool screen_draws(void)
{
	return utf8_on_terminal() && (!screen_is_terminal() || screen_is_capable());
}

bool screen_is_colored(void)
{
	const char *no_color = getenv("NO_COLOR");
	bool none = no_color && *no_color;

	if (globals()->color != COLOR_AUTO && !(none && globals()->color_of_file))
		return globals()->color == COLOR_ALWAYS;
	return !none && screen_is_capable();
}

const char *style_begin(enum style style)
{
	static const char *const codes[STYLES] = {
		"", "\x1b[1m", "\x1b[33m", "\x1b[31m", "\x1b[32m",
	};

	return screen_is_colored() ? codes[style] : "";
}

const char *style_end(enum style style)
{
	return style != STYLE_PLAIN && screen_is_colored() ? "\x1b[0m" : "";
}
