/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the phases of an update share, and the attempts that they consist of.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "boot_state.h"
#include "download.h"
#include "install.h"
#include "policy.h"

#define DETAIL_MAX 128

struct agent {
	struct policy policy;
	struct report report;
	struct boot_state boot; /**< which system runs; of the staged flow */
	struct install install; /**< the flash; of the staged flow */
	struct manifest manifest;
	struct download downloads[MANIFEST_IMAGES_MAX];
	struct file_store files[MANIFEST_IMAGES_MAX];
	/** of the staged flow: which image is being downloaded, verified or activated */
	size_t present;
	char detail[DETAIL_MAX]; /**< what the "ok" event of the present phase says */
	const char *status;      /**< what `report` tells, if nothing has failed */
	enum phase failed_phase;
	struct failure failed;
	bool passed;
};

typedef bool attempt_function(struct agent *agent, struct failure *ret_why);

/** One attempt at a phase. */
attempt_function attempt_dhcp, attempt_dns, attempt_ntp, attempt_connect;
/** Of the plain flow. */
attempt_function attempt_plain_check, attempt_plain_download, attempt_plain_verify, attempt_plain_report;
/** Of the staged flow. */
attempt_function attempt_auth, attempt_staged_check, attempt_staged_download, attempt_staged_verify, attempt_activate, attempt_confirm,
	attempt_staged_report;

/**
 * Makes attempts at a phase until one succeeds, the policy's retries are used up, or a failure is
 * permanent.
 */
bool run_phase(struct agent *agent, enum phase phase);

/**
 * The staged flow behind the network phases: three stages, with a reset of the device behind the
 * second. @return whether all is installed.
 */
bool run_stages(struct agent *agent);

/**
 * Gets or posts a text of limited size. @param body NULL: GET. @return false if the status is
 * neither 200 nor 204.
 */
bool exchange_text(struct agent *agent, const char *url, enum http_identity identity, const char *body, struct http_text *ret_text,
                   struct failure *ret_why);

#endif
