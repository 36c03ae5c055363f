/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client gives a sign of life (wire_log.h) from time to time. One that does not for too long
 * ends the session.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/filter/filter.h"
#include "harness/judge/judge.h"

#define FILTER_MAX 256

struct hang_params {
	uint64_t most;
	/* a pcap filter of frames that are one; empty: see wire_log.h */
	char signs_of_life[FILTER_MAX];
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(hang_params, most, "hang", UNIT_DURATION, "0ns", 0, 0,
                           JUDGE_WORD
                           "at most so long without a sign of life of the client, or the session "
                           "ends; 0ns: off"),
	PARAM_ROW_TEXT(
		hang_params, signs_of_life, "signs_of_life", "",
		"pcap filter, for judge hang, of the device's frames that are one; empty: those "
		"that a client is behind"),
	{0},
};

static bool check(const void *ctx, const char **ret_key, struct error *err)
{
	const struct hang_params *params = ctx;
	struct bpf_program program;

	if (params->signs_of_life[0] == '\0')
		return true;
	if (!filter_compile(params->signs_of_life, &program, err)) {
		*ret_key = "signs_of_life";
		return false;
	}
	pcap_freecode(&program);
	return true;
}

static sim_ns due(const void *ctx, const struct evidence *evidence)
{
	const struct hang_params *params = ctx;

	return evidence->wire->last_active + params->most;
}

/*
 * What was going on stands in the last sign of life, in what else was heard, and in what the far
 * end holds.
 */
static void tell_more(const struct evidence *evidence, char *text, size_t size)
{
	const struct wire_log *wire = evidence->wire;
	char waits[EVIDENCE_TEXT_MAX / 4] = "", others[EVIDENCE_TEXT_MAX / 2] = "";

	if (evidence->far_end_waits != NULL)
		(void)evidence->far_end_waits(evidence->far_end, waits, sizeof waits);
	if (wire->others > 0)
		(void)snprintf(others, sizeof others,
		               "; since then %" PRIu64 " other frame%s came, the last %.120s",
		               wire->others, wire->others == 1 ? "" : "s", wire->last_other);
	(void)snprintf(text, size, "the last was %.120s%s%s%s", wire->heard, others,
	               waits[0] != '\0' ? "; the far end waits " : "", waits);
}

/* Asked only when it is too late. */
static bool ask(const void *ctx, const void *notes, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct hang_params *params = ctx;
	const sim_ns last = evidence->wire->last_active;
	char limit[UNIT_TEXT_MAX];

	(void)notes;
	tell_more(evidence, ret_complaint->more, sizeof ret_complaint->more);
	return judge_complain(ret_complaint,
	                      "no sign of life for %s since %" PRIu64 ".%03" PRIu64 " s",
	                      unit_format(UNIT_DURATION, params->most, limit), last / SIM_S,
	                      last % SIM_S / SIM_MS);
}

const struct judge judge_hang = {
	.name = "hang",
	.params = rows,
	.params_size = sizeof(struct hang_params),
	.concern = JUDGE_OF_CONDUCT,
	.check = check,
	.due = due,
	.ask = ask,
};
