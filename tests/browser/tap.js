/* SPDX-License-Identifier: Apache-2.0 */
/* TAP, one line a check; a check that throws fails and the next one runs. */
"use strict";

class Tap {
	constructor() {
		this.number = 0;
		this.failed = 0;
	}

	line(good, told, why) {
		this.number++;
		this.failed += good ? 0 : 1;
		console.log((good ? "ok " : "not ok ") + this.number + " - " + told);
		if (!good && why !== undefined)
			console.log(String(why).slice(0, 4000).replace(/^/gm, "# "));
	}

	/* got is what was expected, as JSON has it. */
	same(got, expected, told) {
		const a = JSON.stringify(got), b = JSON.stringify(expected);
		this.line(a === b, told, "got      " + a + "\nexpected " + b);
	}

	async check(told, what) {
		try {
			const why = await what();
			this.line(!why, told, why);
		} catch (error) {
			this.line(false, told, error.stack);
		}
	}

	end() {
		console.log("1.." + this.number);
		process.exitCode = this.failed ? 1 : 0;
	}
}

module.exports = { Tap };
