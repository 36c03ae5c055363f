/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * junit.xml, as Jenkins and GitLab take it: a test suite a scenario, a test case a session; a
 * failure if it missed its expectation, an error if nothing was proved. What repeats it stands in
 * the text, too: not every system shows the properties of a case.
 *
 * A suite follows the schema of Maven's Surefire (surefire-test-report.xsd), the order of elements
 * included, but for two things that it does not know and that Jenkins (properties of a case) and
 * GitLab (its file) read.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "reports/markup.h"
#include "reports/run/reports.h"

static void put_seconds(FILE *stream, const char *name, uint64_t ns)
{
	fprintf(stream, " %s=\"%" PRIu64 ".%03" PRIu64 "\"", name, ns / 1000000000U, ns / 1000000U % 1000U);
}

static void put_property(FILE *stream, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	fputs("        <property", stream);
	markup_attribute(stream, "name", name);
	markup_attribute(stream, "value", value);
	fputs("/>\n", stream);
}

static void put_line(void *ctx, const char *label, const char *text)
{
	FILE *stream = ctx;

	fprintf(stream, "\n%s: ", label);
	markup_text(stream, text);
}

static bool is_failure(const struct run_session *session)
{
	return session->outcome == RUN_FAILED;
}

/*
 * @param word "" for what decides about the case; else "flaky" or "rerun", whose text is in an
 * element of its own.
 */
static void put_unexpected(FILE *stream, const struct run_session *session, const char *word)
{
	static const char *const kinds[][2] = {{"error", "failure"}, {"Error", "Failure"}};
	const bool beside = word[0] != '\0';
	const char *kind = kinds[beside][is_failure(session)];

	fprintf(stream, "      <%s%s", word, kind);
	markup_attribute(stream, "message", session->expectation[0] != '\0' ? session->expectation : session->reason);
	markup_attribute(stream, "type", session->outcome == RUN_WITHOUT_VERDICT ? "no verdict" : session->verdict);
	fputs(beside ? "><stackTrace>" : ">", stream);
	markup_part(stream, session->reason, (size_t)run_why(session));
	put_line(stream, "replay", session->replay);
	run_evidence(session, put_line, stream);
	fprintf(stream, "%s</%s%s>\n", beside ? "</stackTrace>" : "", word, kind);
}

/*
 * @return the last of the times of a session that was run; NULL: none was, because whoever asked
 * for it wanted it so, or its turn may still come.
 */
static const struct run_session *last_run(const struct run_session *times, size_t count)
{
	while (count > 0 && times[count - 1].outcome >= RUN_HELD)
		count--;
	return count > 0 ? &times[count - 1] : NULL;
}

/*
 * @return the first of the times of a session that decides about it; NULL: it is no failure and no
 * error.
 */
static const struct run_session *decisive(const struct run_session *times, size_t count)
{
	const struct run_session *last = last_run(times, count);

	for (size_t i = 0; i < count && last != NULL && run_is_unexpected(last); i++)
		if (run_is_unexpected(&times[i]))
			return &times[i];
	return NULL;
}

/* The times of a session that do not decide about it: its failures, or its errors. */
static void put_beside(FILE *stream, const struct run_session *times, size_t count, bool failures)
{
	const struct run_session *decides = decisive(times, count);

	for (size_t i = 0; i < count; i++)
		if (&times[i] != decides && run_is_unexpected(&times[i]) && is_failure(&times[i]) == failures)
			put_unexpected(stream, &times[i], decides != NULL ? "rerun" : "flaky");
}

/*
 * A session that was run several times is one case, as Maven's Surefire writes repeated ones: what
 * came out well in the end is flaky, what did not has failed, and its other times are told beside.
 * Failures come first. @param count Of the session's times, one behind the other.
 */
static void put_outcome(FILE *stream, const struct run_session *times, size_t count)
{
	const struct run_session *decides = decisive(times, count);

	if (decides != NULL && is_failure(decides))
		put_unexpected(stream, decides, "");
	put_beside(stream, times, count, true);
	if (last_run(times, count) == NULL) {
		fputs("      <skipped", stream);
		markup_attribute(stream, "message", times[0].reason);
		fputs("/>\n", stream);
	}
	if (decides != NULL && !is_failure(decides))
		put_unexpected(stream, decides, "");
	put_beside(stream, times, count, false);
}

/* The times of a session follow each other. */
static size_t count_times(const struct run *run, const struct run_session *first)
{
	const size_t place = (size_t)(first - run->sessions);
	size_t count = 1;

	while (place + count < run->count && run->sessions[place + count].again)
		count++;
	return count;
}

static void put_never_matched(FILE *stream, const struct run_session *session)
{
	const json_t *rules = json_object_get(session->json, "rules"), *rule;
	size_t i;

	json_array_foreach(rules, i, rule)
	{
		const char *name = json_string_value(json_object_get(rule, "name"));
		if (name != NULL && json_integer_value(json_object_get(rule, "matched")) == 0)
			put_property(stream, "never matched", name);
	}
}

