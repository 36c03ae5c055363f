/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/events.h"

#include <inttypes.h>
#include <stdio.h>

#include "reports/json.h"

static struct json begin(const char *event)
{
	struct json json = {.stream = stdout, .compact = true};

	json_object_begin(&json, NULL);
	json_text(&json, "event", event);
	return json;
}

/* A reader sees every object at once. */
static void end(struct json *json)
{
	json_object_end(json);
	fputc('\n', stdout);
	fflush(stdout);
}

static void put_session(struct json *json, const struct job *job)
{
	char seed[24];

	(void)snprintf(seed, sizeof seed, "%" PRIu64, job->plan.seed);
	json_text(json, "session", job->name);
	json_text(json, "scenario", job->plan.name);
	json_text(json, "device", job->plan.device.name);
	json_text(json, "seed", seed);
}

void events_begin(const char *dir, size_t sessions)
{
	struct json json = begin("begin");

	json_text(&json, "folder", dir);
	json_number(&json, "sessions", sessions);
	end(&json);
}

static void put_running(const char *event, const struct job *job)
{
	struct json json = begin(event);

	put_session(&json, job);
	json_seconds(&json, "virtual_s", job->virtual_ns);
	json_text(&json, "phase", job->phase);
	end(&json);
}

void events_started(const struct job *job)
{
	put_running("start", job);
}

void events_progress(const struct job *job)
{
	put_running("progress", job);
}

void events_ended(const struct job *job, size_t done, size_t sessions)
{
	const struct verdict *verdict = &job->verdict;
	struct json json = begin(job->held_for != NULL ? "not_run" : "end");

	put_session(&json, job);
	if (job->held_for == NULL) {
		json_text(&json, "verdict", verdict_name(verdict->kind));
		json_bool(&json, "as_expected", verdict->met_expectation);
		json_text(&json, "digest", verdict->digest);
	}
	json_text(&json, "reason", verdict->reason);
	json_seconds(&json, "virtual_s", verdict->virtual_ns);
	json_seconds(&json, "wall_s", verdict->wall_ns);
	json_number(&json, "done", done);
	json_number(&json, "sessions", sessions);
	end(&json);
}

void events_warning(const char *text)
{
	struct json json = begin("warning");

	json_text(&json, "text", text);
	end(&json);
}

void events_end(const char *dir, int code)
{
	struct json json = begin("finish");

	json_text(&json, "folder", dir);
	json_number(&json, "exit_status", (uint64_t)code);
	end(&json);
}
