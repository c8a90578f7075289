/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests/check-report asks of pages of report, in a browser:
 *
 *     node report.js FOLDER [--update]
 *
 * FOLDER holds index.html, incident.html, hostile.html and drawing-*.html. Pictures of all views are left in FOLDER/views. With --update
 * the goldens beside this file are made anew.
 */
"use strict";
const fs = require("fs");
const path = require("path");
const { launch, open } = require("./browser");
const { Tap } = require("./tap");

const folder = path.resolve(process.argv[2]);
const update = process.argv.includes("--update");
const goldens = path.join(__dirname, "goldens");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const tap = new Tap();
const views = [];
for (const width of [1280, 400])
	for (const scheme of ["light", "dark"])
		views.push({ width, scheme });

const file = (name) => path.join(folder, name);

/* What a page must never do, asked at the end of each visit. */
function quiet(seen, told) {
	tap.same(seen, { requests: [], messages: [], violations: [] }, told + ": no request, no message, no violation");
}

async function barriers(page) {
	const session = await page.context().newCDPSession(page);
	await session.send("Runtime.evaluate", { expression: axe + ";0" });
	const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
	return found.violations.map((each) => each.id + ": " + each.help + "\n" +
		each.nodes.slice(0, 3).map((node) => "  " + node.target + " " + node.failureSummary).join("\n")).join("\n");
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth
	? "the page is " + document.documentElement.scrollWidth + " wide" : "");

async function look(browser, name, view) {
	const { page, context, seen } = await open(browser, file(name), view);
	const told = name + " " + view.width + " " + view.scheme;
	await page.screenshot({ path: path.join(folder, "views", name + "-" + view.width + "-" + view.scheme + ".png") });
	await tap.check(told + ": no wider than the screen", () => overflow(page));
	await page.click("nav .all button");
	await tap.check(told + ": all open, no wider than the screen", () => overflow(page));
	await page.screenshot({ path: path.join(folder, "views", name + "-" + view.width + "-" + view.scheme + "-open.png"), fullPage: false });
	/* A large page takes axe seconds: both widths and both schemes once are enough where the small one has all four. */
	if (name !== "index.html" || (view.width === 1280) === (view.scheme === "light"))
		await tap.check(told + ": axe finds no barrier", () => barriers(page));
	quiet(seen, told);
	await context.close();
}

/* ---- what can be done with a page ---- */

const column = (page, table, at) => page.$$eval("#" + table + " > tbody:not([hidden])",
	(rows, cell) => rows.map((row) => row.rows[0].cells[cell].textContent.trim()), at);
const numbers = (texts) => texts.map((text) => Number(text.replace(/,/g, "")));
const sorted = (list, down) => [...list].sort((a, b) => (down ? b - a : a - b));

async function sorts(page) {
	const heading = page.locator("#t-incidents th", { hasText: "Zombies" });
	const before = numbers(await column(page, "t-incidents", 5));
	await heading.locator("button").click();
	tap.same(await heading.getAttribute("aria-sort"), "descending", "sort: a number goes down first");
	tap.same(numbers(await column(page, "t-incidents", 5)), sorted(before, true), "sort: most first");
	tap.line(JSON.stringify(before) !== JSON.stringify(sorted(before, true)), "sort: it was another order before");
	await heading.locator("button").focus();
	await page.keyboard.press("Enter");
	tap.same(await heading.getAttribute("aria-sort"), "ascending", "sort: again by the keyboard, up");
	tap.same(numbers(await column(page, "t-incidents", 5)), sorted(before, false), "sort: least first");
	const machine = page.locator("#t-incidents th", { hasText: "Machine" });
	await machine.locator("button").click();
	tap.same([await machine.getAttribute("aria-sort"), await heading.getAttribute("aria-sort")], ["ascending", null],
		"sort: words go up first, one column at a time");
	const names = await column(page, "t-incidents", 2);
	tap.same(names, [...names].sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), "en", { numeric: true })), "sort: by name");
}

async function filters(page) {
	const ids = await column(page, "t-incidents", 0);
	await page.fill("#t-incidents-filter", ids[1].slice(0, 12).toUpperCase());
	tap.same(await column(page, "t-incidents", 0), [ids[1]], "filter: without case, one row is left");
	tap.same(await page.locator("#t-incidents-filter + .status").textContent(), "1 of " + ids.length + " shown", "filter: how many is said");
	await page.fill("#t-incidents-filter", "");
	tap.same((await column(page, "t-incidents", 0)).length, ids.length, "filter: emptied, all are back");
	const label = await page.locator(".cards .card h3 bdi").first().textContent();
	await page.fill("#cards-filter", label.split(" ")[0] + " " + label.split(" ").pop());
	const left = await page.$$eval(".cards .card:not([hidden])", (cards) => cards.map((card) => card.textContent.toLowerCase()));
	tap.line(left.length > 0 && left.every((text) => text.includes(label.split(" ")[0])), "filter: cards by all words", left.length);
	await page.fill("#cards-filter", "");
}

