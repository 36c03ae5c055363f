/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/service_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

const char *const service_kinds[SERVICE_KINDS] = {
	[SERVICE_OTHER] = "other",   [SERVICE_CONNECT] = "connect", [SERVICE_NONCE] = "nonce",
	[SERVICE_ATTEST] = "attest", [SERVICE_UPDATE] = "update",   [SERVICE_MANIFEST] = "manifest",
	[SERVICE_IMAGE] = "image",   [SERVICE_REPORT] = "report",   [SERVICE_TELEMETRY] = "telemetry"};

/* Whether an array of @count elements, whose rooms are powers of two, is full. */
static bool is_full(size_t count)
{
	return (count & (count - 1)) == 0;
}

void service_log_visit(struct service_log *log, const struct service_visit *visit)
{
	log->kinds[visit->kind]++;
	if (log->visit_count == SERVICE_LOG_VISITS_MAX)
		return;
	if (is_full(log->visit_count))
		log->visits = memory_resize(log->visits, log->visit_count > 0 ? 2 * log->visit_count : 1, sizeof *log->visits);
	log->visits[log->visit_count++] = *visit;
}

void service_log_status(struct service_log *log, const struct service_status *status)
{
	if (log->status_count == SERVICE_LOG_STATUSES_MAX)
		return;
	if (is_full(log->status_count))
		log->statuses = memory_resize(log->statuses, log->status_count > 0 ? 2 * log->status_count : 1, sizeof *log->statuses);
	log->statuses[log->status_count++] = *status;
}

struct service_image *service_log_image(struct service_log *log, const char *name, uint64_t size)
{
	for (size_t i = 0; i < log->image_count; i++)
		if (strcmp(log->images[i].name, name) == 0)
			return &log->images[i];
	if (log->image_count == SERVICE_LOG_IMAGES_MAX)
		return NULL;
	struct service_image *image = &log->images[log->image_count++];
	(void)snprintf(image->name, sizeof image->name, "%s", name);
	image->size = size;
	return image;
}

uint64_t service_log_delivered(const struct service_log *log)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < log->image_count; i++)
		bytes += log->images[i].delivered;
	return bytes;
}

uint64_t service_log_asked_for(const struct service_log *log)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < log->image_count; i++)
		bytes += log->images[i].size;
	return bytes;
}

uint64_t service_log_least_gap(const struct service_log *log, enum service_kind kind, uint32_t address)
{
	uint64_t least = UINT64_MAX, last = UINT64_MAX;

	for (size_t i = 0; i < log->visit_count; i++) {
		const struct service_visit *visit = &log->visits[i];
		if (visit->kind != kind || (address != 0 && visit->address != address))
			continue;
		if (last != UINT64_MAX && visit->at_ns - last < least)
			least = visit->at_ns - last;
		last = visit->at_ns;
	}
	return least;
}

void service_log_close(struct service_log *log)
{
	for (size_t i = 0; i < log->image_count; i++)
		coverage_close(&log->images[i].coverage);
	free(log->visits);
	free(log->statuses);
	log->visits = NULL;
	log->statuses = NULL;
	log->visit_count = log->status_count = log->image_count = 0;
}
