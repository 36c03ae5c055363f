/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What passes was served the whole of an image. A device that installs in its flash shows there
 * what it has.
 */
#include <inttypes.h>

#include "harness/judge/judge.h"
#include "harness/server/service_log.h"

static const struct param rows[] = {
	JUDGE_ROW_SWITCH(
		"whole", "true",
		"what passes was served the whole of an image; false for clients of deltas, or "
		"of none"),
	{0},
};

/* The image that most was handed out of; NULL: none was asked for. */
static const struct service_image *best_image(const struct service_log *services)
{
	const struct service_image *best = NULL;

	for (size_t i = 0; i < services->image_count; i++) {
		const struct service_image *image = &services->images[i];
		if (best == NULL || coverage_total(&image->coverage) * best->size >
		                            coverage_total(&best->coverage) * image->size)
			best = image;
	}
	return best;
}

/*
 * Who has been told what there is, and was refused nothing after that, may be content with what it
 * has.
 */
static bool found_nothing_new(const struct service_log *services)
{
	return services->checks > 0 && services->visit_count > 0 &&
	       services->visits[services->visit_count - 1].status < 400;
}

static bool ask(const void *params, const void *notes, const struct evidence *evidence,
                struct complaint *ret_complaint)
{
	const struct service_log *services = evidence->services;
	const struct service_image *image;

	(void)params;
	(void)notes;
	if (!evidence->passed || evidence->flash != NULL)
		return true;
	image = best_image(services);
	if (image != NULL && coverage_total(&image->coverage) < image->size)
		return judge_complain(ret_complaint,
		                      "the device reports success, but was served only %" PRIu64
		                      " of %" PRIu64 " bytes of %s",
		                      coverage_total(&image->coverage), image->size, image->name);
	if (image != NULL || found_nothing_new(services))
		return true;
	if (services->requests == 0)
		return judge_complain(
			ret_complaint,
			"the device reports success, but has asked the service for nothing");
	return judge_complain(
		ret_complaint,
		"the device reports success, but was handed out nothing of an image; %" PRIu64
		" of its %" PRIu64 " requests were refused",
		services->refused, services->requests);
}

const struct judge judge_whole = {
	.name = "whole",
	.params = rows,
	.params_size = sizeof(struct judge_switch),
	.concern = JUDGE_OF_CONDUCT,
	.asks_services = true,
	.ask = ask,
};
