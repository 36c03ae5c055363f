/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of searches, whose sessions share their beginnings with others, against the same searches
 * with every session from power on. A search asks the same in the same order, so that both come to
 * results of the same plans, whose keys are the same; then their digests must be.
 */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "reports/member.h"
#include "tests/soak/soak.h"

#define RESULTS 200U
#define LINE_MAX_BYTES 65536

/*
 * Of all layers: frames, chip, bus, supply, far end, flash, resets of the guest. What a scenario's
 * own faults do to each of them is survived.
 */
static const char *const scenarios[] = {
	"scenarios/first/lost-syn.yaml",
	"scenarios/fault/gemodel.yaml",
	"scenarios/chip/tx-stall.yaml",
	"scenarios/chip/spi-stall.yaml",
	"scenarios/chip/brown-out.yaml",
	"scenarios/server/truncated-body.yaml",
	"scenarios/session/update.yaml",
	"scenarios/flash/cut-twice.yaml",
	"scenarios/flash/rot-in-boot-record.yaml",
	"scenarios/field/mender-1821-survived.yaml",
};

#define SCENARIOS (sizeof scenarios / sizeof scenarios[0])

/* @return the next result, to be released; NULL behind the last. */
static json_t *next_result(FILE *stream)
{
	static char line[LINE_MAX_BYTES];

	return stream != NULL && fgets(line, sizeof line, stream) != NULL ? json_loads(line, 0, NULL) : NULL;
}

static FILE *open_results(const char *run)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s/results.jsonl", soak_folder, run);
	FILE *stream = fopen(path, "re");
	if (stream == NULL)
		soak_fail("%s has no results", run);
	return stream;
}

/* @return by the keys of the results what they are to have in common. */
static json_t *read_outcomes(const char *run)
{
	json_t *outcomes = json_object(), *result;
	FILE *stream = open_results(run);

	while ((result = next_result(stream)) != NULL) {
		(void)json_object_set_new(outcomes, member_text(result, "key"),
		                          json_sprintf("%s, digest %s", member_text(result, "verdict"), member_text(result, "digest")));
		json_decref(result);
	}
	if (stream != NULL)
		(void)fclose(stream);
	return outcomes;
}

/*
 * What proves nothing on both sides is no result, and shows none. @return how many results both
 * have.
 */
static unsigned compare_results(const char *shared, const char *alone, bool *ret_same)
{
	json_t *outcomes = read_outcomes(shared), *others = read_outcomes(alone), *value;
	unsigned compared = 0;
	const char *key;

	*ret_same = true;
	json_object_foreach(outcomes, key, value)
	{
		const char *outcome = json_string_value(value), *other = json_string_value(json_object_get(others, key));
		/*
		 * A session from power on that a search checks itself by has a key of its own,
		 * which the other does not know.
		 */
		if (other == NULL || (strncmp(outcome, "inconclusive", 12) == 0 && strncmp(other, "inconclusive", 12) == 0))
			continue;
		if (strcmp(outcome, other) != 0) {
			soak_fail("%s: the result %s is %s, and from power on %s", shared, key, outcome, other);
			*ret_same = false;
		}
		compared++;
	}
	json_decref(outcomes);
	json_decref(others);
	return compared;
}

/*
 * Searches twice. @param words The command and its operands. @return how many results were
 * compared.
 */
static unsigned soak_search(const char *words, const char *name)
{
	char shared[64], alone[64];
	bool same;

	(void)snprintf(shared, sizeof shared, "%s-shared", name);
	(void)snprintf(alone, sizeof alone, "%s-alone", name);
	const int status = soak_shell("%s %s --quiet --out %s/%s >%s/%s.txt 2>&1", soak_program(), words, soak_folder, shared, soak_folder,
	                              shared);
	const int other = soak_shell("%s %s --quiet --no-share --out %s/%s >%s/%s.txt 2>&1", soak_program(), words, soak_folder, alone,
	                             soak_folder, alone);
	if (status > 1 || other != status)
		soak_fail("`stutter %s` came to %d, and to %d from power on; see %s/%s.txt", words, status, other, soak_folder, shared);
	const unsigned compared = compare_results(shared, alone, &same);
	if (same && status <= 1 && other == status) {
		soak_forget(shared);
		soak_forget(alone);
	}
	return compared;
}

/*
 * Two sessions in three of a sweep, over all sorts of places, the third of a hunt: of ten scenarios
 * together what is asked for, less what a shrink comes to.
 */
static unsigned soak_scenario(size_t index)
{
	const unsigned each = RESULTS / SCENARIOS / soak_share > 3 ? RESULTS / (unsigned)SCENARIOS / soak_share : 3;
	char words[PATH_MAX], name[64];
	unsigned compared = 0;

	(void)snprintf(words, sizeof words, "sweep %s --keep-faults --most %u", scenarios[index], each * 2 / 3);
	(void)snprintf(name, sizeof name, "sweep-%zu", index);
	compared += soak_search(words, name);
	(void)snprintf(words, sizeof words, "hunt %s --keep-faults --first 0 --most %u --seed %zu", scenarios[index], each - each * 2 / 3,
	               index + 1);
	(void)snprintf(name, sizeof name, "hunt-%zu", index);
	return compared + soak_search(words, name);
}

/* Of a minute of silence that a client with few retries does not wait out, among delays. */
static unsigned soak_shrink(void)
{
	char words[PATH_MAX];

	if (soak_shell("cd %s && cat >silence.yaml <<'EOF'\nname: silence\nimage: small.bin\ndevice: few-retries\ndeadline: 10min\n"
	               "expect: {verdict: any}\nfaults:\n"
	               "  - {name: silence, at: \"tcp.syn#4\", direction: to-server, outage: 70s}\n"
	               "  - {name: late, first: 10, delay: {time: 1ms}}\nEOF",
	               soak_folder) != 0 ||
	    soak_shell("%s run %s/silence.yaml --history none --out %s/silence >/dev/null 2>&1", soak_program(), soak_folder, soak_folder) >
	            1) {
		soak_fail("the session that is to be shrunk did not run");
		return 0;
	}
	(void)snprintf(words, sizeof words, "shrink %s/silence/silence/seed-1/plan.yaml", soak_folder);
	return soak_search(words, "shrink");
}

void soak_searches(void)
{
	const double start = soak_seconds();
	unsigned compared = soak_shrink();

	for (size_t i = 0; i < SCENARIOS; i++)
		compared += soak_scenario(i);
	if (compared < RESULTS / soak_share)
		soak_fail("only %u results of searches were compared", compared);
	printf("searches: %u results over %zu scenarios compared with sessions from power on, in %.0f s\n", compared, SCENARIOS,
	       soak_seconds() - start);
}
