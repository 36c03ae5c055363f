/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: run.json lists the sessions that were planned, and each is read from its own
 * folder, whatever is there of it. What only all of them together tell comes after: whether repeats
 * have the same digest, and whether a fault never acted. The outcomes are counted last, since both
 * can turn a pass into a failure.
 */
#include "reports/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/member.h"
#include "reports/run/shard.h"
#include "reports/text.h"
#include "reports/verdict.h"

#define S_NS 1e9

/* -- reading -- */

static bool is_locked(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool locked = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	(void)close(fd);
	return locked;
}

static uint64_t ns_of(const json_t *json, const char *key)
{
	double seconds = json_number_value(json_object_get(json, key));

	return seconds > 0 && seconds < 1e9 ? (uint64_t)(seconds * S_NS + 0.5) : 0;
}

/*
 * What came to a verdict has frozen its decisions; what did not still has its plan; what never
 * began has just its scenario.
 */
static char *replay_command(const struct run *run, const struct run_session *session, bool is_replay)
{
	const bool has_plan = run_has(run, session, "plan.yaml");
	const bool frozen = session->json != NULL && session->outcome != RUN_INCONCLUSIVE;
	const char *device = member_text(run->plan, "device");
	char *plan = memory_format("%s/%s/plan.yaml", run->dir, session->folder);
	char *text = NULL;
	size_t size = 0;

	FILE *stream = open_memstream(&text, &size);
	fputs((has_plan && frozen) || is_replay ? "stutter replay" : "stutter run", stream);
	fputc(' ', stream);
	text_put_word(stream, has_plan ? plan : session->source);
	if (!has_plan && device[0] != '\0') {
		fputs(" --device ", stream);
		text_put_word(stream, device);
	}
	if (!has_plan && !is_replay)
		fprintf(stream, " --seed %s", session->seed);
	(void)fclose(stream);
	free(plan);
	return text;
}

static void lack(struct run_session *session, char *why)
{
	json_decref(session->json);
	session->json = NULL;
	session->lack = why;
	session->outcome = RUN_WITHOUT_VERDICT;
	session->verdict = "none";
	session->reason = why;
}

static bool take_outcome(struct run_session *session)
{
	const bool met = json_is_true(json_object_get(session->json, "as_expected"));

	session->verdict = member_text(session->json, "verdict");
	if (strcmp(session->verdict, verdict_name(VERDICT_INCONCLUSIVE)) == 0)
		session->outcome = RUN_INCONCLUSIVE;
	else if (strcmp(session->verdict, verdict_name(VERDICT_PASS)) == 0)
		session->outcome = met ? RUN_SURVIVED : RUN_FAILED;
	else if (strcmp(session->verdict, verdict_name(VERDICT_FAIL)) == 0)
		session->outcome = met ? RUN_CONFIRMED : RUN_FAILED;
	else
		return false;
	return true;
}

static void take_verdict(struct run_session *session)
{
	const json_t *json = session->json;

	session->ours = json_is_true(json_object_get(json, "ours"));
	session->reason = member_text(json, "reason");
	session->expectation = member_text(json, "expectation");
	session->phase = member_text(json, "phase");
	session->judge = member_text(json, "judge");
	session->digest = member_text(json, "digest");
	session->failure_of = member_text(json, "failure_of");
	session->virtual_ns = ns_of(json, "virtual_s");
	session->wall_ns = ns_of(json, "wall_s");
}

/*
 * Why it was not run: because whoever asked for it wanted it so (a budget, say), or because the run
 * ended.
 */
static void lack_verdict(const struct run *run, struct run_session *session)
{
	const bool began = run_has(run, session, "plan.yaml");

	if (run->goes_on) {
		lack(session, memory_text(began ? "begun, not at its end: the run is still going"
		                                : "its turn has not come: the run is still going"));
		session->outcome = RUN_WAITING;
	} else if (session->held != NULL) {
		lack(session, memory_format("%s: %s", began ? "not run to its end" : "not run", session->held));
		session->outcome = RUN_HELD;
	} else {
		lack(session, memory_text(began ? "no verdict: the run ended before" : "not run: the run ended before"));
	}
}

