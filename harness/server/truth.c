/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const service_kinds[SERVICE_KINDS] = {
	[SERVICE_OTHER] = "other",   [SERVICE_CONNECT] = "connect", [SERVICE_NONCE] = "nonce",
	[SERVICE_ATTEST] = "attest", [SERVICE_UPDATE] = "update",   [SERVICE_MANIFEST] = "manifest",
	[SERVICE_IMAGE] = "image",   [SERVICE_REPORT] = "report",   [SERVICE_TELEMETRY] = "telemetry"};

/* Whether an array of @count elements, whose rooms are powers of two, is full. */
static bool is_full(size_t count)
{
	return (count & (count - 1)) == 0;
}

void truth_visit(struct service_truth *truth, const struct service_visit *visit)
{
	truth->kinds[visit->kind]++;
	if (truth->visit_count == TRUTH_VISITS_MAX)
		return;
	if (is_full(truth->visit_count))
		truth->visits = memory_resize(truth->visits, truth->visit_count > 0 ? 2 * truth->visit_count : 1, sizeof *truth->visits);
	truth->visits[truth->visit_count++] = *visit;
}

void truth_status(struct service_truth *truth, const struct service_status *status)
{
	if (truth->status_count == TRUTH_STATUSES_MAX)
		return;
	if (is_full(truth->status_count))
		truth->statuses = memory_resize(truth->statuses, truth->status_count > 0 ? 2 * truth->status_count : 1,
		                                sizeof *truth->statuses);
	truth->statuses[truth->status_count++] = *status;
}

struct service_image *truth_image(struct service_truth *truth, const char *name, uint64_t size)
{
	for (size_t i = 0; i < truth->image_count; i++)
		if (strcmp(truth->images[i].name, name) == 0)
			return &truth->images[i];
	if (truth->image_count == TRUTH_IMAGES_MAX)
		return NULL;
	struct service_image *image = &truth->images[truth->image_count++];
	(void)snprintf(image->name, sizeof image->name, "%s", name);
	image->size = size;
	return image;
}

uint64_t truth_delivered(const struct service_truth *truth)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < truth->image_count; i++)
		bytes += truth->images[i].delivered;
	return bytes;
}

uint64_t truth_asked_for(const struct service_truth *truth)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < truth->image_count; i++)
		bytes += truth->images[i].size;
	return bytes;
}

uint64_t truth_least_gap(const struct service_truth *truth, enum service_kind kind, uint32_t address)
{
	uint64_t least = UINT64_MAX, last = UINT64_MAX;

	for (size_t i = 0; i < truth->visit_count; i++) {
		const struct service_visit *visit = &truth->visits[i];
		if (visit->kind != kind || (address != 0 && visit->address != address))
			continue;
		if (last != UINT64_MAX && visit->at_ns - last < least)
			least = visit->at_ns - last;
		last = visit->at_ns;
	}
	return least;
}

void truth_close(struct service_truth *truth)
{
	for (size_t i = 0; i < truth->image_count; i++)
		coverage_close(&truth->images[i].coverage);
	free(truth->visits);
	free(truth->statuses);
	truth->visits = NULL;
	truth->statuses = NULL;
	truth->visit_count = truth->status_count = truth->image_count = 0;
}
