/* SPDX-License-Identifier: Apache-2.0 */
/* What the names of images say, each asked once; see image_facts.h. */
#include "stages/image_facts.h"

#include "stages/incident.h"
#include "stages/special.h"

static void learn(const struct names *names, image_facts_list *facts, name_id image)
{
	struct image_facts *fact = &facts->at[image];
	struct slice text;

	if (fact->known)
		return;
	text = names_text(names, image);
	*fact = (struct image_facts){ .key = image_key(text),
				      .known = true,
				      .minimal = image_is_minimal(text),
				      .special = image_is_special(text) };
}

void image_facts_find(const struct records *records, image_facts_list *facts)
{
	size_t count = records->names.texts.len + 1;

	vec_reserve(facts, count);
	memset(facts->at, 0, count * sizeof(*facts->at));
	facts->len = count;
	vec_for_each(process, &records->processes)
		learn(&records->names, facts, process->image);
	vec_for_each(row, &records->vm_rows)
		learn(&records->names, facts, row->image);
}
