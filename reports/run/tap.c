/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results.tap in version 14 of the Test Anything Protocol: a test point a session, with a YAML
 * block about each that is not as expected. Its texts are JSON, of which YAML is a superset.
 */
#include <stdlib.h>

#include "reports/json.h"
#include "reports/run/reports.h"
#include "reports/text.h"

/* In a description '#' begins a directive and '\' escapes it. */
static void put_description(FILE *stream, const char *text)
{
	uint32_t c;

	while ((c = text_next(&text)) != 0) {
		if (c == '#' || c == '\\')
			fputc('\\', stream);
		text_put(stream, c < ' ' || c == 0x7f ? ' ' : c);
	}
}

static void put_member(FILE *stream, const char *key, const char *text)
{
	struct json json = {.stream = stream};

	fprintf(stream, "  %s: ", key);
	json_text(&json, NULL, text);
	fputc('\n', stream);
}

static void put_block(FILE *stream, const struct run_session *session)
{
	fputs("  ---\n", stream);
	put_member(stream, "message", session->reason);
	if (session->expectation[0] != '\0')
		put_member(stream, "expectation", session->expectation);
	put_member(stream, "severity", session->outcome == RUN_FAILED ? "fail" : session->verdict);
	put_member(stream, "seed", session->seed);
	if (session->digest[0] != '\0')
		put_member(stream, "digest", session->digest);
	put_member(stream, "folder", session->folder);
	put_member(stream, "replay", session->replay);
	fputs("  ...\n", stream);
}

void report_tap(FILE *stream, const struct causes *causes)
{
	const struct run *run = causes->run;
	const size_t missing = json_array_size(run->missing);
	size_t idle_count;
	struct run_idle *idle = run_idle_rules(run, &idle_count);
	const char *text;

	fprintf(stream, "TAP version 14\n1..%zu\n", run->count + missing);
	for (size_t i = 0; i < run->count; i++) {
		const struct run_session *session = &run->sessions[i];
		fprintf(stream, "%s %zu - ", run_is_unexpected(session) ? "not ok" : "ok", i + 1);
		put_description(stream, session->scenario);
		fputs(" on ", stream);
		put_description(stream, session->device);
		fprintf(stream, ", seed %s%s", session->seed, session->again ? " again" : "");
		if (session->outcome >= RUN_HELD) {
			fputs(" # SKIP ", stream);
			put_description(stream, session->reason);
		}
		fputc('\n', stream);
		if (run_is_unexpected(session))
			put_block(stream, session);
	}
	for (size_t i = 0; (text = run_missing(run, i)) != NULL; i++)
		fprintf(stream, "not ok %zu - shard %s " RUN_MISSING_TEXT "\n", run->count + i + 1, text);
	for (size_t i = 0; (text = run_note(run, i)) != NULL; i++) {
		fputs("# ", stream);
		put_description(stream, text);
		fputc('\n', stream);
	}
	for (size_t i = 0; i < idle_count; i++) {
		fputs("# fault that never matched: ", stream);
		put_description(stream, idle[i].scenario);
		fputs(": ", stream);
		put_description(stream, idle[i].rule);
		fputc('\n', stream);
	}
	free(idle);
}
