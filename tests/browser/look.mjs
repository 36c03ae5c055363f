// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a reader's browser makes of the pages of a folder: `node look.mjs CHECK FOLDER` says what is
 * wrong and exits with 1, or says nothing.
 *
 * A page is opened from disk. Whatever else a check is about, the page must ask the network for
 * nothing, break no rule of its own policy, and throw nothing.
 * Screenshots lie in the folder afterwards, for people.
 */
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {existsSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

const [, , check, folder] = process.argv;
const require = createRequire(join(process.env.NODE_PATH, "here"));
const {chromium} = require("playwright-core");

const WIDE = {width: 1280, height: 900}, PHONE = {width: 390, height: 844};
const RUN = "index.html", SEARCH = "search/index.html", SESSION = "lost/seed-1/session.html", COMPARE = "compare.html#a=lost/seed-1&b=lost/seed-2";
const PAGES = [RUN, SESSION, "lost/seed-2/session.html", "good/seed-1/session.html", "hostile/seed-1/session.html", COMPARE, "gate/index.html", SEARCH];

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"]});

const urlOf = (name) => {
	const [file, fragment] = name.split("#");

	return pathToFileURL(join(folder, file)).href + (fragment === undefined ? "" : "#" + fragment);
};

/*
 * What a page does in answer takes a moment. Playwright's own waiting runs in the page, where its
 * policy forbids it.
 */
const until = async (holds, what) => {
	for (let tries = 0; tries < 100; tries++) {
		if (await holds())
			return;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	assert.fail("waited in vain for " + what);
};

/* Opens a page, lets @p act look at it, and then asks what it had to complain of. */
const look = async (name, options, act) => {
	const {viewport = WIDE, colorScheme = "light", media} = options;
	const context = await browser.newContext({viewport, colorScheme});
	const page = await context.newPage();
	const wrong = [];

	page.on("console", (message) => message.type() === "error" || message.type() === "warning" ? wrong.push(message.text()) : undefined);
	page.on("pageerror", (error) => wrong.push(error.message));
	page.on("dialog", (dialog) => {
		wrong.push("a dialog: " + dialog.message());
		void dialog.dismiss();
	});
	page.on("request", (request) => request.url().startsWith("file:") ? undefined : wrong.push("asks for " + request.url()));
	await page.goto(urlOf(name));
	if (media !== undefined)
		await page.emulateMedia({media});
	await page.waitForLoadState("load");
	await act(page);
	assert.deepEqual(wrong, [], name);
	await context.close();
};

const shot = (page, name) => page.screenshot({path: join(folder, "shot-" + name.replace(/\W+/g, "-") + ".png"), fullPage: true});
const focused = (page) => page.evaluate(() => document.activeElement.textContent);
const shownRows = (page) => page.locator(".sessions tbody tr:visible").count();

const checks = {
	async run() {
		await look(RUN, {}, async (page) => {
			assert.match(await page.locator("h1").innerText(), /3 /);
			assert.equal(await page.locator(".cause").count(), 2, "the same failure of two sessions is told once");
			assert.match(await page.locator(".cause").first().innerText(), /lost/);
			assert.equal(await shownRows(page), 4);
			await page.fill("#search", "good updated");
			await until(async () => (await page.locator("#shown").innerText()).startsWith("1 of 4"), "one session of four");
			assert.equal(await shownRows(page), 1);
			await page.keyboard.press("Escape");
			assert.equal(await shownRows(page), 4);
			await page.selectOption("#outcome", "pass");
			assert.equal(await shownRows(page), 1);
			await page.click("#clear");
			await page.locator(".matrix td button").first().click();
			assert.notEqual(await shownRows(page), 4);
			await shot(page, "run");
		});
	},

	/* Every link of every page leads somewhere. */
	async links() {
		for (const name of PAGES)
			await look(name, {}, async (page) => {
				for (const href of await page.evaluate(() => Array.from(document.querySelectorAll("a[href]"), (link) => link.href))) {
					assert.match(href, /^file:/, name);
					assert.ok(existsSync(fileURLToPath(href.replace(/#.*/, ""))), name + " has a link to " + href);
				}
			});
	},

	async keyboard() {
		await look(RUN, {}, async (page) => {
			await page.keyboard.press("Tab");
			assert.equal(await focused(page), "To the sessions");
			await page.keyboard.press("n");
			const first = await focused(page);
			await page.keyboard.press("n");
			assert.notEqual(await focused(page), first);
			await page.keyboard.press("p");
			assert.equal(await focused(page), first);
			await page.keyboard.press("/");
			assert.equal(await page.evaluate(() => document.activeElement.id), "search");
			/* Where a key is a letter of a search it is nothing else. */
			await page.keyboard.type("n");
			assert.equal(await page.inputValue("#search"), "n");
		});
		await look(SESSION, {}, async (page) => {
			await page.keyboard.press("t");
			assert.match(await focused(page), /retry|lost/);
			await page.keyboard.press("n");
			assert.match(await page.locator("#found").innerText(), /\d+ of \d+|last/);
			await page.keyboard.press("+");
			await page.keyboard.press("0");
		});
	},

	async phone() {
		for (const name of PAGES)
			await look(name, {viewport: PHONE}, async (page) => {
				await page.waitForTimeout(100);
				assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= PHONE.width, name + " is wider than a phone");
				await shot(page, "phone-" + name.split("#")[0]);
			});
	},

	async print() {
		for (const name of PAGES)
			await look(name, {media: "print", colorScheme: "dark"}, async (page) => {
				/* What a real printer would have the browser say. */
				await page.evaluate(() => void dispatchEvent(new Event("beforeprint")));
				assert.equal(await page.locator(".controls:visible, footer:visible, .skip:visible").count(), name === "gate/index.html" || name === SEARCH ? await page.locator("footer:visible").count() : 0, name);
				assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)", name);
				const pdf = await page.pdf({format: "A4"});
				assert.ok(pdf.length > 5000, name);
			});
	},

	async session() {
		await look(SESSION, {}, async (page) => {
			assert.ok(await page.locator(".chart canvas").count() >= 2, "a time line");
			assert.ok(await page.locator(".row").count() > 5, "a ladder");
			assert.ok(await page.locator(".row.dropped, .row.gone").count() > 0, "a frame that is lost");
			await page.fill("#search", "retry");
			await page.locator("#search").press("Enter");
			assert.match(await page.locator("#found").innerText(), /^1 of /);
			await page.fill("#search", "nothing says this");
			await page.locator("#search").press("Enter");
			assert.equal(await page.locator("#found").innerText(), "nothing found");
			await shot(page, "session");
		});
	},

	/*
	 * Without a script: the result first and large, tables that scroll within themselves, and
	 * the curve's figures behind a summary.
	 */
	async search() {
		await look(SEARCH, {viewport: PHONE}, async (page) => {
			const size = (selector) => page.locator(selector).first().evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
			assert.equal(await page.locator("script").count(), 0);
			assert.ok(await size(".result") > await size("main p:not(.result)"), "the result is larger than what is beside it");
			assert.equal(await page.locator("svg.curve circle").count(), 9);
			for (const word of ["good", "bad", "unknown"])
				assert.ok(await page.locator("td .word", {hasText: word}).count() > 0, "a cell says " + word);
			const wide = page.locator(".wide", {has: page.locator("svg.curve")});
			assert.ok(await wide.evaluate((element) => element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX === "auto"), "a curve scrolls");
			assert.ok(!await page.locator("figure table").isVisible());
			await page.locator("summary").click();
			assert.ok(await page.locator("figure table").isVisible());
			assert.equal(await page.locator("figure tbody tr").count(), 9);
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390, "figures scroll within themselves");
			await shot(page, "search-phone");
		});
		await look(SEARCH, {media: "print"}, async (page) => assert.ok(await page.locator("figure table").evaluate((table) => table.checkVisibility({contentVisibilityAuto: true}) && table.getBoundingClientRect().height > 50), "on paper the figures are there"));
		for (const colorScheme of ["light", "dark"])
			await look(SEARCH, {colorScheme}, (page) => shot(page, "search-" + colorScheme));
		await look(SEARCH, {}, async (page) => {
			const over = (marks) => marks.filter((mark) => mark.getBoundingClientRect().right > mark.closest("td").getBoundingClientRect().right).length;
			assert.equal(await page.locator("td .mark").evaluateAll(over), 0, "what is marked stays within its cell");
		});
	},

	async compare() {
		await look(COMPARE, {}, async (page) => {
			await page.waitForSelector("#both:not([hidden])");
			assert.match(await page.locator("#left").innerText(), /seed 1/);
			assert.match(await page.locator("#right").innerText(), /seed 2/);
			assert.ok(await page.locator("#pair .only").count() > 0, "a row that only one has");
			await page.click("#swap");
			await until(() => decodeURIComponent(page.url()).includes("#a=lost/seed-2"), "the sides to be swapped");
			await shot(page, "compare");
		});
		/* Only folders of the run are ever loaded. */
		await look("compare.html#a=../../etc&b=javascript:alert(1)", {}, async (page) => {
			assert.notEqual(await page.inputValue("#a"), "../../etc");
		});
	},

	/* The text of a guest is text everywhere. */
	async hostile() {
		for (const name of [RUN, "hostile/seed-1/session.html", "compare.html#a=hostile/seed-1&b=good/seed-1", "gate/index.html", SEARCH])
			await look(name, {}, async (page) => {
				await page.waitForTimeout(200);
				assert.equal(await page.evaluate(() => window.broken), undefined, name);
				assert.equal(await page.locator("img, iframe, object, [onclick], [onerror]").count(), 0, name);
				if (!name.startsWith("compare"))
					assert.ok((await page.locator("body").innerText()).includes("<img src=x onerror="), name + " shows it");
			});
	},

	async axe() {
		const axe = readFileSync(join(process.env.NODE_PATH, "axe-core/axe.min.js"), "utf8");
		const found = [];

		for (const name of PAGES)
			for (const colorScheme of ["light", "dark"])
				for (const viewport of [WIDE, PHONE])
					await look(name, {colorScheme, viewport}, async (page) => {
						await page.evaluate(axe);
						for (const one of (await page.evaluate(() => window.axe.run({preload: false}))).violations)
							found.push([name, colorScheme, viewport.width, one.id, one.nodes[0].html, one.nodes[0].failureSummary].join(" | "));
						if (viewport === WIDE && colorScheme === "dark")
							await shot(page, "dark-" + name.split("#")[0]);
					});
		assert.deepEqual(found, []);
	},

	async valid() {
		const {HtmlValidate} = require("html-validate");
		const validate = new HtmlValidate({extends: ["html-validate:standard"], rules: {"no-inline-style": "off", "long-title": "off"}});

		for (const name of new Set(PAGES.map((page) => page.split("#")[0]))) {
			const report = await validate.validateString(readFileSync(join(folder, name), "utf8"));
			assert.deepEqual(report.results.flatMap((one) => one.messages.map((message) => `${name}:${message.line}: ${message.ruleId}: ${message.message}`)), []);
		}
	},

	/* A suite without what Jenkins and GitLab read besides. Surefire writes a file a suite. */
	async junit() {
		const text = readFileSync(join(folder, "repeated/junit.xml"), "utf8");
		const page = await browser.newPage();
		const suites = await page.evaluate((xml) => {
			const parsed = new DOMParser().parseFromString(xml, "text/xml");

			for (const one of parsed.querySelectorAll("testcase > properties"))
				one.remove();
			for (const one of parsed.querySelectorAll("testcase"))
				one.removeAttribute("file");
			return [...parsed.querySelectorAll("testsuite")].map((suite) => new XMLSerializer().serializeToString(suite));
		}, text);
		const file = join(folder, "suite.xml");

		assert.equal(suites.length, 2);
		for (const one of ["<failure ", "<rerunFailure ", "<rerunError ", "<error ", "<flakyFailure ", "<flakyError ", "<skipped "])
			assert.ok(text.includes(one), one);
		for (const suite of suites) {
			writeFileSync(file, suite);
			execFileSync("xmllint", ["--noout", "--schema", process.env.SUREFIRE_SCHEMA, file], {stdio: ["ignore", "ignore", "pipe"]});
		}
	},

	/* For the benchmark: bytes of the page, and milliseconds until it can be used. */
	async interactive() {
		await look(RUN, {}, async (page) => {
			const ready = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domInteractive);
			await page.fill("#search", "seed");
			await until(async () => await page.locator("#shown").innerText() !== "", "the filter");
			console.log(statSync(join(folder, RUN)).size, Math.ceil(ready));
		});
	},
};

try {
	await checks[check]();
} catch (error) {
	console.log(error.message);
	process.exitCode = 1;
} finally {
	await browser.close();
}
