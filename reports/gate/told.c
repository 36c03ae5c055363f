/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/gate/told.h"

#include <inttypes.h>

#include "lib/base/unit.h"
#include "reports/file.h"
#include "reports/gate/writers.h"
#include "reports/json.h"
#include "reports/text.h"

const char *told_decision(enum gate_decision decision)
{
	static const char *const names[] = {[GATE_PROMOTE] = "PROMOTE", [GATE_BLOCK] = "BLOCK", [GATE_NOT_ENOUGH] = "NOT ENOUGH EVIDENCE"};

	return names[decision];
}

const char *told_headline(const struct told_gate *told, char *ret_text, size_t size)
{
	size_t fixed = 0, broke = 0;
	char lost[64] = "";

	for (size_t i = 0; i < told->scenario_count; i++) {
		if (told->scenarios[i].quarantine != NULL)
			continue;
		fixed += told->scenarios[i].fixed;
		broke += told->scenarios[i].finding.frozen_broke;
	}
	if (told->unknown > 0)
		(void)snprintf(lost, sizeof lost, " %zu more proved nothing on one of them.", told->unknown);
	(void)snprintf(ret_text, size,
	               "Candidate %s, baseline %s. Fixed plans: %zu of %zu broke on the candidate. Drawn plans, each run on both: of %zu, "
	               "%zu broke only on the candidate, %zu only on the baseline.%s",
	               told->candidate, told->baseline, broke, fixed, told->known, told->only_candidate, told->only_baseline, lost);
	return ret_text;
}

/* -- for a terminal -- */

static void put_example(FILE *stream, const struct told_example *example)
{
	fputs("\n  ", stream);
	text_put_plain(stream, example->scenario);
	fprintf(stream, ", seed %s: ", example->seed);
	text_put_plain(stream, example->why);
	if (example->like > 1)
		fprintf(stream, " (%zu broke so)", example->like);
	fputs("\n    ", stream);
	text_put_plain(stream, example->replay);
	fputc('\n', stream);
}

static void put_list(FILE *stream, const char *heading, const char *const *texts)
{
	if (texts[0] != NULL)
		fprintf(stream, "\n%s\n", heading);
	for (; *texts != NULL; texts++) {
		fputs("  ", stream);
		text_put_plain(stream, *texts);
		fputc('\n', stream);
	}
}

void told_terminal(FILE *stream, const struct told_gate *told)
{
	char text[1024], core[UNIT_TEXT_MAX], wall[UNIT_TEXT_MAX];

	fprintf(stream, "%s. ", told_decision(told->decision));
	text_put_plain(stream, told_headline(told, text, sizeof text));
	fputc('\n', stream);
	if (told->example_count > 0)
		fputs("\nThe most telling failures:\n", stream);
	for (size_t i = 0; i < told->example_count; i++)
		put_example(stream, &told->examples[i]);
	fputs("\nScenario by scenario:\n", stream);
	for (size_t i = 0; i < told->scenario_count; i++) {
		const struct told_scenario *scenario = &told->scenarios[i];
		fputs("  ", stream);
		text_put_plain(stream, scenario->name);
		fprintf(stream, ": %s\n", scenario->text);
		if (scenario->quarantine != NULL) {
			fputs("    decides nothing: ", stream);
			text_put_plain(stream, scenario->quarantine);
			fputc('\n', stream);
		}
	}
	put_list(stream, "What would change this:", told->changes);
	put_list(stream, "Passed over:", told->exceptions);
	fprintf(stream, "\nIt took %zu sessions, %s of one core, %s on the wall.\n", told->sessions,
	        unit_show_duration(told->core_ns, core), unit_show_duration(told->wall_ns, wall));
}

/* -- for programs -- */

static void put_share(struct json *json, const char *key, struct told_interval interval)
{
	json_object_begin(json, key);
	json_ratio(json, "low", interval.low);
	json_ratio(json, "high", interval.high);
	json_object_end(json);
}

static void put_scenario(struct json *json, const struct told_scenario *scenario)
{
	const struct gate_finding *finding = &scenario->finding;

	json_object_begin(json, NULL);
	json_text(json, "scenario", scenario->name);
	json_text(json, "decision", told_decision(finding->decision));
	json_text(json, "why", scenario->text);
	json_number(json, "fixed", scenario->fixed);
	json_number(json, "fixed_broke", finding->frozen_broke);
	json_number(json, "fixed_inconclusive", finding->frozen_unknown);
	json_number(json, "waived", scenario->waived);
	json_number(json, "pairs", finding->pairs);
	json_number(json, "only_candidate", finding->candidate_only);
	json_number(json, "only_baseline", finding->baseline_only);
	json_number(json, "same", finding->same);
	json_number(json, "inconclusive", finding->unknown);
	json_number(json, "baseline_inconclusive", finding->baseline_unknown);
	json_ratio(json, "p_equal", finding->equal);
	json_ratio(json, "p_equal_corrected", finding->equal_corrected);
	json_ratio(json, "p_mcnemar", finding->mcnemar);
	put_share(json, "breaks_alone_clopper_pearson_95", scenario->exact);
	put_share(json, "breaks_alone_wilson_95", scenario->score);
	if (scenario->quarantine != NULL)
		json_text(json, "quarantine", scenario->quarantine);
	json_object_end(json);
}

static void put_texts(struct json *json, const char *key, const char *const *texts)
{
	json_array_begin(json, key);
	for (; *texts != NULL; texts++)
		json_text(json, NULL, *texts);
	json_array_end(json);
}

static void put_examples(struct json *json, const struct told_gate *told)
{
	json_array_begin(json, "examples");
	for (size_t i = 0; i < told->example_count; i++) {
		const struct told_example *example = &told->examples[i];
		json_object_begin(json, NULL);
		json_text(json, "scenario", example->scenario);
		json_text(json, "seed", example->seed);
		json_text(json, "why", example->why);
		json_text(json, "replay", example->replay);
		json_text(json, "folder", example->folder);
		json_number(json, "like", example->like);
		json_object_end(json);
	}
	json_array_end(json);
}

void told_json(FILE *stream, const struct told_gate *told)
{
	struct json json = {.stream = stream};
	char text[1024];

	json_object_begin(&json, NULL);
	json_number(&json, "version", GATE_VERSION);
	json_text(&json, "tool", told->tool);
	json_text(&json, "started", told->started);
	json_text(&json, "decision", told_decision(told->decision));
	json_text(&json, "headline", told_headline(told, text, sizeof text));
	json_text(&json, "baseline", told->baseline);
	json_text(&json, "candidate", told->candidate);
	json_text(&json, "suites", told->suites);
	json_array_begin(&json, "scenarios");
	for (size_t i = 0; i < told->scenario_count; i++)
		put_scenario(&json, &told->scenarios[i]);
	json_array_end(&json);
	put_examples(&json, told);
	put_texts(&json, "what_would_change_it", told->changes);
	put_texts(&json, "exceptions", told->exceptions);
	json_number(&json, "sessions", told->sessions);
	json_seconds(&json, "core_s", told->core_ns);
	json_seconds(&json, "wall_s", told->wall_ns);
	json_object_end(&json);
}

static bool write_file(const char *dir, const char *name, void (*write)(FILE *stream, const struct told_gate *told),
                       const struct told_gate *told, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, dir, name, err))
		return false;
	write(file.stream, told);
	return report_file_close(&file, err);
}

bool told_files(const char *dir, const struct told_gate *told, struct error *err)
{
	return write_file(dir, "gate.json", told_json, told, err) && write_file(dir, "index.html", told_page, told, err);
}