async function opens(page) {
	const details = page.locator("#t-points details").first();
	const commands = details.locator("pre.dbg").first();
	tap.same(await commands.isVisible(), false, "open: closed at first");
	await details.locator("summary").click();
	tap.same(await commands.isVisible(), true, "open: a click opens to the commands");
	tap.line(/^!(thread|process|alpc|vm|locks|lpc)/.test(await commands.textContent()), "open: they are the debugger's");
	tap.line(/line/.test(await details.locator("pre.src").first().textContent()), "open: beside the lines of the log");
	await details.locator("summary").focus();
	await page.keyboard.press("Enter");
	tap.same(await commands.isVisible(), false, "open: the keyboard closes it");
	await page.keyboard.press("Enter");
	await page.locator("#t-points > tbody").first().locator("td").nth(3).click();
	tap.same(await commands.isVisible(), false, "open: a click on the record closes it");
	await page.locator("#t-points > tbody").first().locator("td").nth(3).click();
	await details.locator("button.copy").first().click();
	await page.waitForFunction(() => document.querySelector("#t-points .copy").textContent !== "Copy");
	tap.same(await page.evaluate(() => getSelection().toString().trim()), (await commands.textContent()).trim(), "copy: the commands are selected");
}

async function leads(page) {
	const link = page.locator("#t-points a[href^='#c-']").first();
	const target = (await link.getAttribute("href")).slice(1);
	await page.fill("#cards-filter", "nothing has this in it");
	await link.click();
	await page.locator("[id='" + target + "']").waitFor({ timeout: 5000 }).catch(() => {}); // the browser tells of the link later
	tap.same(await page.locator("[id='" + target + "']").isVisible(), true, "link: leads to its drawing, though that was filtered out");
	await page.fill("#cards-filter", "");
	await page.evaluate(() => document.body.focus());
	await page.goto(page.url().split("#")[0]);
	await page.keyboard.press("Tab");
	tap.same(await page.evaluate(() => document.activeElement.className), "skip", "keyboard: the first stop leads to the content");
}

async function prints(page) {
	await page.emulateMedia({ media: "print" });
	await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
	tap.same(await page.evaluate(() => Array.from(document.querySelectorAll("details")).every((each) => each.open)), true, "print: all is open");
	tap.same(await page.locator("nav").isVisible(), false, "print: nothing to click");
	await page.evaluate(() => dispatchEvent(new Event("afterprint")));
	tap.same(await page.evaluate(() => Array.from(document.querySelectorAll("details")).some((each) => each.open)), false, "print: then closed again");
	await page.emulateMedia({ media: "screen" });
}

async function works(browser) {
	const { page, context, seen } = await open(browser, file("index.html"));
	for (const part of [sorts, filters, opens, leads, prints])
		await tap.check("all steps of: " + part.name, () => part(page));
	quiet(seen, "after all that");
	await context.close();
}

async function worksWithoutScript(browser) {
	const { page, context, seen } = await open(browser, file("index.html"), { javaScriptEnabled: false });
	tap.same([await page.locator("input").count(), await page.locator("button").count()], [0, 0], "no script: nothing that does nothing");
	const details = page.locator("#t-points details").first();
	await details.locator("summary").click();
	tap.same(await details.locator("pre.dbg").first().isVisible(), true, "no script: rows open");
	tap.line(await page.locator("svg.chain").count() > 3, "no script: chains are drawn");
	const texts = await page.locator("svg.chain").first().locator("text").allTextContents();
	tap.line(texts.length > 2 && texts.every(Boolean), "no script: what is drawn can be read", texts);
	await details.locator("summary").click();
	await page.emulateMedia({ media: "print" });
	tap.line((await details.locator("pre.dbg").first().boundingBox())?.height > 10, "no script: on paper closed rows are open");
	quiet(seen, "no script");
	await context.close();
}

/* ---- strangers' names ---- */

async function hostile(browser) {
	for (const width of [1280, 400]) {
		const { page, context, seen } = await open(browser, file("hostile.html"), { width });
		await page.click("nav .all button");
		await tap.check("hostile " + width + ": no wider than the screen", () => overflow(page));
		tap.same(await page.evaluate(() => [typeof window.hurt, document.scripts.length, document.querySelectorAll("img, iframe, b[onclick], [style]").length]),
			["undefined", 1, 0], "hostile " + width + ": nothing ran, nothing was made");
		const text = await page.evaluate(() => document.body.textContent);
		tap.line(text.includes("</script><script>window.hurt=1</script>"), "hostile " + width + ": it stands there as text");
		tap.line(!/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text), "hostile " + width + ": nothing steers");
		await tap.check("hostile " + width + ": axe finds no barrier", () => barriers(page));
		quiet(seen, "hostile " + width);
		await context.close();
	}
}

