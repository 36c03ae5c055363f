/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/suite.h"

#include <inttypes.h>
#include <string.h>

#include "reports/file.h"
#include "reports/text.h"
#include "reports/verdict.h"

/* -- junit.xml -- */

/* XML 1.0 section 2.2: the characters that a document may have. */
static bool is_xml(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}

static void put_escaped(FILE *stream, const char *text)
{
	uint32_t c;

	while ((c = text_next(&text)) != 0) {
		const char *entity = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
		if (entity != NULL)
			fputs(entity, stream);
		else
			text_put(stream, is_xml(c) ? c : TEXT_REPLACEMENT);
	}
}

static void put_attribute(FILE *stream, const char *name, const char *text)
{
	fprintf(stream, " %s=\"", name);
	put_escaped(stream, text);
	fputc('"', stream);
}

static void put_seconds(FILE *stream, const char *name, uint64_t ns)
{
	fprintf(stream, " %s=\"%" PRIu64 ".%03" PRIu64 "\"", name, ns / 1000000000U, ns / 1000000U % 1000U);
}

static void put_property(FILE *stream, const char *name, const char *value)
{
	fputs("        <property", stream);
	put_attribute(stream, "name", name);
	put_attribute(stream, "value", value);
	fputs("/>\n", stream);
}

static void put_line(FILE *stream, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(stream, "\n%s: ", label);
	put_escaped(stream, text);
}

static void put_stretch(FILE *stream, const struct verdict_stretch *stretch)
{
	put_line(stream, "last report", stretch->report);
	put_line(stream, "the far end waits", stretch->waits);
	fprintf(stream, "\nlast progress: at %" PRIu64 ".%03" PRIu64 " s", stretch->progress_ns / 1000000000U,
	        stretch->progress_ns / 1000000U % 1000U);
	put_line(stream, "faults since then", stretch->faults[0] != '\0' ? stretch->faults : "none");
}

static void put_outcome(FILE *stream, const struct verdict *verdict)
{
	const char *element = verdict->kind == VERDICT_INCONCLUSIVE ? "error" : "failure";

	if (verdict->met_expectation)
		return;
	fprintf(stream, "      <%s", element);
	put_attribute(stream, "message", verdict->expectation);
	put_attribute(stream, "type", verdict_name(verdict->kind));
	fputc('>', stream);
	put_escaped(stream, verdict->reason);
	if (verdict->kind == VERDICT_FAIL)
		put_stretch(stream, &verdict->stretch);
	put_line(stream, "first trouble", verdict->trouble);
	put_line(stream, "faults in force then", verdict->faults);
	fprintf(stream, "</%s>\n", element);
}

static void put_case(FILE *stream, const struct suite_session *session)
{
	char name[40];

	(void)snprintf(name, sizeof name, "seed %" PRIu64 "%s", session->plan->seed, session->again ? " again" : "");
	fputs("    <testcase", stream);
	put_attribute(stream, "classname", session->plan->name);
	put_attribute(stream, "name", name);
	put_seconds(stream, "time", session->verdict->wall_ns);
	fputs(">\n      <properties>\n", stream);
	put_property(stream, "device", session->plan->device.name);
	put_property(stream, "digest", session->verdict->digest);
	put_property(stream, "verdict", verdict_name(session->verdict->kind));
	put_property(stream, "folder", session->dir);
	for (size_t i = 0; i < session->verdict->rule_count; i++)
		if (session->verdict->rules[i].matched == 0)
			put_property(stream, "never matched", session->plan->faults[i].name);
	fputs("      </properties>\n", stream);
	put_outcome(stream, session->verdict);
	fputs("    </testcase>\n", stream);
}

struct counts {
	size_t tests, failures, errors;
	uint64_t wall_ns;
};

static bool same_scenario(const struct suite_session *a, const struct suite_session *b)
{
	return strcmp(a->plan->name, b->plan->name) == 0;
}

/* Counts the sessions of the scenario of @p like, or all if it is NULL. */
static struct counts count(const struct suite_session *sessions, size_t n, const struct suite_session *like)
{
	struct counts counts = {0};

	for (size_t i = 0; i < n; i++) {
		const struct verdict *verdict = sessions[i].verdict;
		if (like != NULL && !same_scenario(&sessions[i], like))
			continue;
		counts.tests++;
		counts.errors += verdict->kind == VERDICT_INCONCLUSIVE;
		counts.failures += !verdict->met_expectation && verdict->kind != VERDICT_INCONCLUSIVE;
		counts.wall_ns += verdict->wall_ns;
	}
	return counts;
}

static void put_counts(FILE *stream, struct counts counts)
{
	fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", counts.tests, counts.failures, counts.errors);
	put_seconds(stream, "time", counts.wall_ns);
	fputs(">\n", stream);
}

static bool is_first_of_scenario(const struct suite_session *sessions, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (same_scenario(&sessions[i], &sessions[index]))
			return false;
	return true;
}

bool report_junit(const char *dir, const struct suite_session *sessions, size_t n, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, "junit.xml", err))
		return false;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"stutter\"", file.stream);
	put_counts(file.stream, count(sessions, n, NULL));
	for (size_t i = 0; i < n; i++) {
		if (!is_first_of_scenario(sessions, i))
			continue;
		fputs("  <testsuite", file.stream);
		put_attribute(file.stream, "name", sessions[i].plan->name);
		put_counts(file.stream, count(sessions, n, &sessions[i]));
		for (size_t j = i; j < n; j++)
			if (same_scenario(&sessions[i], &sessions[j]))
				put_case(file.stream, &sessions[j]);
		fputs("  </testsuite>\n", file.stream);
	}
	fputs("</testsuites>\n", file.stream);
	return report_file_close(&file, err);
}

/* -- summary.json -- */

bool report_summary(const char *dir, const struct suite_session *sessions, size_t n, struct error *err)
{
	struct report_file file;
	struct counts counts = count(sessions, n, NULL);
	size_t kinds[3] = {0};

	if (!report_file_open(&file, dir, "summary.json", err))
		return false;
	for (size_t i = 0; i < n; i++)
		kinds[sessions[i].verdict->kind]++;
	struct json json = {.stream = file.stream};
	json_object_begin(&json, NULL);
	json_text(&json, "tool", "stutter " STUTTER_VERSION);
	json_number(&json, "sessions_run", n);
	json_number(&json, "passed", kinds[VERDICT_PASS]);
	json_number(&json, "failed", kinds[VERDICT_FAIL]);
	json_number(&json, "inconclusive", kinds[VERDICT_INCONCLUSIVE]);
	json_number(&json, "not_as_expected", counts.failures + counts.errors);
	json_array_begin(&json, "sessions");
	for (size_t i = 0; i < n; i++) {
		json_object_begin(&json, NULL);
		report_verdict(&json, sessions[i].plan, sessions[i].verdict);
		json_text(&json, "folder", sessions[i].dir);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	return report_file_close(&file, err);
}
