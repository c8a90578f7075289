/* SPDX-License-Identifier: Apache-2.0 */
/* `query --zombies N`: by_zombies stands in the order of the answer. */
#include "index/query_incident.h"

bool question_zombies(struct asking *asking)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, asking->view, TABLE_BY_ZOMBIES, SLICE_NONE,
			       asking->error);

	while (good && scan_next(&scan, asking->error)) {
		struct incident_hit hit;

		if (scan.key.len != 2 * sizeof(uint64_t)) {
			good = index_damaged(asking->error, "a posting has a wrong length");
			break;
		}
		hit.count = key_count(scan.key.at);
		hit.id = key_number(scan.key.at + sizeof(uint64_t));
		if (hit.count < asking->filter->least_zombies)
			break;
		asking->cut = asking->hits->len >= asking->enough;
		if (asking->cut)
			break;
		vec_push(asking->hits, hit);
	}
	scan_end(&scan);
	return good && asking->error->kind == ERROR_NONE;
}