/* A page that was tampered with: the policy holds, and what it holds back is seen here, else no page could fail. */
async function tampered(browser) {
	const at = file("tampered.html");
	fs.writeFileSync(at, fs.readFileSync(file("incident.html"), "utf8").replace("</main>",
		'<p style="color: red" onclick="hurt = 1" id="tampered">x</p><img src="https://example.invalid/x.png"><script>hurt = 2</script></main>'));
	const { page, context, seen } = await open(browser, at);
	await page.click("#tampered");
	await page.waitForTimeout(200);
	const kept = seen.violations.map((each) => each.split(" ")[0]);
	for (const each of ["style-src-attr", "script-src-attr", "img-src", "script-src-elem"])
		tap.line(kept.includes(each), "tampered: " + each + " is held back, and seen", kept);
	tap.same(await page.evaluate(() => typeof window.hurt), "undefined", "tampered: nothing ran");
	await context.close();
}

/* ---- goldens ---- */

/*
 * Where things lie that no font moves, and which colours they have. Sizes are whole pixels, since a box may begin at a fraction.
 */
const layout = (page) => page.evaluate(() => {
	const box = (selector) => Array.from(document.querySelectorAll(selector)).slice(0, 4).map((element) => {
		const { left, width } = element.getBoundingClientRect();
		return [Math.round(left), Math.round(width)];
	});
	const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
	return {
		sections: box("section"), cards: box(".card"), table: box("#t-incidents"),
		cells: style("#t-incidents td", "display"),
		page: style("body", "backgroundColor"), ink: style("body", "color"), card: style("section", "backgroundColor"),
		hop: style(".chain rect.hop", "fill"), end: style(".chain rect.end", "fill"), link: style("nav a", "color"),
	};
});

async function layouts(browser) {
	const at = path.join(goldens, "layout.json");
	const got = {};
	for (const view of views) {
		const { page, context } = await open(browser, file("index.html"), view);
		got[view.width + " " + view.scheme] = await layout(page);
		await context.close();
	}
	if (update)
		fs.writeFileSync(at, "{\n" + Object.keys(got).map((view) => JSON.stringify(view) + ": " +
			JSON.stringify(got[view])).join(",\n") + "\n}\n");
	const golden = JSON.parse(fs.readFileSync(at, "utf8"));
	for (const view of Object.keys(got))
		tap.same(got[view], golden[view], "layout of " + view);
}

/* Pixels of which some colour differs by more than a little, of all. Looked at by the browser itself. */
const differing = (page, one, two) => page.evaluate(async (pictures) => {
	const pixels = await Promise.all(pictures.map(async (picture) => {
		const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
		const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
		const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
		canvas.getContext("2d").drawImage(bitmap, 0, 0);
		return canvas.getContext("2d").getImageData(0, 0, bitmap.width, bitmap.height);
	}));
	const [a, b] = pixels;
	if (a.width !== b.width || a.height !== b.height)
		return 1;
	let count = 0;
	for (let i = 0; i < a.data.length; i += 4)
		count += [0, 1, 2].some((k) => Math.abs(a.data[i + k] - b.data[i + k]) > 24);
	return count / (a.data.length / 4);
}, [one.toString("base64"), two.toString("base64")]);

/* Drawings without their words, which each machine sets in a font of its own. */
async function drawing(browser, name, scheme, judge) {
	const { page, context } = await open(browser, file("drawing-" + name + ".html"), { scheme });
	await page.evaluate(() => document.styleSheets[0].insertRule(".chain text { visibility: hidden }", document.styleSheets[0].cssRules.length));
	const at = path.join(goldens, name + "-" + scheme + ".png");
	const picture = await page.locator("svg.chain").first().screenshot();
	if (update)
		fs.writeFileSync(at, picture);
	const part = await differing(judge, picture, fs.readFileSync(at));
	if (part > 0.002)
		fs.writeFileSync(path.join(folder, "views", "drawing-" + name + "-" + scheme + ".png"), picture);
	tap.line(part <= 0.002, "drawing of " + name + ", " + scheme, (part * 100).toFixed(2) + " % of the pixels differ");
	await context.close();
}

async function main() {
	fs.mkdirSync(path.join(folder, "views"), { recursive: true });
	const browser = await launch();
	try {
		for (const name of ["index.html", "incident.html"])
			for (const view of views)
				await tap.check("all steps of: " + name + " " + view.width + " " + view.scheme, () => look(browser, name, view));
		await tap.check("all steps: work", () => works(browser));
		await tap.check("all steps: without script", () => worksWithoutScript(browser));
		await tap.check("all steps: hostile", () => hostile(browser));
		await tap.check("all steps: tampered", () => tampered(browser));
		await tap.check("all steps: layouts", () => layouts(browser));
		const judge = await browser.newPage();
		for (const name of ["path", "ring", "semicircle", "tail"])
			for (const scheme of ["light", "dark"])
				await tap.check("all steps: drawing " + name, () => drawing(browser, name, scheme, judge));
	} finally {
		await browser.close();
	}
	tap.end();
}

main().catch((error) => {
	tap.line(false, "the browser", error.stack);
	tap.end();
});
