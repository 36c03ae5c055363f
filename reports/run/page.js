"use strict";
/* The page is whole without this: it only searches, filters and moves about in it. */
(() => {
	const at = (id) => document.getElementById(id);
	const rows = Array.from(document.querySelectorAll(".sessions tbody tr"));
	const causes = Array.from(document.querySelectorAll(".cause"));
	const texts = rows.map(() => null);
	const search = at("search"), outcome = at("outcome"), shown = at("shown");
	let cell = null;

	const kind = (row) => row.className;
	const fits = (row, index, words) => {
		const wanted = outcome.value;
		if (wanted === "unexpected" ? kind(row) !== "fail" && kind(row) !== "open" : wanted !== "" && kind(row) !== wanted)
			return false;
		if (cell !== null && (row.cells[1].textContent !== cell[0] || row.cells[2].textContent !== cell[1]))
			return false;
		texts[index] ??= row.textContent.toLowerCase();
		return words.every((word) => texts[index].includes(word));
	};

	const filter = () => {
		const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
		let count = 0;
		rows.forEach((row, index) => {
			const fit = fits(row, index, words);
			row.hidden = !fit;
			count += fit;
		});
		shown.textContent = count + " of " + rows.length + (cell !== null ? ", " + cell[0] + " on " + cell[1] : "");
	};

	const clear = () => {
		search.value = outcome.value = "";
		cell = null;
		filter();
	};

	let waiting = 0;
	search.addEventListener("input", () => {
		clearTimeout(waiting);
		waiting = setTimeout(filter, 80);
	});
	outcome.addEventListener("change", filter);
	at("clear").addEventListener("click", clear);

	for (const text of document.querySelectorAll(".matrix td > span.mark")) {
		const button = document.createElement("button");
		button.type = "button";
		button.append(...text.childNodes);
		text.append(button);
		button.addEventListener("click", () => {
			const place = text.closest("td");
			cell = [place.parentNode.cells[0].textContent, document.querySelector(".matrix thead tr").cells[place.cellIndex].textContent];
			search.value = outcome.value = "";
			filter();
			at("sessions").scrollIntoView();
			search.focus({preventScroll: true});
		});
	}

	const move = (by) => {
		if (causes.length === 0)
			return;
		const now = causes.indexOf(document.activeElement.closest?.(".cause") ?? null);
		const next = now < 0 ? (by > 0 ? 0 : causes.length - 1) : (now + by + causes.length) % causes.length;
		causes[next].focus();
		causes[next].scrollIntoView({block: "nearest"});
	};

	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey)
			return;
		if (event.key === "Escape") {
			clear();
			return;
		}
		if (/^(input|select|textarea)$/i.test(event.target.tagName))
			return;
		if (event.key === "/") {
			event.preventDefault();
			search.focus();
		} else if (event.key === "n" || event.key === "p") {
			move(event.key === "n" ? 1 : -1);
		}
	});

	window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
	document.querySelector(".controls").hidden = false;
	filter();
})();
