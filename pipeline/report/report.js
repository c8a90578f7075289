/* SPDX-License-Identifier: Apache-2.0 */
/* What a page of report can do beyond being read: tables that sort and filter, all that opens opened at once, commands copied. */
"use strict";
(function () {
	const make = (tag, props, ...inside) => {
		const element = Object.assign(document.createElement(tag), props);
		element.append(...inside);
		return element;
	};

	/* ---- sorting ---- */

	/* A cell is sorted by data-v where it has one, else by its number or its words. */
	const valueOf = (row, at) => {
		const cell = row.rows[0].cells[at];
		const text = cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim();
		const number = Number(text);
		return text !== "" && !Number.isNaN(number) ? number : text.toLowerCase();
	};

	const compare = (a, b) => {
		if (typeof a === "number" && typeof b === "number")
			return a - b;
		return String(a).localeCompare(String(b), "en", { numeric: true });
	};

	const sortBy = (table, at, heading, status) => {
		const down = heading.getAttribute("aria-sort") !== "descending" &&
			(heading.classList.contains("n") || heading.getAttribute("aria-sort") === "ascending");
		const rows = Array.from(table.tBodies, (row, i) => ({ row, i, value: valueOf(row, at) }));
		rows.sort((a, b) => (down ? compare(b.value, a.value) : compare(a.value, b.value)) || a.i - b.i);
		for (const each of table.tHead.rows[0].cells)
			each.removeAttribute("aria-sort");
		heading.setAttribute("aria-sort", down ? "descending" : "ascending");
		table.append(...rows.map((each) => each.row));
		status.textContent = "Sorted by " + heading.textContent + (down ? ", descending" : ", ascending");
	};

	/* ---- filtering ---- */

	const filterBy = (things, words, status) => {
		const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
		let shown = 0;
		for (const thing of things) {
			thing.text = thing.text || thing.node.textContent.toLowerCase();
			thing.node.hidden = !wanted.every((word) => thing.text.includes(word));
			shown += !thing.node.hidden;
		}
		status.textContent = wanted.length ? shown + " of " + things.length + " shown" : "";
	};

	const tools = (nodes, name, id) => {
		const things = nodes.map((node) => ({ node }));
		const status = make("span", { className: "status", role: "status" });
		const input = make("input", { type: "search", id: id + "-filter", autocomplete: "off" });
		input.addEventListener("input", () => filterBy(things, input.value, status));
		const bar = make("div", { className: "tools" },
			make("label", { htmlFor: input.id }, "Filter " + name + " "), input, status);
		return { bar, status };
	};

	/* Few rows are seen at once. */
	const FEW = 4;

	for (const table of document.querySelectorAll("table.list")) {
		const rows = Array.from(table.tBodies);
		const { bar, status } = tools(rows, (table.caption.textContent || "").split(",")[0].toLowerCase(), table.id);
		if (rows.length >= FEW)
			table.before(bar);
		Array.from(table.tHead.rows[0].cells).forEach((heading, at) => {
			if (rows.length < 2 || heading.textContent === "Spread")
				return;
			const button = make("button", { type: "button" }, ...heading.childNodes);
			button.addEventListener("click", () => sortBy(table, at, heading, status));
			heading.append(button);
		});
	}
	for (const cards of document.querySelectorAll(".cards"))
		if (cards.children.length >= FEW)
			cards.before(tools(Array.from(cards.children), "chains", "cards").bar);

	/* ---- opening ---- */

	const all = Array.from(document.querySelectorAll("details"));
	const open = (whether) => all.forEach((each) => { each.open = whether; });
	const nav = document.querySelector("nav ul");
	if (all.length && nav) {
		const button = make("button", { type: "button" }, "Open all");
		button.addEventListener("click", () => {
			const whether = button.textContent === "Open all";
			open(whether);
			button.textContent = whether ? "Close all" : "Open all";
		});
		nav.append(make("li", { className: "all" }, button));
	}

	/* A record opens wherever it is clicked, unless something in it was meant. */
	document.addEventListener("click", (event) => {
		const record = event.target.closest(".list > tbody");
		const details = record && record.rows.length > 1 && record.rows[0].contains(event.target) &&
			!event.target.closest("a, button") && getSelection().isCollapsed && record.rows[1].querySelector("details");
		if (details)
			details.open = !details.open;
	});

	/* On paper nothing can be opened. */
	let closed = [];
	addEventListener("beforeprint", () => {
		closed = all.filter((each) => !each.open);
		open(true);
	});
	addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));

	/* What is led to is seen, whatever it is folded into or filtered out by. */
	const reveal = () => {
		const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
		if (!target)
			return;
		target.hidden = false;
		for (let at = target; at; at = at.parentElement)
			if (at.tagName === "DETAILS")
				at.open = true;
		target.scrollIntoView();
	};
	addEventListener("hashchange", reveal);
	if (location.hash)
		reveal();

	/* ---- copying ---- */

	const copy = async (node, button) => {
		const range = document.createRange();
		range.selectNodeContents(node);
		getSelection().removeAllRanges();
		getSelection().addRange(range);
		try {
			await navigator.clipboard.writeText(node.textContent);
			button.textContent = "Copied";
		} catch {
			button.textContent = "Selected"; /* Ctrl+C does the rest */
		}
		setTimeout(() => { button.textContent = "Copy"; }, 1500);
	};

	for (const node of document.querySelectorAll("pre.dbg")) {
		const button = make("button", { type: "button", className: "copy" }, "Copy");
		button.setAttribute("aria-label", "Copy these commands");
		button.addEventListener("click", () => copy(node, button));
		node.parentElement.append(button);
	}
})();
