/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens pages in Debian's Chromium and watches what they do: every request, every message of the console and every violation of the
 * page's policy is kept.
 */
"use strict";
const { chromium } = require("playwright-core");

async function launch() {
	/* As root, which a bare chroot has, Chromium starts without its sandbox only. */
	return chromium.launch({
		executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb", "--hide-scrollbars"],
	});
}

/* A page with what it did: requests beside its own, messages, violations. */
async function open(browser, file, { width = 1280, height = 900, scheme = "light", javaScriptEnabled = true, hash = "" } = {}) {
	const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, javaScriptEnabled });
	const page = await context.newPage();
	const url = "file://" + file;
	const seen = { requests: [], messages: [], violations: [] };
	page.on("request", (request) => {
		if (request.url().split("#")[0] !== url)
			seen.requests.push(request.url());
	});
	page.on("console", (message) => seen.messages.push(message.type() + ": " + message.text()));
	page.on("pageerror", (error) => seen.messages.push("error: " + error));
	page.on("dialog", (dialog) => {
		seen.messages.push("dialog: " + dialog.message());
		dialog.dismiss();
	});
	await context.exposeBinding("tellViolation", (source, what) => seen.violations.push(what));
	await context.addInitScript(() => addEventListener("securitypolicyviolation",
		(event) => window.tellViolation(event.violatedDirective + " " + event.blockedURI)));
	await page.goto(url + hash);
	return { page, context, seen };
}

module.exports = { launch, open };
