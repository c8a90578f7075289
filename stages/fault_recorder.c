/* SPDX-License-Identifier: Apache-2.0 */
/* Looking an image up among those that record faults; see fault_recorder.h. */
#include "stages/fault_recorder.h"

enum fault_recorder image_recorder(struct slice image)
{
	static const struct {
		struct slice image;
		enum fault_recorder recorder;
	} rows[] = {
#define WER_IMAGE(text, id) { { text, sizeof(text) - 1 }, RECORDER_##id },
#include "stages/wer_images.def"
#undef WER_IMAGE
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (image_same(image, rows[i].image))
			return rows[i].recorder;
	return RECORDER_NONE;
}
