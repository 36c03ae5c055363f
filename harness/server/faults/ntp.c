/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An NTP request is answered wrong. */
#include "harness/server/fault.h"

#define YEAR_NS (UINT64_C(365) * 86400 * SIM_S)

enum { NTP_SILENCE, NTP_KISS_OF_DEATH, NTP_OFFSET };
static const char *const ntp_answers[] = {"silence", "kiss_of_death", "offset", NULL};

struct ntp_params {
	unsigned answer;
	uint64_t years, offset_ns; /**< of NTP_OFFSET: years of 365 days, and this much more */
	bool behind;               /**< the server's clock is behind by that; else it is ahead */
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(ntp_params, answer, "answer", ntp_answers, "silence", "answer that is sent instead"),
	PARAM_ROW_QUANTITY(ntp_params, years, "years", UNIT_NONE, "1", 0, 100,
                           "years of 365 days by which the server's clock is wrong; of offset"),
	PARAM_ROW_QUANTITY(ntp_params, offset_ns, "by", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "further offset"),
	PARAM_ROW_BOOL(ntp_params, behind, "behind", "false", "true if the clock is behind by these, not ahead"),
	{0},
};

static void ntp(const void *params, struct ntp_clock *clock, struct ntp_effect *effect)
{
	const struct ntp_params *fault = params;

	effect->silent = effect->silent || fault->answer == NTP_SILENCE;
	effect->kisses = effect->kisses || fault->answer == NTP_KISS_OF_DEATH;
	if (fault->answer == NTP_OFFSET)
		ntp_clock_shift(clock, fault->years * YEAR_NS + fault->offset_ns, fault->behind);
}

static const struct service_fault act = {.ntp = ntp};

const struct action fault_ntp = {
	.name = "ntp",
	.summary = "an NTP request is answered wrong",
	.site = SITE_NTP,
	.params = rows,
	.params_size = sizeof(struct ntp_params),
	.act = &act,
};
