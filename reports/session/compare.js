"use strict";
/*
 * Two sessions side by side. Which is in the page's fragment, #a=FOLDER&b=FOLDER, and only folders
 * that assets/sessions.js names are ever loaded.
 *
 * How it works: every row gets a key that leaves out what differs from seed to seed without meaning
 * anything. The keys that both begin with are skipped, but for a few rows; of what follows a
 * longest common subsequence puts the rows that are alike beside each other, window by window.
 */
(() => {
	const CONTEXT = 5; /* rows before the first difference */
	const WINDOW = 300; /* rows of each side that are aligned at once */
	const ALIKE = 8; /* more rows that are alike than this, in a row, become one line */
	const at = (id) => document.getElementById(id);
	let list = [];
	let sides = null;

	const causes = (text) => Array.from(text.matchAll(/'(.*?)' ([a-z_]+)/g), ([, name, action]) => name + " " + action)
		.filter((cause) => !/ (delay|rate|slot|mahimahi|link_trace)$/.test(cause)).join(",");
	const key = (row) => row.kind === stutter.FRAME ? ["f", row.direction, row.name || row.ends.replace(/\d+/g, "#"), row.fate, causes(row.cause)].join("|") :
		row.kind === stutter.BULK ? "b|" + row.flow + "|" + (row.lost > 0) :
		row.kind === stutter.EVENT ? "e|" + row.topic + "|" + row.text.replace(/\d+(\.\d+)?/g, "#") : "g";

	const label = ([folder, scenario, device, seed, outcome]) => outcome + ": " + scenario + ", seed " + seed + ", on " + device;

	const load = (folder) => new Promise((resolve, reject) => {
		const known = stutter.sessions.find((data) => data.folder === folder);
		if (known !== undefined) {
			resolve(known);
			return;
		}
		const script = document.createElement("script");
		script.src = "./" + folder.split("/").map(encodeURIComponent).join("/") + "/data.js";
		script.addEventListener("load", () => {
			const data = stutter.sessions.find((one) => one.folder === folder);
			script.remove();
			if (data !== undefined && data.version === 1)
				resolve(data);
			else
				reject(new Error(folder + "/data.js is of another version; make the report anew"));
		});
		script.addEventListener("error", () => reject(new Error(folder + "/data.js cannot be read; make the report anew")));
		document.head.append(script);
	});

	/*
	 * @return pairs of rows of both windows; one of a pair is null where the other has nothing
	 * like it.
	 */
	const align = (left, right) => {
		const lengths = Array.from({length: left.length + 1}, () => new Uint16Array(right.length + 1));
		for (let i = left.length - 1; i >= 0; i--)
			for (let k = right.length - 1; k >= 0; k--)
				lengths[i][k] = left[i].key === right[k].key ? lengths[i + 1][k + 1] + 1 : Math.max(lengths[i + 1][k], lengths[i][k + 1]);
		const pairs = [];
		let i = 0, k = 0;
		while (i < left.length || k < right.length)
			if (i < left.length && k < right.length && left[i].key === right[k].key)
				pairs.push([left[i++], right[k++]]);
			else if (k === right.length || (i < left.length && lengths[i + 1][k] >= lengths[i][k + 1]))
				pairs.push([left[i++], null]);
			else
				pairs.push([null, right[k++]]);
		return pairs;
	};

	const addCell = (row, other) => {
		if (row === null) {
			at("pair").append(stutter.make("div", "empty"));
			return;
		}
		const item = stutter.draw(row);
		const cell = stutter.make("div", other === null ? "only" : "");
		if (other === null)
			cell.append(stutter.make("span", "unseen", "only here: "));
		cell.append(...[stutter.make("div", item.className, ...item.childNodes)]);
		at("pair").append(cell);
	};

	const addAlike = (count) => at("pair").append(stutter.make("div", "alike", count + " rows are alike"));

	/* Draws the next window of both. */
	const drawMore = () => {
		const [left, right] = sides;
		const pairs = align(left.rows.slice(left.next, left.next + WINDOW), right.rows.slice(right.next, right.next + WINDOW));
		left.next += WINDOW;
		right.next += WINDOW;
		for (let i = 0; i < pairs.length; i++) {
			let end = i;
			while (end < pairs.length && pairs[end][0] !== null && pairs[end][1] !== null)
				end++;
			if (end - i > ALIKE) {
				addAlike(end - i);
				i = end - 1;
			} else {
				addCell(pairs[i][0], pairs[i][1]);
				addCell(pairs[i][1], pairs[i][0]);
			}
		}
		at("more").hidden = left.next >= left.rows.length && right.next >= right.rows.length;
	};

	const FACTS = [["outcome", "outcome"], ["reason", "reason"], ["ended in phase", "phase"], ["found by judge", "judge"], ["digest", "digest"]];
	const tell = (left, right) => {
		at("left").textContent = left.scenario + ", seed " + left.seed + ", on " + left.device;
		at("right").textContent = right.scenario + ", seed " + right.seed + ", on " + right.device;
		const fact = (name, a, b) => {
			const head = stutter.make("th", "", name);
			head.scope = "row";
			return stutter.make("tr", "", head, stutter.make("td", "", stutter.make("bdi", "", a)), stutter.make("td", "", stutter.make("bdi", "", b)));
		};
		const applied = (data) => data.faults.map((fault) => fault.name + ": " + fault.count).join(", ");
		at("rows").replaceChildren(...FACTS.map(([name, field]) => fact(name, left[field], right[field])),
			fact("ended at", stutter.seconds(left.end, 3), stutter.seconds(right.end, 3)), fact("faults", applied(left), applied(right)));
		at("facts").hidden = false;
	};

	const compare = (left, right) => {
		tell(left, right);
		sides = [left, right].map((data) => ({rows: data.rows.map((row) => {
			const made = stutter.row(row);
			made.key = key(made);
			return made;
		}), next: 0}));
		const [a, b] = sides;
		let same = 0;
		while (same < a.rows.length && same < b.rows.length && a.rows[same].key === b.rows[same].key)
			same++;
		at("pair").replaceChildren();
		at("both").hidden = false;
		if (same === a.rows.length && same === b.rows.length) {
			at("first").textContent = "Nowhere: all " + same + " rows are alike.";
			at("more").hidden = true;
			return;
		}
		const one = a.rows[same] ?? b.rows[same];
		at("first").textContent = "After " + same + " rows that are alike, at " + stutter.seconds(one.at ?? 0) + (a.rows[same] === undefined || b.rows[same] === undefined ? ", where one of them ends." : ".");
		const from = Math.max(0, same - CONTEXT);
		if (from > 0)
			addAlike(from);
		for (const data of [left, right])
			at("pair").append(stutter.make("h3", "", data.outcome + ": seed " + data.seed + ", on " + data.device));
		for (const _ of sides)
			at("pair").append(stutter.heads());
		for (let i = from; i < same; i++) {
			addCell(a.rows[i], b.rows[i]);
			addCell(b.rows[i], a.rows[i]);
		}
		at("pair").append(stutter.make("div", "differs", "\u2260 here they part"));
		a.next = b.next = same;
		drawMore();
	};

	const show = async () => {
		const wanted = [at("a").value, at("b").value];
		at("state").textContent = wanted[0] === wanted[1] ? "Choose two sessions." : "";
		at("facts").hidden = at("both").hidden = true;
		if (wanted[0] === wanted[1])
			return;
		try {
			const [left, right] = await Promise.all(wanted.map(load));
			if (wanted[0] === at("a").value && wanted[1] === at("b").value)
				compare(left, right);
		} catch (error) {
			at("state").textContent = error.message;
		}
	};

	const choose = () => {
		location.hash = "a=" + encodeURIComponent(at("a").value) + "&b=" + encodeURIComponent(at("b").value);
	};

	/*
	 * What the fragment does not say is another session of the same scenario, with another
	 * outcome if there is one.
	 */
	const follow = () => {
		const wanted = new URLSearchParams(location.hash.slice(1));
		const find = (name) => list.find(([folder]) => folder === wanted.get(name));
		const a = find("a") ?? list[0];
		const others = list.filter((session) => session !== a && session[1] === a[1]);
		const b = find("b") ?? others.find((session) => session[4] !== a[4]) ?? others[0] ?? list.find((session) => session !== a) ?? a;
		at("a").value = a[0];
		at("b").value = b[0];
		show();
	};

	/* What assets/sessions.js calls. */
	window.stutterRun = (sessions) => {
		list = sessions;
		if (list.length < 2) {
			at("state").textContent = "There are no two sessions in this run to compare.";
			return;
		}
		for (const name of ["a", "b"]) {
			at(name).append(...list.map((session) => {
				const option = stutter.make("option", "", label(session));
				option.value = session[0];
				return option;
			}));
			at(name).addEventListener("change", choose);
		}
		at("swap").addEventListener("click", () => {
			[at("a").value, at("b").value] = [at("b").value, at("a").value];
			choose();
		});
		at("more").addEventListener("click", drawMore);
		at("choice").hidden = false;
		addEventListener("hashchange", follow);
		follow();
	};
})();
