/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message is always put together in a buffer of its own first, since its arguments may
 * well lie in the error that it is about to replace.
 */
#include "pipeline/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

struct message {
	char text[sizeof(((struct error *)0)->text)];
	size_t len;
	bool cut;
};

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* A message that was cut ends with "…", and not in the middle of a letter. */
static void cut_at(struct message *message, size_t len)
{
	for (int bytes = 1; bytes < 4 && is_continuation(message->text[len]); bytes++)
		len--;
	memcpy(message->text + len, ELLIPSIS, sizeof(ELLIPSIS));
	message->len = len + sizeof(ELLIPSIS) - 1;
	message->cut = true;
}

static void append_args(struct message *message, const char *format, va_list args)
{
	size_t room = sizeof(message->text) - message->len;
	int len;

	if (message->cut)
		return;
	len = vsnprintf(message->text + message->len, room, format, args);
	if (len < 0)
		message->text[message->len] = '\0';
	else if ((size_t)len >= room)
		cut_at(message, sizeof(message->text) - sizeof(ELLIPSIS));
	else
		message->len += (size_t)len;
}

static void append(struct message *message, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(struct message *message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append_args(message, format, args);
	va_end(args);
}

static void store(struct error *error, struct message *message)
{
	for (size_t i = 0; i < message->len; i++)
		if (message->text[i] == '\n' || message->text[i] == '\r')
			message->text[i] = ' ';
	memcpy(error->text, message->text, message->len + 1);
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
	struct message message = { .len = 0 };
	va_list args;

	va_start(args, format);
	append_args(&message, format, args);
	va_end(args);
	store(error, &message);
	error->kind = kind;
	error->reason = NULL;
	return false;
}

bool error_input(struct error *error, const char *reason, const char *format, ...)
{
	struct message message = { .len = 0 };
	va_list args;

	va_start(args, format);
	append_args(&message, format, args);
	va_end(args);
	store(error, &message);
	error->kind = ERROR_INPUT;
	error->reason = reason;
	return false;
}

bool error_errno(struct error *error, const char *format, ...)
{
	struct message message = { .len = 0 };
	int number = errno;
	va_list args;

	va_start(args, format);
	append_args(&message, format, args);
	va_end(args);
	errno = number;
	append(&message, ": %m");
	store(error, &message);
	error->kind = ERROR_IO;
	error->reason = NULL;
	errno = number;
	return false;
}

bool error_context(struct error *error, const char *format, ...)
{
	struct message message = { .len = 0 };
	va_list args;

	va_start(args, format);
	append_args(&message, format, args);
	va_end(args);
	append(&message, ": %s", error->text);
	store(error, &message);
	return false;
}
