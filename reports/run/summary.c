/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.json, for programs. Its form is published: summary.schema.json beside this file. */
#include <stdlib.h>
#include <string.h>

#include "reports/json.h"
#include "reports/run/reports.h"

static void copy(struct json *json, const char *key, const json_t *value);

static void copy_number(struct json *json, const char *key, const json_t *value)
{
	size_t length = key != NULL ? strlen(key) : 0;

	if (length > 2 && strcmp(key + length - 2, "_s") == 0)
		json_seconds(json, key, (uint64_t)(json_number_value(value) * 1e9 + 0.5));
	else
		json_number(json, key, json_is_integer(value) ? (uint64_t)json_integer_value(value) : (uint64_t)json_number_value(value));
}

static void copy_members(struct json *json, const json_t *object)
{
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)object, key, member)
	{
		copy(json, key, member);
	}
}

static void copy_array(struct json *json, const char *key, const json_t *array)
{
	json_array_begin(json, key);
	for (size_t i = 0; i < json_array_size(array); i++)
		copy(json, NULL, json_array_get(array, i));
	json_array_end(json);
}

static void copy(struct json *json, const char *key, const json_t *value)
{
	if (json_is_string(value))
		json_text(json, key, json_string_value(value));
	else if (json_is_number(value))
		copy_number(json, key, value);
	else if (json_is_boolean(value))
		json_bool(json, key, json_is_true(value));
	else if (json_is_array(value))
		copy_array(json, key, value);
	else if (json_is_object(value)) {
		json_object_begin(json, key);
		copy_members(json, value);
		json_object_end(json);
	}
}

/* What run.json says comes first, and what the verdict says besides. */
static void put_session(struct json *json, const struct run_session *session)
{
	static const char *const told[] = {"version", "tool",   "scenario", "source",      "device",     "seed",
	                                   "verdict", "reason", "digest",   "as_expected", "expectation"};
	const char *key;
	json_t *member;

	json_object_begin(json, NULL);
	json_text(json, "folder", session->folder);
	json_text(json, "scenario", session->scenario);
	json_text(json, "source", session->source);
	json_text(json, "device", session->device);
	json_number(json, "seed", strtoull(session->seed, NULL, 10));
	json_bool(json, "again", session->again);
	json_text(json, "verdict", session->verdict);
	json_bool(json, "as_expected", session->outcome == RUN_CONFIRMED || session->outcome == RUN_SURVIVED);
	json_text(json, "reason", session->reason);
	if (session->expectation[0] != '\0')
		json_text(json, "expectation", session->expectation);
	json_text(json, "digest", session->digest);
	json_text(json, "replay", session->replay);
	json_object_foreach(session->json, key, member)
	{
		bool is_told = false;
		for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
			is_told = is_told || strcmp(told[i], key) == 0;
		if (!is_told)
			copy(json, key, member);
	}
	json_object_end(json);
}

static void put_causes(struct json *json, const struct causes *causes)
{
	json_array_begin(json, "causes");
	for (size_t i = 0; i < causes->count; i++) {
		const struct cause *cause = &causes->list[i];
		json_object_begin(json, NULL);
		json_text(json, "verdict", cause->first->verdict);
		json_text(json, "judge", cause->first->judge);
		json_text(json, "phase", cause->first->phase);
		json_text(json, "reason", cause->first->reason);
		json_text(json, "expectation", cause->first->expectation);
		json_text(json, "replay", cause->first->replay);
		json_array_begin(json, "sessions");
		for (size_t j = 0; j < cause->count; j++)
			json_text(json, NULL, causes->run->sessions[cause->sessions[j]].folder);
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_changes(struct json *json, const struct changes *changes)
{
	if (!changes->known)
		return;
	json_object_begin(json, "since_the_run_before");
	json_text(json, "ended", changes->since);
	json_number(json, "new", changes->new);
	json_number(json, "lasting", changes->lasting);
	json_number(json, "fixed", changes->fixed);
	json_number(json, "not_seen_again", changes->not_seen);
	json_object_end(json);
}

static void put_idle(struct json *json, const struct run *run)
{
	size_t count;
	struct run_idle *idle = run_idle_rules(run, &count);

	json_array_begin(json, "never_matched");
	for (size_t i = 0; i < count; i++) {
		json_object_begin(json, NULL);
		json_text(json, "scenario", idle[i].scenario);
		json_text(json, "rule", idle[i].rule);
		json_number(json, "sessions", idle[i].sessions);
		json_object_end(json);
	}
	json_array_end(json);
	free(idle);
}

static void put_texts(struct json *json, const char *key, const struct run *run, const char *(*text_at)(const struct run *, size_t))
{
	const char *text;

	json_array_begin(json, key);
	for (size_t i = 0; (text = text_at(run, i)) != NULL; i++)
		json_text(json, NULL, text);
	json_array_end(json);
}

void report_summary(FILE *stream, const struct causes *causes)
{
	const struct run *run = causes->run;
	struct json json = {.stream = stream};

	json_object_begin(&json, NULL);
	json_number(&json, "version", RUN_VERSION);
	json_text(&json, "tool", run->tool);
	json_text(&json, "started", run->started);
	json_bool(&json, "goes_on", run->goes_on);
	json_number(&json, "sessions_run", run_done(run));
	json_number(&json, "sessions_asked_for", run->count);
	json_number(&json, "passed", run->passed);
	json_number(&json, "failed", run->failed);
	json_number(&json, "inconclusive", run->outcomes[RUN_INCONCLUSIVE] + run->outcomes[RUN_WITHOUT_VERDICT]);
	json_number(&json, "without_verdict", run->outcomes[RUN_WITHOUT_VERDICT]);
	json_number(&json, "not_as_expected", run_unexpected(run));
	json_number(&json, "not_run", run->outcomes[RUN_HELD]);
	json_number(&json, "waiting", run->outcomes[RUN_WAITING]);
	put_texts(&json, "missing_shards", run, run_missing);
	put_texts(&json, "notes", run, run_note);
	put_changes(&json, &causes->changes);
	put_causes(&json, causes);
	put_idle(&json, run);
	json_array_begin(&json, "sessions");
	for (size_t i = 0; i < run->count; i++)
		put_session(&json, &run->sessions[i]);
	json_array_end(&json);
	json_object_end(&json);
}
