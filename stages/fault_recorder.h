/* SPDX-License-Identifier: Apache-2.0 */
/* Of the images that signify faults those that record them, and whose they are (wer_images.def). */
#ifndef STAGES_FAULT_RECORDER_H
#define STAGES_FAULT_RECORDER_H

#include "stages/record.h"

enum fault_recorder {
	RECORDER_NONE,
	RECORDER_WER,       /* Windows Error Reporting as of Vista */
	RECORDER_WER_OLD,   /* that of XP and 2003 */
	RECORDER_DR_WATSON, /* of XP, 2003 and before */
};

/* Names are compared as image_same() does. */
enum fault_recorder image_recorder(struct slice image);

#endif
