/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images are served a few times only: what a retry throws away costs the device's owner. */
#include <inttypes.h>

#include "harness/judge/judge.h"
#include "harness/server/service_log.h"

static const struct param rows[] = {
	JUDGE_ROW_LIMIT(
		"traffic", UNIT_NONE, "0", 0,
		"image bytes that reach the device, at most so many times the images' size; "
		"0: off"),
	{0},
};

static bool ask(const void *params, const void *notes, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct judge_limit *limit = params;
	const uint64_t bytes = service_log_delivered(evidence->services),
		       size = service_log_asked_for(evidence->services);

	(void)notes;
	return bytes <= limit->most * size ||
	       judge_complain(ret_complaint,
	                      "%" PRIu64 " image bytes reached the device for images of %" PRIu64
	                      " bytes",
	                      bytes, size);
}

const struct judge judge_traffic = {
	.name = "traffic",
	.params = rows,
	.params_size = sizeof(struct judge_limit),
	.concern = JUDGE_OF_CONDUCT,
	.asks_services = true,
	.ask = ask,
};
