/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How patient the update agent is: its parameters, read from the session's configuration.
 *
 * Which keys there are, with their units and defaults, is in ../language/config.h; those that the
 * agent does not know belong to others and are skipped.
 */
#ifndef AGENT_POLICY_H
#define AGENT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../language/phases.h"

#define POLICY_TEXT_MAX 256

#define POLICY_PHASE(constant, word) PHASE_##constant,
/** The phases of an update, in their order. */
enum phase { GUEST_AGENT_PHASES(POLICY_PHASE) PHASE_COUNT };

/** The word that events and parameters use for a phase: "dhcp" ... "report". */
const char *phase_name(enum phase phase);

struct policy {
	char update_host[POLICY_TEXT_MAX];
	char update_scheme[POLICY_TEXT_MAX];
	char connect_host[POLICY_TEXT_MAX]; /**< empty: no connectivity check */
	char connect_text[POLICY_TEXT_MAX];
	char ntp_server[POLICY_TEXT_MAX]; /**< empty: no time is asked for */
	char device_name[POLICY_TEXT_MAX];
	/**
	 * "plain": one image to a file, over HTTP; "staged": three stages to the flash, over TLS
	 */
	char flow[POLICY_TEXT_MAX];
	char auth_host[POLICY_TEXT_MAX]; /**< of the staged flow, as the following */
	char core_host[POLICY_TEXT_MAX];
	char feed[POLICY_TEXT_MAX];
	char group[POLICY_TEXT_MAX];
	char ca_file[POLICY_TEXT_MAX]; /**< empty: libcurl's default */
	uint64_t dhcp_deadline_ms;
	uint64_t ntp_timeout_ms;
	uint64_t connect_timeout_ms;
	uint64_t request_timeout_ms; /**< 0: none */
	uint64_t low_speed_bps;      /**< bytes a second; 0: no limit */
	uint64_t low_speed_s;
	uint64_t retries[PHASE_COUNT];
	uint64_t backoff_ms;
	uint64_t backoff_max_ms;
	uint64_t backoff_factor; /**< percent: 200 doubles */
	uint64_t resume;         /**< 0 or 1 */
	/** after so many attempts at an image's host the next one is asked; 0: never */
	uint64_t failover;
	uint64_t ntp_required; /**< 0: an update without the time is tried */
	uint64_t polls;        /**< how often it all is tried, before the result */
	uint64_t poll_ms;      /**< between two of them */
	/** a flaw: memory that every failed attempt loses, with a file that stays open */
	uint64_t leak_bytes;
	uint64_t progress_bytes; /**< between two progress events */
};

/** Fills @p ret_policy with the defaults. */
void policy_init(struct policy *ret_policy);

/**
 * Takes the parameters of @p text over into @p policy.
 * @param ret_wrong What is wrong, as one line, if anything is.
 * @return false at the first line that is wrong: @p policy then holds what came before it.
 */
bool policy_read(struct policy *policy, const char *text, char *ret_wrong, size_t wrong_size);

/** How long to wait before retry @p retry (from 1), in milliseconds. */
uint64_t policy_backoff_ms(const struct policy *policy, unsigned retry);

#endif