static void read_verdict(const struct run *run, struct run_session *session)
{
	json_error_t why;

	if (!run_has(run, session, "verdict.json")) {
		lack_verdict(run, session);
		return;
	}
	char *path = memory_format("%s/%s/verdict.json", run->dir, session->folder);
	session->json = json_load_file(path, 0, &why);
	/* A seed may be larger than the integers of this reader; run.json has it as text. */
	if (session->json == NULL && json_error_code(&why) == json_error_numeric_overflow)
		session->json = json_load_file(path, JSON_DECODE_INT_AS_REAL, &why);
	if (session->json == NULL)
		lack(session, memory_format("no verdict: verdict.json cannot be read: line %d: %s", why.line, why.text));
	else if (json_number_value(json_object_get(session->json, "version")) != VERDICT_VERSION)
		lack(session,
		     memory_format("no verdict: verdict.json is of a version that this stutter, " STUTTER_VERSION ", does not read"));
	else if (!take_outcome(session))
		lack(session, memory_format("no verdict: verdict.json says neither pass nor fail nor inconclusive"));
	else
		take_verdict(session);
	free(path);
}

static void read_session(struct run *run, const json_t *planned, struct run_session *session)
{
	*session = (struct run_session){.again = json_is_true(json_object_get(planned, "again")),
	                                .folder = member_text(planned, "folder"),
	                                .scenario = member_text(planned, "scenario"),
	                                .source = member_text(planned, "source"),
	                                .device = member_text(planned, "device"),
	                                .plan_hash = member_text(planned, "plan"),
	                                .seed = member_text(planned, "seed"),
	                                .reason = "",
	                                .expectation = "",
	                                .phase = "",
	                                .judge = "",
	                                .digest = "",
	                                .failure_of = "",
	                                .held = json_string_value(json_object_get(planned, "held"))};
	if (session->held == NULL)
		session->held = run->held;
	read_verdict(run, session);
	session->is_replay = json_is_true(json_object_get(planned, "replay"));
}

/* -- what only all sessions together tell -- */

/*
 * What came out differently the second time proves nothing, whatever its verdict. @param first The
 * same session before it.
 */
static void compare_repeat(struct run_session *session, const struct run_session *first)
{
	if (session->outcome == RUN_INCONCLUSIVE || first->outcome == RUN_INCONCLUSIVE || session->json == NULL || first->json == NULL ||
	    strcmp(session->digest, first->digest) == 0)
		return;
	session->outcome = RUN_INCONCLUSIVE;
	session->ours = true;
	session->lack = memory_format("NOT REPEATABLE: the digest is not that of the first time, %s; compare the two traces",
	                              first->digest);
	session->reason = session->lack;
	session->verdict = verdict_name(VERDICT_INCONCLUSIVE);
}

static void compare_repeats(struct run *run)
{
	const struct run_session *first = NULL;

	for (size_t i = 0; i < run->count; i++) {
		struct run_session *session = &run->sessions[i];
		if (!session->again)
			first = session;
		else if (first != NULL)
			compare_repeat(session, first);
	}
}

/*
 * With --strict, a session that was as expected is not if one of its faults hit nothing in any
 * session of its scenario.
 */
static void fail_idle(struct run *run, const struct run_idle *idle)
{
	for (size_t i = 0; i < run->count; i++) {
		struct run_session *session = &run->sessions[i];
		if ((session->outcome != RUN_SURVIVED && session->outcome != RUN_CONFIRMED) ||
		    strcmp(session->scenario, idle->scenario) != 0)
			continue;
		session->outcome = RUN_FAILED;
		session->lack = memory_format("--strict: the fault '%s' never matched anything", idle->rule);
		session->expectation = session->lack;
	}
}

static void enforce_strictness(struct run *run)
{
	size_t count;
	struct run_idle *idle = run->strict ? run_idle_rules(run, &count) : NULL;

	for (size_t i = 0; idle != NULL && i < count; i++)
		fail_idle(run, &idle[i]);
	free(idle);
}

static void count_outcomes(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		struct run_session *session = &run->sessions[i];
		session->replay = replay_command(run, session, session->is_replay);
		run->outcomes[session->outcome]++;
		run->passed += strcmp(session->verdict, verdict_name(VERDICT_PASS)) == 0;
		run->failed += strcmp(session->verdict, verdict_name(VERDICT_FAIL)) == 0;
	}
}

