/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "reports/run/reports.h"
#include "reports/text.h"

static void put_line(void *ctx, const char *label, const char *text)
{
	FILE *stream = ctx;

	fprintf(stream, "  %-15s ", label);
	text_put_plain(stream, text);
	fputc('\n', stream);
}

static void put_name(void *ctx, const char *line)
{
	put_line(ctx, "sessions", line);
}

static void put_why(FILE *stream, const struct run_session *session)
{
	text_put_first_line(stream, session->reason);
	if (session->expectation[0] == '\0')
		return;
	fputs(" (", stream);
	text_put_plain(stream, session->expectation);
	fputc(')', stream);
}

static void put_cause(FILE *stream, const struct causes *causes, const struct cause *cause)
{
	const struct run_session *first = cause->first;

	if (cause->count == 1)
		fprintf(stream, "\n%s %s, seed %s%s: ", run_outcome_name(first), first->scenario, first->seed,
		        first->again ? " again" : "");
	else
		fprintf(stream, "\n%s in %zu sessions: ", run_outcome_name(first), cause->count);
	put_why(stream, first);
	fputc('\n', stream);
	put_line(stream, "replay", first->replay);
	if (cause->count > 1)
		cause_names(causes, cause, put_name, stream);
	run_evidence(first, put_line, stream);
	if (run_has(causes->run, first, "."))
		fprintf(stream, "  %-15s %s/%s\n", "folder", causes->run->dir, first->folder);
}

static void put_idle(FILE *stream, const struct run *run)
{
	size_t count;
	struct run_idle *idle = run_idle_rules(run, &count);

	for (size_t i = 0; i < count; i++)
		fprintf(stream, "\nWARNING: %s: fault '%s' never matched anything in %zu session%s; `--addresses` shows what there was\n",
		        idle[i].scenario, idle[i].rule, idle[i].sessions, idle[i].sessions == 1 ? "" : "s");
	free(idle);
}

static void put_table(FILE *stream, const struct run *run)
{
	const bool held = run_done(run) < run->count;

	fprintf(stream, "\n%-24s %6s %6s %13s %16s%s\n", "scenario", "pass", "fail", "inconclusive", "not as expected",
	        held ? "  not run" : "");
	for (size_t first = 0, end; first < run->count; first = end) {
		size_t passed = 0, failed = 0, unexpected = 0, waiting = 0;
		end = run_scenario_end(run, first);
		for (size_t i = first; i < end; i++) {
			const struct run_session *session = &run->sessions[run->by_scenario[i]];
			passed += strcmp(session->verdict, "pass") == 0;
			failed += strcmp(session->verdict, "fail") == 0;
			unexpected += run_is_unexpected(session);
			waiting += session->outcome >= RUN_HELD;
		}
		fprintf(stream, "%-24s %6zu %6zu %13zu %16zu", run->sessions[run->by_scenario[first]].scenario, passed, failed,
		        end - first - passed - failed - waiting, unexpected);
		if (held)
			fprintf(stream, " %8zu", waiting);
		fputc('\n', stream);
	}
}

/*
 * What the expectations that were met describe: sessions that are survived, and failures of clients
 * that are known by now.
 */
static void put_meanings(FILE *stream, const struct run *run)
{
	const size_t survivals = run->outcomes[RUN_SURVIVED], failures = run->outcomes[RUN_CONFIRMED];

	fprintf(stream, "\nAs expected: %zu survival%s, %zu confirmed failure%s.\n", survivals, survivals == 1 ? "" : "s", failures,
	        failures == 1 ? "" : "s");
	for (size_t first = 0, end; first < run->count; first = end) {
		const struct run_session *confirmed = NULL;
		end = run_scenario_end(run, first);
		for (size_t i = first; i < end && confirmed == NULL; i++)
			if (run->sessions[run->by_scenario[i]].outcome == RUN_CONFIRMED)
				confirmed = &run->sessions[run->by_scenario[i]];
		if (confirmed == NULL)
			continue;
		fprintf(stream, "  %-24s confirmed failure of %s: ", confirmed->scenario, confirmed->failure_of);
		put_why(stream, confirmed);
		fputc('\n', stream);
	}
}

static void put_changes(FILE *stream, const struct changes *changes)
{
	if (changes->known)
		fprintf(stream, "\nSince the run of %s: failures new %zu, lasting %zu, fixed %zu, not seen again %zu.\n", changes->since,
		        changes->new, changes->lasting, changes->fixed, changes->not_seen);
}