static void put_case(FILE *stream, const struct run *run, const struct run_session *session)
{
	const size_t times = count_times(run, session);
	char *name = memory_format("seed %s", session->seed);
	char times_text[24];
	char *plan = memory_format("%s/%s/plan.yaml", run->dir, session->folder);

	fputs("    <testcase", stream);
	markup_attribute(stream, "classname", session->scenario);
	markup_attribute(stream, "name", name);
	markup_attribute(stream, "file", session->source);
	put_seconds(stream, "time", session->wall_ns);
	fputs(">\n      <properties>\n", stream);
	put_property(stream, "device", session->device);
	put_property(stream, "seed", session->seed);
	put_property(stream, "digest", session->digest);
	put_property(stream, "verdict", session->verdict);
	put_property(stream, "folder", session->folder);
	put_property(stream, "plan", run_has(run, session, "plan.yaml") ? plan : "");
	put_property(stream, "replay", session->replay);
	(void)snprintf(times_text, sizeof times_text, "%zu", times);
	put_property(stream, "times run", times > 1 ? times_text : "");
	put_never_matched(stream, session);
	fputs("      </properties>\n", stream);
	put_outcome(stream, session, times);
	fputs("    </testcase>\n", stream);
	free(name);
	free(plan);
}

struct counts {
	size_t tests, failures, errors, skipped;
	uint64_t wall_ns;
};

/* Of the sessions at these places of run.by_scenario. */
static struct counts count(const struct run *run, size_t first, size_t end)
{
	struct counts counts = {0};

	for (size_t i = first; i < end; i++) {
		const struct run_session *session = &run->sessions[run->by_scenario[i]];
		counts.wall_ns += session->wall_ns;
		if (session->again)
			continue;
		const struct run_session *unexpected = decisive(session, count_times(run, session));
		counts.tests++;
		counts.failures += unexpected != NULL && is_failure(unexpected);
		counts.errors += unexpected != NULL && !is_failure(unexpected);
		counts.skipped += last_run(session, count_times(run, session)) == NULL;
	}
	return counts;
}

/* @param skipped The element of all suites has no such attribute. */
static void put_counts(FILE *stream, struct counts counts, bool skipped)
{
	fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", counts.tests, counts.failures, counts.errors);
	if (skipped)
		fprintf(stream, " skipped=\"%zu\"", counts.skipped);
	put_seconds(stream, "time", counts.wall_ns);
	fputs(">\n", stream);
}

/* What is to be known of the run has no element of its own: each suite says it. */
static void put_suite_properties(FILE *stream, const struct run *run, const struct run_idle *idle, size_t idle_count, const char *scenario)
{
	const char *note;
	bool any = run_note(run, 0) != NULL;

	for (size_t i = 0; i < idle_count; i++)
		any = any || idle[i].scenario == scenario;
	if (!any)
		return;
	fputs("    <properties>\n", stream);
	for (size_t i = 0; i < idle_count; i++)
		if (idle[i].scenario == scenario)
			put_property(stream, "fault that never matched", idle[i].rule);
	for (size_t i = 0; (note = run_note(run, i)) != NULL; i++)
		put_property(stream, "note", note);
	fputs("    </properties>\n", stream);
}

/* A shard that is missing is an error, or a part of a run would look like the whole. */
static void put_missing(FILE *stream, const struct run *run, size_t missing)
{
	if (missing == 0)
		return;
	fputs("  <testsuite name=\"shards\"", stream);
	put_counts(stream, (struct counts){.tests = missing, .errors = missing}, true);
	for (size_t i = 0; i < missing; i++)
		fprintf(stream,
		        "    <testcase classname=\"shards\" name=\"shard %s\" time=\"0.000\">\n"
		        "      <error message=\"shard %s " RUN_MISSING_TEXT "\" type=\"missing\"/>\n    </testcase>\n",
		        run_missing(run, i), run_missing(run, i));
	fputs("  </testsuite>\n", stream);
}

void report_junit(FILE *stream, const struct causes *causes)
{
	const struct run *run = causes->run;
	const size_t missing = json_array_size(run->missing);
	size_t idle_count;
	struct run_idle *idle = run_idle_rules(run, &idle_count);
	struct counts counts = count(run, 0, run->count);

	counts.tests += missing;
	counts.errors += missing;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"stutter\"", stream);
	put_counts(stream, counts, false);
	put_missing(stream, run, missing);
	for (size_t first = 0, end; first < run->count; first = end) {
		const char *scenario = run->sessions[run->by_scenario[first]].scenario;
		end = run_scenario_end(run, first);
		fputs("  <testsuite", stream);
		markup_attribute(stream, "name", scenario);
		put_counts(stream, count(run, first, end), true);
		put_suite_properties(stream, run, idle, idle_count, scenario);
		for (size_t i = first; i < end; i++)
			if (!run->sessions[run->by_scenario[i]].again)
				put_case(stream, run, &run->sessions[run->by_scenario[i]]);
		fputs("  </testsuite>\n", stream);
	}
	fputs("</testsuites>\n", stream);
	free(idle);
}