static int compare_scenarios(const void *a, const void *b, void *sessions)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	int order = strcmp(((const struct run_session *)sessions)[left].scenario, ((const struct run_session *)sessions)[right].scenario);

	return order != 0 ? order : left < right ? -1 : left > right;
}

static int compare_leaders(const void *a, const void *b, void *leaders)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	size_t left_leader = ((const size_t *)leaders)[left], right_leader = ((const size_t *)leaders)[right];

	if (left_leader != right_leader)
		return left_leader < right_leader ? -1 : 1;
	return left < right ? -1 : left > right;
}

size_t run_scenario_end(const struct run *run, size_t first)
{
	const char *name = run->sessions[run->by_scenario[first]].scenario;

	while (first < run->count && strcmp(run->sessions[run->by_scenario[first]].scenario, name) == 0)
		first++;
	return first;
}

/* By name first, which brings those of a scenario together; then by the first session of each. */
static void sort_by_scenario(struct run *run)
{
	size_t *leaders = memory_new((run->count + 1) * sizeof *leaders);

	run->by_scenario = memory_new((run->count + 1) * sizeof *run->by_scenario);
	for (size_t i = 0; i < run->count; i++)
		run->by_scenario[i] = i;
	qsort_r(run->by_scenario, run->count, sizeof *run->by_scenario, compare_scenarios, run->sessions);
	for (size_t first = 0, end; first < run->count; first = end) {
		end = run_scenario_end(run, first);
		for (size_t i = first; i < end; i++)
			leaders[run->by_scenario[i]] = run->by_scenario[first];
	}
	qsort_r(run->by_scenario, run->count, sizeof *run->by_scenario, compare_leaders, leaders);
	free(leaders);
}

static json_t *read_plan(const char *path, const char *dir, struct error *err)
{
	json_error_t why;

	if (access(path, F_OK) != 0) {
		error_set(err, "%s is not the folder of a run: there is no " RUN_FILE " in it (%s)", dir, strerror(errno));
		return NULL;
	}
	json_t *plan = json_load_file(path, 0, &why);
	if (plan == NULL)
		error_set(err, "%s cannot be read: line %d: %s", path, why.line, why.text);
	else if (json_integer_value(json_object_get(plan, "version")) != RUN_VERSION)
		error_set(err, "%s is of version %" JSON_INTEGER_FORMAT ", and this stutter, " STUTTER_VERSION ", reads version %d", path,
		          json_integer_value(json_object_get(plan, "version")), RUN_VERSION);
	else
		return plan;
	json_decref(plan);
	return NULL;
}

/* @return why sessions were not run that were asked for; NULL: nothing kept them. */
static char *read_held(const char *dir)
{
	char *path = memory_format("%s/" RUN_HELD_FILE, dir);
	json_t *json = json_load_file(path, 0, NULL);
	const char *why = json_string_value(json_object_get(json, "why"));
	char *text = why != NULL ? memory_text(why) : NULL;

	json_decref(json);
	free(path);
	return text;
}

bool run_open(struct run *ret_run, const char *dir, struct error *err)
{
	size_t length = strlen(dir);

	while (length > 1 && dir[length - 1] == '/')
		length--;
	struct run run = {.dir = memory_format("%.*s", (int)length, dir)};
	char *path = memory_format("%s/" RUN_FILE, run.dir);
	run.plan = read_plan(path, run.dir, err);
	run.goes_on = run.plan != NULL && is_locked(path);
	free(path);
	if (run.plan == NULL) {
		free(run.dir);
		return false;
	}
	run.tool = member_text(run.plan, "tool");
	run.shard = member_text(run.plan, "shard");
	run.missing = shards_missing(json_object_get(run.plan, "shards"));
	run.strict = json_is_true(json_object_get(run.plan, "strict"));
	run.held = read_held(run.dir);
	run.started = member_text(run.plan, "started");
	run.sessions = memory_new((json_array_size(json_object_get(run.plan, "sessions")) + 1) * sizeof *run.sessions);
	for (const json_t *planned = json_object_get(run.plan, "sessions"); run.count < json_array_size(planned); run.count++)
		read_session(&run, json_array_get(planned, run.count), &run.sessions[run.count]);
	sort_by_scenario(&run);
	compare_repeats(&run);
	enforce_strictness(&run);
	count_outcomes(&run);
	*ret_run = run;
	return true;
}

