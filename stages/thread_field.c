/* SPDX-License-Identifier: Apache-2.0 */
/* Which field of a THREAD block a line is; see thread_field.h. Their values are read elsewhere. */
#include "stages/thread_field.h"

#include "stages/lex.h"

/* The words and, behind them, a number or a pointer: the words alone may be somebody's prose. */
static inline bool has_number(struct slice text, struct slice words)
{
	const char *at = text.at + words.len, *end = text.at + text.len;

	if (!slice_starts(text, words))
		return false;
	at = lex_behind_column(at, end); /* values stand in one */
	if (at < end && *at <= '9')
		return *at >= '0';
	if (end - at >= 8)
		return eight_hex(eight_load(at)) == EIGHT_HIGH;
	return false;
}

/* Which field the line is, by its first words. */
enum thread_field thread_field_of(struct slice text)
{
#define WORDS(words, field)                   \
	if (slice_starts(text, SLICE(words))) \
	return field
#define NUMBER(words, field)                \
	if (has_number(text, SLICE(words))) \
	return field

	switch (*text.at) {
	case '#':
		return FIELD_STACK;
	case 'A':
		WORDS("Attached Process", FIELD_ATTACHED);
		break;
	case 'B':
		NUMBER("Base", FIELD_BASE);
		break;
	case 'C':
		WORDS("Child", FIELD_STACK);
		NUMBER("Context Switch Count", FIELD_SWITCHES);
		NUMBER("Current LPC port", FIELD_LPC_PORT);
		break;
	case 'D':
		NUMBER("DeviceMap", FIELD_DEVICE_MAP);
		break;
	case 'F':
		NUMBER("FreezeCount", FIELD_COUNTS);
		break;
	case 'I':
		WORDS("IRP List:", FIELD_IRPS);
		WORDS("Impersonation token:", FIELD_TOKEN);
		break;
	case 'K':
		NUMBER("KernelTime", FIELD_KERNEL_TIME);
		WORDS("Kernel stack not resident", FIELD_NOT_RESIDENT);
		break;
	case 'N':
		WORDS("Not impersonating", FIELD_TOKEN);
		break;
	case 'O':
		NUMBER("Owning Process", FIELD_OWNER);
		break;
	case 'P':
		NUMBER("Priority", FIELD_PRIORITY);
		break;
	case 'S':
		NUMBER("Stack Init", FIELD_STACK_INIT);
		WORDS("Start Address", FIELD_START);
		NUMBER("SuspendCount", FIELD_COUNTS);
		break;
	case 'U':
		NUMBER("UserTime", FIELD_USER_TIME);
		break;
	case 'W':
		NUMBER("Wait Start TickCount", FIELD_TICKS);
		WORDS("Win32 Start Address", FIELD_START);
		WORDS("Waiting for reply to ALPC Message ", FIELD_WAITING);
		WORDS("Waiting for reply to LPC MessageId ", FIELD_WAITING);
		WORDS("WaitTime (", FIELD_OLD_TICKS);
		break;
	default:
		break;
	}
	return FIELD_NONE;
#undef WORDS
#undef NUMBER
}
