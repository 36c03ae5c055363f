/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain flow: a manifest, its images to files, their hashes, a report; no keys, no flash.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent.h"

#define DOWNLOAD_FOLDER "/run/download"

bool attempt_plain_check(struct agent *agent, struct failure *ret_why)
{
	const struct policy *policy = &agent->policy;
	char url[3 * POLICY_TEXT_MAX + 64];
	char wrong[REASON_MAX];
	struct http_text text;

	snprintf(url, sizeof(url), "%s://%s/update/manifest.json?device=%s", policy->update_scheme, policy->update_host,
	         policy->device_name);
	if (!exchange_text(agent, url, HTTP_NOBODY, NULL, &text, ret_why))
		return false;
	if (!manifest_parse(&agent->manifest, text.bytes, text.length, wrong, sizeof(wrong)))
		return failure_set(ret_why, "%s", wrong);
	for (size_t i = 0; i < agent->manifest.image_count; i++) {
		file_store_init(&agent->files[i], DOWNLOAD_FOLDER, agent->manifest.images[i].name);
		download_init(&agent->downloads[i], &agent->manifest.images[i], &agent->files[i].store);
	}
	snprintf(agent->detail, sizeof(agent->detail), "version %s, images %zu", agent->manifest.version, agent->manifest.image_count);
	return true;
}

bool attempt_plain_download(struct agent *agent, struct failure *ret_why)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < agent->manifest.image_count; i++) {
		if (!download_attempt(&agent->downloads[i], &agent->policy, &agent->report, ret_why))
			return false;
		bytes += agent->downloads[i].have;
	}
	snprintf(agent->detail, sizeof(agent->detail), "%" PRIu64 " bytes", bytes);
	return true;
}

bool attempt_plain_verify(struct agent *agent, struct failure *ret_why)
{
	for (size_t i = 0; i < agent->manifest.image_count; i++) {
		if (download_verify(&agent->downloads[i], ret_why))
			continue;
		download_discard(&agent->downloads[i]);
		return false;
	}
	return true;
}

bool attempt_plain_report(struct agent *agent, struct failure *ret_why)
{
	const struct policy *policy = &agent->policy;
	json_t *status = json_pack("{s:s, s:s, s:s}", "device", policy->device_name, "version", agent->manifest.version, "status",
	                           agent->passed ? "pass" : "fail");
	struct http_text text;
	char url[2 * POLICY_TEXT_MAX + 64];
	char *body;
	bool good;

	if (!agent->passed) {
		json_object_set_new(status, "phase", json_string(phase_name(agent->failed_phase)));
		json_object_set_new(status, "reason", json_string(agent->failed.reason));
	}
	body = json_dumps(status, JSON_COMPACT);
	snprintf(url, sizeof(url), "%s://%s/report", policy->update_scheme, policy->update_host);
	good = exchange_text(agent, url, HTTP_NOBODY, body, &text, ret_why);
	free(body);
	json_decref(status);
	return good;
}