void run_close(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		json_decref(run->sessions[i].json);
		free(run->sessions[i].replay);
		free(run->sessions[i].lack);
	}
	json_decref(run->plan);
	json_decref(run->missing);
	free(run->by_scenario);
	free(run->sessions);
	free(run->held);
	free(run->dir);
	*run = (struct run){.count = 0};
}

/* -- asking -- */

const char *run_outcome_name(const struct run_session *session)
{
	static const char *const names[RUN_OUTCOMES] = {"FAIL", "INCONCLUSIVE", "NO VERDICT", "confirmed failure",
	                                                "pass", "not run",      "waiting"};

	return session->outcome == RUN_FAILED && strcmp(session->verdict, "pass") == 0 ? "PASS, UNEXPECTED" : names[session->outcome];
}

const struct run_look *run_look(enum run_outcome outcome)
{
	/* What only waits looks like what was held. */
	static const struct run_look looks[RUN_OUTCOMES] = {
		[RUN_FAILED] = {"fail", "\u2716"},         [RUN_INCONCLUSIVE] = {"open", "?"},  [RUN_WITHOUT_VERDICT] = {"open", "\u2026"},
		[RUN_CONFIRMED] = {"confirmed", "\u25c6"}, [RUN_SURVIVED] = {"pass", "\u2714"}, [RUN_HELD] = {"held", "\u2013"},
		[RUN_WAITING] = {"held", "\u2026"},
	};

	return &looks[outcome];
}

bool run_is_unexpected(const struct run_session *session)
{
	return session->outcome < RUN_CONFIRMED;
}

size_t run_unexpected(const struct run *run)
{
	return run->outcomes[RUN_FAILED] + run->outcomes[RUN_INCONCLUSIVE] + run->outcomes[RUN_WITHOUT_VERDICT];
}

size_t run_done(const struct run *run)
{
	return run->count - run->outcomes[RUN_HELD] - run->outcomes[RUN_WAITING];
}

bool run_can_go_on(const struct run *run)
{
	const char *command = json_string_value(json_array_get(json_object_get(run->plan, "arguments"), 0));

	return command != NULL && strcmp(command, "run") == 0;
}

int run_why(const struct run_session *session)
{
	return (int)strcspn(session->reason, "\n");
}

bool run_has(const struct run *run, const struct run_session *session, const char *name)
{
	char *path = memory_format("%s/%s/%s", run->dir, session != NULL ? session->folder : ".", name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

const char *run_note(const struct run *run, size_t index)
{
	return json_string_value(json_array_get(json_object_get(run->plan, "notes"), index));
}

const char *run_missing(const struct run *run, size_t index)
{
	return json_string_value(json_array_get(run->missing, index));
}

/*
 * Counts the sessions of a scenario in which a rule stands, and those in which it hit nothing.
 * @return the rule; NULL if no session has it.
 */
static const json_t *count_rule(const struct run *run, size_t first, size_t end, size_t rule, size_t *ret_sessions, size_t *ret_idle)
{
	const json_t *found = NULL;

	*ret_sessions = *ret_idle = 0;
	for (size_t i = first; i < end; i++) {
		const json_t *one = json_array_get(json_object_get(run->sessions[run->by_scenario[i]].json, "rules"), rule);
		if (one == NULL)
			continue;
		found = one;
		++*ret_sessions;
		*ret_idle += json_number_value(json_object_get(one, "matched")) == 0;
	}
	return found;
}

struct run_idle *run_idle_rules(const struct run *run, size_t *ret_count)
{
	struct run_idle *list = NULL;
	const json_t *found;

	*ret_count = 0;
	for (size_t first = 0, end; first < run->count; first = end) {
		const struct run_session *session = &run->sessions[run->by_scenario[first]];
		size_t sessions, idle;
		end = run_scenario_end(run, first);
		for (size_t rule = 0; (found = count_rule(run, first, end, rule, &sessions, &idle)) != NULL; rule++) {
			if (idle < sessions)
				continue;
			list = memory_resize(list, *ret_count + 1, sizeof *list);
			list[(*ret_count)++] = (struct run_idle){session->scenario, member_text(found, "name"), session->source, sessions};
		}
	}
	return list;
}
