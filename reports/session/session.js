"use strict";
/* The time line and the conversation of one session, from data.js. */
(() => {
	const data = stutter.sessions[0];
	if (data === undefined || data.version !== 1)
		return;
	const at = (id) => document.getElementById(id);
	const rows = data.rows.map(stutter.row);
	const second = (us) => us / 1e6;
	const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

	/* -- the time line -- */

	const width = second(data.bucket), first = second(data.start), last = Math.max(second(data.end), first + width);
	const buckets = Array.from({length: data.buckets}, () => null);
	for (const [index, ...values] of data.series)
		buckets[index] = values;
	const NOTHING = Array(9).fill(0);
	const column = (index) => buckets.map((values) => (values ?? NOTHING)[index]);
	const rate = (values) => values.map((value) => value / width);
	const number = (value) => value >= 1e6 ? (value / 1e6).toFixed(2) + " M" : value >= 1e4 ? (value / 1e3).toFixed(1) + " k" : String(Math.round(value * 10) / 10);

	const figures = [
		{title: "Throughput", unit: "B/s", lines: [["to the device", rate(column(0))], ["to the server", rate(column(1))]]},
		{title: "Frames between the ends, at most", unit: "frames", lines: [["under way", column(2)]]},
		{title: "Retransmissions", unit: "/s", lines: [["frames sent again", rate(column(3))]]},
		{title: "Load of the SPI bus", unit: "B/s", board: true, lines: [["bytes", rate(column(5))]]},
		{title: "Messages on the SPI bus", unit: "/s", board: true, lines: [["messages", rate(column(4))]]},
		{title: "Interrupts of the chip", unit: "/s", board: true, lines: [["interrupts", rate(column(6))]]},
		{title: "Receive ring of the chip, at most", unit: "B", board: true, lines: [["filled", column(7)]]},
		{title: "Operations of the flash", unit: "/s", board: true, lines: [["programs and erases", rate(column(8))]]},
	];
	const graphs = [];

	/*
	 * It sets a style by an attribute, which the policy of the page forbids, and is not used
	 * here.
	 */
	Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin.prototype.toString() !== "Legend Plugin");

	const shade = (canvas, area, graph, from, to, colour) => {
		const left = graph.toDomXCoord(from), right = Math.max(graph.toDomXCoord(to), left + 1);
		canvas.fillStyle = colour;
		canvas.fillRect(left, area.y, right - left, area.h);
		return [left, right];
	};

	/* Every other section is shaded; a failed one and the first problem have a line as well. */
	const underlay = (canvas, area, graph) => {
		data.sections.forEach(([, , from, to, end], index) => {
			const [left] = shade(canvas, area, graph, second(from), second(to), index % 2 === 0 ? style("--band") : "rgba(0,0,0,0)");
			if (end === 2) {
				canvas.fillStyle = style("--bad");
				canvas.fillRect(left, area.y, Math.max(graph.toDomXCoord(second(to)) - left, 1), 2);
			}
		});
		if (data.problem !== undefined) {
			canvas.fillStyle = style("--bad");
			canvas.fillRect(graph.toDomXCoord(second(data.problem)) - 1, area.y, 2, area.h);
		}
	};

	const readout = {
		activate: () => ({
			select: (event) => show(event.dygraph.getSelection()),
			deselect: () => show(-1),
		}),
	};

	let shown = null;
	function show(index) {
		if (index === shown)
			return;
		shown = index;
		at("now").textContent = index < 0 ? "" : stutter.seconds(data.start + index * data.bucket, 1);
		for (const figure of figures)
			for (const [line, , place] of figure.lines)
				if (place !== undefined)
					place.textContent = index < 0 ? line : line + ": " + number(figure.lines.find(([name]) => name === line)[1][index] ?? 0) + " " + figure.unit;
	}

	const options = (height) => ({
		width: 0, height, legend: "never", drawGrid: true, axisLabelFontSize: 12, strokeWidth: 1.6, stepPlot: true, includeZero: true,
		highlightCircleSize: 3, gridLineColor: style("--line"), axisLineColor: style("--line"), animatedZooms: false, rightGap: 8,
		plugins: [readout], underlayCallback: underlay,
		colors: [style("--one"), style("--two")],
		clickCallback: (event, x) => goTo(x * 1e6),
		axes: {
			x: {valueFormatter: String, axisLabelFormatter: (value) => String(Math.round(value * 1000) / 1000), ticker: Dygraph.numericLinearTicks},
			y: {axisLabelWidth: 56, axisLabelFormatter: number, pixelsPerLabel: 28},
		},
	});

	const addFigure = (title, height, makeGraph, labels, summary) => {
		const plot = stutter.make("div", "plot");
		const name = stutter.make("figcaption", "", stutter.make("b", "", title), " ", ...labels);
		const figure = stutter.make("figure", "chart", name, plot);
		plot.setAttribute("role", "img");
		plot.setAttribute("aria-label", title + ": " + summary);
		plot.style.height = height + "px";
		at("charts").append(figure);
		graphs.push(makeGraph(plot));
	};

	const times = buckets.map((values, index) => first + index * width);

	const plotFigure = (figure) => {
		const peak = Math.max(...figure.lines.map(([, values]) => values.reduce((most, value) => Math.max(most, value), 0)));
		if (peak === 0)
			return false;
		const labels = figure.lines.map((line, index) => {
			const place = stutter.make("span", "value", line[0]);
			line.push(place);
			return stutter.make("span", "key key" + index, place);
		});
		const busiest = figure.lines[0][1].indexOf(Math.max(...figure.lines[0][1]));
		addFigure(figure.title + " (" + figure.unit + ")", 108, (plot) => new Dygraph(plot,
			times.map((time, index) => [time, ...figure.lines.map(([, values]) => values[index])]),
			{...options(108), labels: ["s", ...figure.lines.map(([line]) => line)], dateWindow: [first, last],
				series: figure.lines.length > 1 ? {[figure.lines[1][0]]: {strokePattern: [6, 3]}} : {}}),
		labels, "at most " + number(peak) + " " + figure.unit + ", at " + times[busiest].toFixed(1) + " s");
		return true;
	};

	/* Phases and faults have a lane each; canvas takes their names as text. */
	const LANE = 24;
	const drawLanes = (canvas, area, graph) => {
		underlay(canvas, area, graph);
		canvas.font = "12px " + getComputedStyle(document.body).fontFamily;
		canvas.textBaseline = "middle";
		canvas.fillStyle = style("--ink");
		let free = -Infinity;
		for (const [name, attempt, from, to] of data.sections) {
			const left = graph.toDomXCoord(second(from)), right = graph.toDomXCoord(second(to)), text = attempt > 1 ? name + " " + attempt : name;
			const length = canvas.measureText(text).width;
			if (left < free || left > area.x + area.w || right < area.x || Math.min(right, area.x + area.w) - Math.max(left, area.x) < length + 6)
				continue;
			canvas.fillText(text, Math.max(left, area.x) + 3, area.y + LANE / 2);
			free = Math.max(left, area.x) + length + 6;
		}
		data.faults.forEach((fault, lane) => {
			const y = area.y + LANE * (lane + 1);
			canvas.fillStyle = canvas.strokeStyle = lane % 2 === 0 ? style("--two") : style("--one");
			for (const [from, to] of fault.bands) {
				const left = graph.toDomXCoord(first + from * width), wide = Math.max(graph.toDomXCoord(first + (to + 1) * width) - left, 3);
				if (lane % 2 === 0)
					canvas.fillRect(left, y + 15, wide, 5);
				else
					canvas.strokeRect(left + .5, y + 15.5, wide, 4);
			}
			canvas.fillStyle = style("--ink");
			canvas.fillText("'" + fault.name + "' " + fault.action + ", " + fault.count + (fault.count === 1 ? " time" : " times"), area.x + 3, y + 7);
		});
	};

	const plotLanes = () => {
		const height = LANE * (data.faults.length + 1) + 26;
		const summary = data.sections.map(([name]) => name).join(", ") + (data.faults.length > 0 ? "; faults " + data.faults.map((fault) => fault.name + " " + fault.count + " times").join(", ") : "");
		const lanes = options(height);
		lanes.axes.y = {drawAxis: true, axisLabelWidth: 56, axisLabelFormatter: () => "", drawGrid: false, ticker: () => []};
		addFigure(data.faults.length > 0 ? "Phases and faults" : "Phases", height, (plot) => new Dygraph(plot, times.map((time) => [time, 0]),
			{...lanes, labels: ["s", "none"], valueRange: [-1, 1], strokeWidth: 0, highlightCircleSize: 0, dateWindow: [first, last], underlayCallback: drawLanes}),
		[], summary);
	};

	const extent = () => graphs[0].xAxisRange();
	const look = (from, to) => {
		const least = Math.min(width * 4, last - first), wide = Math.max(to - from, least);
		const left = Math.max(first, Math.min(from - (wide - (to - from)) / 2, last - wide));
		for (const graph of graphs)
			graph.updateOptions({dateWindow: [left, Math.min(left + wide, last)]});
	};
	const scale = (factor) => {
		const [from, to] = extent(), middle = (from + to) / 2, half = (to - from) / 2 * factor;
		look(middle - half, middle + half);
	};
	const shift = (part) => {
		const [from, to] = extent(), by = Math.max(first - from, Math.min((to - from) * part, last - to));
		look(from + by, to + by);
	};

	const drawAgain = () => {
		for (const graph of graphs)
			graph.updateOptions({gridLineColor: style("--line"), axisLineColor: style("--line"), colors: [style("--one"), style("--two")]});
	};

	const plot = () => {
		plotLanes();
		const idle = figures.filter((figure) => (data.board || !figure.board) && !plotFigure(figure)).map((figure) => figure.title.replace(/,.*/, "").toLowerCase());
		if (idle.length > 0)
			at("charts").append(stutter.make("p", "none", "Nothing to draw of: " + idle.join(", ") + "."));
		if (graphs.length > 1)
			Dygraph.synchronize(graphs, {zoom: true, selection: true, range: false});
		data.sections.forEach(([name, attempt, from], index) => {
			const option = stutter.make("option", "", name + (attempt > 1 ? ", try " + attempt : "") + ", " + stutter.seconds(from, 1));
			option.value = String(index);
			at("range").append(option);
		});
		at("range").addEventListener("change", (event) => {
			const section = data.sections[event.target.value];
			if (section === undefined)
				look(first, last);
			else
				look(second(section[2]), second(section[3]));
		});
		at("in").addEventListener("click", () => scale(.5));
		at("out").addEventListener("click", () => scale(2));
		at("earlier").addEventListener("click", () => shift(-.5));
		at("later").addEventListener("click", () => shift(.5));
		at("zoom").hidden = false;
	};

	/* -- the conversation -- */

	const SHOWN = 400; /* rows of a section that are drawn at once */
	const parts = data.sections.map((section, index) => ({box: at("s" + index), from: 0, to: 0, drawn: 0}));

	/* The rows of a section follow each other. */
	const share = () => {
		let part = 0;
		rows.forEach((row, index) => {
			while (part + 1 < parts.length && row.at !== undefined && row.at >= data.sections[part + 1][2] &&
				!(row.at === data.sections[part + 1][2] && row.at > data.sections[part][2] && !(row.kind === stutter.EVENT && row.text.startsWith("phase "))))
				parts[++part].from = index;
			parts[part].to = index + 1;
		});
		for (let i = 1; i < parts.length; i++)
			if (parts[i].to === 0)
				parts[i].from = parts[i].to = parts[i - 1].to;
	};

	const drawMore = (part, until) => {
		const end = Math.min(part.to, Math.max(until, part.from + part.drawn + SHOWN));
		for (let index = part.from + part.drawn; index < end; index++) {
			const item = stutter.draw(rows[index]);
			item.dataset.index = index;
			if (index === problemAt)
				item.classList.add("first-problem");
			part.list.append(item);
		}
		part.drawn = end - part.from;
		part.more.hidden = end === part.to;
		part.more.textContent = "Show more: " + (part.to - end) + " rows are left";
	};

	const open = (part, until = 0) => {
		if (part.list === undefined) {
			const zoom = stutter.make("button", "", "Zoom the time line to this");
			zoom.type = "button";
			const section = data.sections[parts.indexOf(part)];
			zoom.addEventListener("click", () => look(second(section[2]), second(section[3])));
			part.list = stutter.make("ol", "ladder");
			part.more = stutter.make("button", "more");
			part.more.type = "button";
			part.more.addEventListener("click", () => drawMore(part, 0));
			part.box.append(zoom, stutter.heads(), part.list, part.more);
			drawMore(part, until);
		} else if (until > part.from + part.drawn) {
			drawMore(part, until);
		}
		part.box.open = true;
	};

	const focusRow = (index) => {
		const part = parts.find((one) => index >= one.from && index < one.to);
		if (part === undefined)
			return;
		open(part, index + 20);
		const item = part.list.children[index - part.from];
		item.focus({preventScroll: true});
		item.scrollIntoView({block: "center"});
	};

	const problems = rows.flatMap((row, index) => stutter.isProblem(row) ? [index] : []);
	const problemAt = data.problem === undefined ? -1 : rows.findIndex((row) => row.at >= data.problem && row.kind === stutter.EVENT && row.problem);
	const here = () => Number(document.activeElement.closest?.(".row")?.dataset.index ?? -1);

	function goTo(us) {
		const index = rows.findIndex((row) => (row.to ?? row.at) >= us);
		focusRow(index < 0 ? rows.length - 1 : index);
	}

	const say = (text) => {
		at("found").textContent = text;
	};

	const move = (by) => {
		const now = here();
		const next = by > 0 ? problems.find((index) => index > now) : problems.findLast((index) => now < 0 || index < now);
		say(problems.length === 0 ? "no problem" : next === undefined ? (by > 0 ? "that was the last" : "that was the first") :
			(problems.indexOf(next) + 1) + " of " + problems.length);
		if (next !== undefined)
			focusRow(next);
	};

	const search = () => {
		const words = at("search").value.toLowerCase(), now = here();
		if (words === "")
			return;
		const fits = rows.flatMap((row, index) => stutter.text(row).toLowerCase().includes(words) ? [index] : []);
		const next = fits.find((index) => index > lastFound) ?? fits[0];
		lastFound = next ?? -1;
		say(fits.length === 0 ? "nothing found" : (fits.indexOf(next) + 1) + " of " + fits.length);
		if (next === undefined)
			return;
		focusRow(next);
		for (const old of document.querySelectorAll(".row.found"))
			old.classList.remove("found");
		document.activeElement.classList.add("found");
		at("search").focus({preventScroll: true});
	};
	let lastFound = -1;

	/* session.html#s3 opens the fourth section. */
	const follow = () => {
		const part = parts.find((one) => "#" + one.box.id === location.hash);
		if (part === undefined)
			return;
		open(part);
		part.box.scrollIntoView();
	};

	const converse = () => {
		share();
		parts.forEach((part, index) => {
			const lost = rows.slice(part.from, part.to).reduce((sum, row) => sum + (row.kind === stutter.BULK ? row.lost : row.fate === "dropped" || row.fate === "gone" ? 1 : 0), 0);
			const frames = rows.slice(part.from, part.to).reduce((sum, row) => sum + (row.kind === stutter.BULK ? row.framesUp + row.framesDown : row.kind === stutter.FRAME ? 1 : 0), 0);
			part.box.firstElementChild.append(" ", stutter.make("span", "count", frames + (frames === 1 ? " frame" : " frames") + (lost > 0 ? ", \u2716 " + lost + " lost" : "")));
			part.box.addEventListener("toggle", () => {
				if (part.box.open)
					open(part);
			});
			if (index === 0 && parts.length === 1)
				open(part);
		});
		const start = problemAt >= 0 ? problemAt : problems[0];
		const part = parts.find((one) => start !== undefined && start >= one.from && start < one.to) ?? parts[0];
		if (part !== undefined)
			open(part);
		at("next").addEventListener("click", () => move(1));
		at("previous").addEventListener("click", () => move(-1));
		at("search").addEventListener("keydown", (event) => {
			if (event.key === "Enter")
				search();
		});
		at("find").hidden = false;
		addEventListener("hashchange", follow);
		follow();
	};

	const keys = {
		n: () => move(1), p: () => move(-1), t: () => problemAt >= 0 ? focusRow(problemAt) : move(1),
		"/": () => at("search").focus(), "+": () => scale(.5), "-": () => scale(2), 0: () => look(first, last),
	};
	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || /^(input|select|textarea)$/i.test(event.target.tagName) || !(event.key in keys))
			return;
		event.preventDefault();
		keys[event.key]();
	});

	plot();
	converse();
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);
	addEventListener("beforeprint", drawAgain);
	addEventListener("afterprint", drawAgain);
})();
