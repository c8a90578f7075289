/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever has threads lends one: for work of which two halves can be done side by side. */
#ifndef STAGES_LENDER_H
#define STAGES_LENDER_H

struct lender {
	void *threads;
	void (*both)(void *threads, void (*here)(void *), void (*there)(void *), void *of);
};

/* Both halves are done when this returns, side by side if a thread was free. Without a lender it is one after the other. */
static inline void lend(const struct lender *lender, void (*here)(void *),
			void (*there)(void *), void *of)
{
	if (lender) {
		lender->both(lender->threads, here, there, of);
		return;
	}
	here(of);
	there(of);
}

#endif
