/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded first-in first-out queue of pointers. It has no lock of its own: it lives under the lock
 * of the stage that owns it, which also decides what to do when it is full or empty.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue {
	void **ring;
	size_t cap, first, len;
};

void queue_init(struct queue *queue, size_t cap);
/* False when the queue is full. */
bool queue_push(struct queue *queue, void *element);
/* The oldest element, or NULL when the queue is empty. */
void *queue_pop(struct queue *queue);
void queue_free(struct queue *queue);

#endif
