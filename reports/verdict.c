/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/verdict.h"

#include "lib/base/timestamp.h"

static void optional(struct json *json, const char *key, const char *text)
{
	if (text[0] != '\0')
		json_text(json, key, text);
}

static void report_rules(struct json *json, const struct planned_session *of, const struct verdict *verdict)
{
	if (verdict->replay) {
		json_number(json, "decisions", verdict->decisions);
		json_number(json, "decisions_unfound", verdict->unfound);
		json_number(json, "decisions_unfound_before_the_end", verdict->unfound_before);
		return;
	}
	json_array_begin(json, "rules");
	for (size_t i = 0; i < verdict->rule_count; i++) {
		json_object_begin(json, NULL);
		json_text(json, "name", of->faults[i].name);
		json_text(json, "action", of->faults[i].action->name);
		json_number(json, "seen", verdict->rules[i].seen);
		json_number(json, "matched", verdict->rules[i].matched);
		json_number(json, "applied", verdict->rules[i].applied);
		json_object_end(json);
	}
	json_array_end(json);
}

/* From the last progress of a failed session to its end. */
static void report_stretch(struct json *json, const struct verdict_stretch *stretch)
{
	json_object_begin(json, "last_stretch");
	optional(json, "report", stretch->report);
	json_seconds(json, "report_s", stretch->report_ns);
	json_seconds(json, "end_s", stretch->end_ns);
	json_text(json, "far_end_waits", stretch->waits);
	json_seconds(json, "progress_s", stretch->progress_ns);
	optional(json, "faults", stretch->faults);
	optional(json, "frames", stretch->frames);
	json_object_end(json);
}

static void report_live(struct json *json, const struct verdict_live *live)
{
	json_object_begin(json, "live");
	json_seconds(json, "skew_p50_s", live->skew_p50_ns);
	json_seconds(json, "skew_p99_s", live->skew_p99_ns);
	json_seconds(json, "skew_max_s", live->skew_max_ns);
	json_seconds(json, "skew_limit_s", live->skew_limit_ns);
	json_number(json, "sent", live->sent);
	json_number(json, "beyond_limit", live->beyond);
	json_number(json, "lost", live->lost);
	json_object_end(json);
}

void report_verdict(struct json *json, const struct planned_session *of, const struct verdict *verdict, int64_t ended_s)
{
	char ended[TIMESTAMP_TEXT_MAX];

	json_number(json, "version", VERDICT_VERSION);
	json_text(json, "tool", "stutter " STUTTER_VERSION);
	json_text(json, "scenario", of->scenario);
	json_text(json, "source", of->source);
	optional(json, "device", of->device);
	json_number(json, "seed", of->seed);
	json_text(json, "verdict", verdict_name(verdict->kind));
	json_text(json, "reason", verdict->reason);
	json_bool(json, "as_expected", verdict->met_expectation);
	optional(json, "expectation", verdict->expectation);
	if (verdict->ours)
		json_bool(json, "ours", true);
	json_text(json, "phase", verdict->phase);
	/* Of a device that is not known nothing is shown. */
	if (verdict->met_expectation && of->device[0] != '\0')
		json_text(json, "shows", verdict->kind == VERDICT_PASS ? "survival" : "confirmed failure");
	if (verdict->met_expectation && verdict->kind == VERDICT_FAIL)
		json_text(json, "failure_of", of->failure_of);
	optional(json, "judge", verdict->judge);
	if (verdict->kind == VERDICT_FAIL && verdict->stretch.end_ns != 0)
		report_stretch(json, &verdict->stretch);
	optional(json, "first_trouble", verdict->problem);
	optional(json, "first_trouble_frames", verdict->problem_frames);
	optional(json, "first_trouble_faults", verdict->faults);
	json_text(json, "digest", verdict->digest);
	json_text(json, "device_image", verdict->image_hash);
	optional(json, "image_hash", of->image_hash);
	optional(json, "kernel_hash", of->kernel_hash);
	optional(json, "differs", of->differs);
	json_seconds(json, "virtual_s", verdict->virtual_ns);
	json_seconds(json, "wall_s", verdict->wall_ns);
	json_text(json, "ended", timestamp_write(ended_s, ended));
	json_seconds(json, "restore_s", verdict->restore_ns);
	json_seconds(json, "harness_cpu_s", verdict->outside_ns);
	json_number(json, "requests", verdict->requests);
	json_number(json, "requests_shared", verdict->requests_shared);
	json_number(json, "retries", verdict->retries);
	json_number(json, "frames", verdict->frames);
	json_number(json, "spi_messages", verdict->spi_messages);
	json_number(json, "image_bytes", verdict->image_bytes);
	if (verdict->live.is)
		report_live(json, &verdict->live);
	report_rules(json, of, verdict);
}
