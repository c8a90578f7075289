/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/report/report_parts.h"

bool report_incident(struct html *html, const struct shown *shown, const char *folder,
		     struct error *error)
{
	(void)html, (void)shown, (void)folder, (void)error;
	return true;
}