/*
 * With --anyway a frozen plan's verdict counts, whatever it was made from. The sessions of a
 * scenario are of one plan.
 */
static void put_differing(FILE *stream, const struct run *run)
{
	for (size_t first = 0; first < run->count; first = run_scenario_end(run, first)) {
		const struct run_session *session = &run->sessions[run->by_scenario[first]];
		const char *differs = json_string_value(json_object_get(session->json, "differs"));
		if (differs != NULL && session->outcome != RUN_INCONCLUSIVE)
			fprintf(stream, "\nWARNING: %s: not what the plan was made from: %s\n", session->scenario, differs);
	}
}

/* Sessions that were run more than once, and came to the same each time. */
static void put_repeats(FILE *stream, const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct run_session *first = &run->sessions[i];
		size_t times = 1;
		while (i + times < run->count && run->sessions[i + times].again &&
		       strcmp(run->sessions[i + times].digest, first->digest) == 0)
			times++;
		if (first->again || times == 1 || first->outcome == RUN_INCONCLUSIVE || first->digest[0] == '\0' ||
		    (i + times < run->count && run->sessions[i + times].again))
			continue;
		fprintf(stream, "\n%s on %s, seed %s: the same ", first->scenario, first->device, first->seed);
		if (times == 2)
			fprintf(stream, "twice, digest %s\n", first->digest);
		else
			fprintf(stream, "%zu times, digest %s\n", times, first->digest);
	}
}

/* Names only what is there: on a full disk a report, or the folder of a session, may be missing. */
static void put_place(FILE *stream, const struct run *run)
{
	const char *comma = "", *name;
	size_t whole = 0;

	for (size_t i = 0; i < run->count; i++)
		whole += run->sessions[i].json != NULL;
	fprintf(stream, "\nThe report lies in %s: ", run->dir);
	for (size_t i = 0; (name = report_name(i)) != NULL; i++)
		if (run_has(run, NULL, name)) {
			fprintf(stream, "%s%s", comma, name);
			comma = ", ";
		}
	if (whole == run->count)
		fprintf(stream, "%sa folder for each session.\n", comma[0] != '\0' ? ", and " : "");
	else
		fprintf(stream, "%sa whole folder for %zu of %zu sessions.\n", comma[0] != '\0' ? ", and " : "", whole, run->count);
}

static void put_held(FILE *stream, const struct run *run)
{
	const struct run_session *first = run->sessions;

	if (run->outcomes[RUN_HELD] == 0)
		return;
	while (first->outcome != RUN_HELD)
		first++;
	fprintf(stream, "\n%zu session%s not run: %s.", run->outcomes[RUN_HELD], run->outcomes[RUN_HELD] == 1 ? " was" : "s were",
	        first->held);
	if (run_can_go_on(run))
		fprintf(stream, " `stutter run --resume %s` continues it.", run->dir);
	fputc('\n', stream);
}

static void put_report(FILE *stream, const struct causes *causes)
{
	const struct run *run = causes->run;
	const char *note;

	for (size_t i = 0; i < causes->count; i++)
		put_cause(stream, causes, &causes->list[i]);
	put_idle(stream, run);
	put_differing(stream, run);
	for (size_t i = 0; (note = run_missing(run, i)) != NULL; i++)
		fprintf(stream, "\nWARNING: shard %s " RUN_MISSING_TEXT "\n", note);
	for (size_t i = 0; (note = run_note(run, i)) != NULL; i++)
		fprintf(stream, "\nNOTE: %s\n", note);
	put_table(stream, run);
	put_meanings(stream, run);
	put_changes(stream, &causes->changes);
	put_repeats(stream, run);
	put_held(stream, run);
	if (run->goes_on)
		fputs("\nThe run is still going: this is what there is so far.\n", stream);
	put_place(stream, run);
}

/*
 * Names in it may be as odd as any text: so whatever stands between two line ends goes through
 * text_put_plain().
 */
void report_terminal(FILE *stream, const struct causes *causes)
{
	char *text = NULL, *rest = NULL;
	size_t size = 0;

	FILE *raw = open_memstream(&text, &size);
	put_report(raw, causes);
	(void)fclose(raw);
	for (char *line = text; *line != '\0'; line = rest) {
		rest = strchr(line, '\n');
		*rest++ = '\0';
		text_put_plain(stream, line);
		fputc('\n', stream);
	}
	free(text);
}
