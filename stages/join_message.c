/* SPDX-License-Identifier: Apache-2.0 */
/* Joining messages by address or MessageId; see join_parts.h. */
#include "stages/join_parts.h"

static void fill_message_fields(struct message *rich, const struct message *poor)
{
	if (rich->waiting_thread == 0)
		rich->waiting_thread = poor->waiting_thread;
	if (rich->server_thread == 0)
		rich->server_thread = poor->server_thread;
	if (rich->queue_port == 0)
		rich->queue_port = poor->queue_port;
	if (rich->owner_process == 0)
		rich->owner_process = poor->owner_process;
	if (rich->id == NUMBER_NONE)
		rich->id = poor->id;
	if (rich->queue_type == 0)
		rich->queue_type = poor->queue_type;
	rich->flags |= poor->flags & MESSAGE_SERVER_SHOWN;
}

/* A message is cut when no sighting of it is whole. */
static void merge_cut(struct message *kept, const struct message *seen)
{
	if (!(seen->flags & MESSAGE_CUT))
		kept->flags &= (uint8_t)~MESSAGE_CUT;
}

static void continue_message(struct message *open, const struct message *rest)
{
	fill_message_fields(open, rest);
	open->flags |= rest->flags & MESSAGE_CUT;
	if (open->owner_image == 0)
		open->owner_image = rest->owner_image;
	continue_evidence(&open->evidence, &rest->evidence);
}

static void merge_message(struct join *join, struct message *seen, bool last)
{
	struct records *records = &join->incident.records;
	uint32_t place = place_put(&join->messages, seen->address,
				   PLACE_KEYS(&records->messages), records->messages.len);
	struct message *kept;

	if (place == MAP_NONE) {
		place = (uint32_t)records->messages.len;
		vec_push(&records->messages, ((struct message){ 0 }));
	}
	kept = &records->messages.at[place];
	if ((seen->flags & MESSAGE_CONTINUED) && join->last.message.address == seen->address) {
		continue_message(&join->last.message, seen);
		*seen = join->last.message;
		*kept = join->last.message_before;
	}
	if (last) {
		join->last.message = *seen;
		join->last.message_before = *kept;
	}
	if (kept->address == 0) {
		*kept = *seen;
		return;
	}
	fill_message_fields(kept, seen);
	merge_cut(kept, seen);
	kept->owner_image =
		image_richer(&records->names, kept->owner_image, seen->owner_image);
}

void join_messages(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(message, &from->messages) {
		struct message seen = *message;

		seen.owner_image = take_name(join, &from->names, seen.owner_image);
		seen.queue_type = take_name(join, &from->names, seen.queue_type);
		seen.evidence = take_evidence(seen.evidence, base);
		merge_message(join, &seen,
			      message + 1 == from->messages.at + from->messages.len);
	}
}
