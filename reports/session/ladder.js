"use strict";
/*
 * The ladder of a session's conversation, for the page of one session and for two side by side:
 * device, proxy and far end as three lines, time downwards. What a row says it says in words, too;
 * colours only help. All text goes in as text, never as markup.
 */
const stutter = {sessions: []};

/*
 * Paper is white, whatever the screen was; drawings, which are made before a style sheet for print
 * applies, learn it by this class.
 */
addEventListener("beforeprint", () => document.documentElement.classList.add("print"));
addEventListener("afterprint", () => document.documentElement.classList.remove("print"));

/* What data.js calls. */
function stutterSession(data) {
	stutter.sessions.push(data);
}

stutter.FRAME = 0;
stutter.BULK = 1;
stutter.EVENT = 2;
stutter.GAP = 3;
const FATES = ["arrived", "dropped", "gone", "made"];

stutter.make = (tag, className, ...children) => {
	const element = document.createElement(tag);
	if (className)
		element.className = className;
	element.append(...children);
	return element;
};

/* A row of data.js as an object. */
stutter.row = (row) => {
	switch (row[0]) {
	case stutter.FRAME: {
		const [kind, at, direction, fate, latency, id, name, ends, cause] = row;
		/*
		 * What the cable loses on the way to the server never comes to the proxy and has no
		 * number.
		 */
		const open = FATES[fate] === "gone" && direction === 0 && id !== 0;
		return {kind, at, direction, fate: open ? "open" : FATES[fate], latency, id, name, ends, cause};
	}
	case stutter.BULK: {
		const [kind, at, to, flow, framesUp, bytesUp, framesDown, bytesDown, delayed, lost, repeated] = row;
		return {kind, at, to, flow, framesUp, bytesUp, framesDown, bytesDown, delayed, lost, repeated};
	}
	case stutter.EVENT: {
		const [kind, at, lane, problem, topic, text] = row;
		return {kind, at, lane, problem: problem === 1, topic, text};
	}
	default:
		return {kind: row[0], count: row[1]};
	}
};

/* Times are cut, not rounded, as everywhere. */
stutter.seconds = (us, digits = 6) => {
	const text = String(Math.floor(us)).padStart(7, "0");
	return text.slice(0, -6) + (digits > 0 ? "." + text.slice(-6).slice(0, digits) : "") + " s";
};

stutter.duration = (us) => us < 1000 ? us + " \u00b5s" : us < 1e6 ? (us / 1000).toFixed(2) + " ms" : (us / 1e6).toFixed(2) + " s";

stutter.bytes = (count) => count < 1000 ? count + " B" : count < 1e6 ? (count / 1000).toFixed(1) + " kB" : (count / 1e6).toFixed(2) + " MB";

const onlyLate = (cause) => !cause.includes("-> dropped") && /^'.*' (delay|rate|slot|mahimahi|link_trace)\b[^,]* -> leaves after/.test(cause) && !/, '/.test(cause);

/* Whether somebody who looks for what went wrong stops here. */
stutter.isProblem = (row) => row.kind === stutter.EVENT ? row.problem :
	row.kind === stutter.BULK ? row.lost > 0 :
	row.kind === stutter.FRAME && (!["arrived", "open"].includes(row.fate) || (row.cause !== "" && !onlyLate(row.cause)));

const fateText = (row) => {
	const parts = [];
	if (row.fate === "dropped")
		parts.push("\u2716 lost");
	else if (row.fate === "gone")
		parts.push(row.cause.startsWith("lost") ? "\u2716" : "\u2716 never arrived");
	else if (row.fate === "made")
		parts.push("\u2726 made by the proxy");
	else if (row.fate === "open")
		parts.push("\u2026 under way at the end");
	if (row.cause !== "")
		parts.push((row.fate === "arrived" ? "\u25c6 " : "") + (onlyLate(row.cause) ? row.cause.replace(/ -> leaves after.*/, "") : row.cause.replace(/ -> dropped$/, "")));
	return parts.join(", ");
};

const frameRow = (row) => {
	const up = row.direction === 0;
	const arrow = stutter.make("span", "arrow");
	arrow.setAttribute("aria-hidden", "true");
	const label = stutter.make("span", "label", stutter.make("b", "", row.name === "" ? row.ends : row.name));
	const more = [];
	if (row.name !== "")
		more.push(row.ends);
	if (row.id !== 0)
		more.push("#" + row.id);
	if (row.latency > 0)
		more.push("after " + stutter.duration(row.latency));
	label.append(" ", stutter.make("small", "", more.join(", ")));
	const lanes = stutter.make("div", "lanes", stutter.make("span", "unseen", up ? "to the server: " : "to the device: "), label);
	const fate = fateText(row);
	if (fate !== "")
		lanes.append(stutter.make("span", "fate", fate));
	lanes.append(arrow);
	return ["frame " + (up ? "up" : "down") + " " + row.fate + (row.cause !== "" ? " touched" : ""), lanes];
};

const bulkRow = (row) => {
	const way = (frames, bytes, to) => frames > 0 ? frames + (frames === 1 ? " frame, " : " frames, ") + stutter.bytes(bytes) + " to the " + to : null;
	const parts = [way(row.framesDown, row.bytesDown, "device"), way(row.framesUp, row.bytesUp, "server")].filter((part) => part !== null);
	const notes = [row.delayed > 0 ? row.delayed + " delayed" : null, row.lost > 0 ? "\u2716 " + row.lost + " lost" : null,
		row.repeated > 0 ? row.repeated + " sent again" : null].filter((part) => part !== null);
	const label = stutter.make("span", "label", stutter.make("b", "", "bulk [" + row.flow + "]"), " ",
		stutter.make("small", "", parts.join("; ") + ", in " + stutter.duration(row.to - row.at)));
	const arrow = stutter.make("span", "arrow");
	arrow.setAttribute("aria-hidden", "true");
	const lanes = stutter.make("div", "lanes", label, arrow);
	if (notes.length > 0)
		lanes.append(stutter.make("span", "fate", notes.join(", ")));
	return ["bulk", lanes];
};

const LANES = ["device", "proxy", "server"];
const eventRow = (row) => ["event at-" + LANES[row.lane], stutter.make("div", "lanes",
	stutter.make("span", "label", stutter.make("b", "", row.topic), " ", stutter.make("bdi", "", row.text)))];

/* @return the list item of a row. */
stutter.draw = (row) => {
	const [className, lanes] = row.kind === stutter.FRAME ? frameRow(row) : row.kind === stutter.BULK ? bulkRow(row) :
		row.kind === stutter.EVENT ? eventRow(row) : ["gap", stutter.make("div", "lanes",
			stutter.make("span", "label", row.count + " rows are left out here; the trace and the captures have them"))];
	const item = stutter.make("li", "row " + className + (stutter.isProblem(row) ? " problem" : ""));
	item.append(stutter.make("span", "at", row.at === undefined ? "" : stutter.seconds(row.at)), lanes);
	item.tabIndex = -1;
	return item;
};

stutter.heads = () => {
	const heads = stutter.make("div", "heads", stutter.make("span", "", "device"), stutter.make("span", "", "proxy"), stutter.make("span", "", "server"));
	heads.setAttribute("aria-hidden", "true");
	return heads;
};

/* What a row says to whoever searches. */
stutter.text = (row) => row.kind === stutter.FRAME ? row.name + " " + row.ends + " #" + row.id + " " + row.cause :
	row.kind === stutter.BULK ? "bulk " + row.flow : row.kind === stutter.EVENT ? row.topic + " " + row.text : "";
