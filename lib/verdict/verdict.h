/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a session came to, and what is known about why. Plain data without pointers: it goes through
 * a pipe from the session's process as it is.
 */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/fault/fault.h"
#include "lib/sim/trace.h"

#define VERDICT_TEXT_MAX 512
#define VERDICT_RULES_MAX FAULTS_MAX
#define VERDICT_FRAMES_MAX 1024

enum verdict_kind {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INCONCLUSIVE,
};

struct verdict {
	enum verdict_kind kind;
	char reason[VERDICT_TEXT_MAX]; /**< one sentence */
	char phase[32];                /**< in which the session ended */
	/** the first thing that went wrong, with its time; empty if nothing did */
	char problem[VERDICT_TEXT_MAX];
	/** the faults in force at that time; empty if none */
	char faults[VERDICT_TEXT_MAX];
	/** the last frames before it, a line each; empty if there were none */
	char problem_frames[VERDICT_FRAMES_MAX];
	/**
	 * Of a failure: from the last progress to the report of it, or to the end if the device did
	 * not report it.
	 */
	struct verdict_stretch {
		uint64_t end_ns;
		/** when the client last got on (judge/wire_log.h) */
		uint64_t progress_ns;
		uint64_t report_ns;            /**< of the last report */
		char report[VERDICT_TEXT_MAX]; /**< the last report; empty if none came */
		/** what the far end's connections wait for at its end */
		char waits[VERDICT_TEXT_MAX];
		/** the faults that acted since the last progress; empty if none did */
		char faults[VERDICT_TEXT_MAX];
		/** the last frames before its end, a line each; empty if there were none */
		char frames[VERDICT_FRAMES_MAX];
	} stretch;
	char judge[16]; /**< that found the failure; empty if none did */
	bool met_expectation;
	char expectation[VERDICT_TEXT_MAX]; /**< what was not met; empty if all was */
	char digest[TRACE_DIGEST_MAX];      /**< of the trace; empty if there is none */
	char image_hash[TRACE_DIGEST_MAX];  /**< of the device image */
	uint64_t virtual_ns;                /**< from the first request of the guest to the end */
	uint64_t wall_ns;                   /**< from the start of QEMU to the end */
	/** wall time from the start of QEMU to the guest's first request */
	uint64_t restore_ns;
	/** CPU time of the process that the session ran in: without QEMU if that is another one */
	uint64_t outside_ns;
	uint64_t requests; /**< of the guest */
	/** of these, those that it had made before this session branched off */
	uint64_t requests_shared;
	/** inconclusive because of a bug in stutter */
	bool ours;
	/**
	 * faults of the plan, then those that a live session had besides, as many as fit; 0 in a
	 * replay
	 */
	size_t rule_count;
	struct {
		uint64_t seen, matched, applied;
	} rules[VERDICT_RULES_MAX];
	/**
	 * bits: which faults of `acted:` under `expect:` have acted, in a replay their decisions
	 */
	uint32_t acted;
	bool replay;
	/** of a frozen plan: all, those without their address, of these those before the end */
	uint64_t decisions, unfound, unfound_before;
	uint64_t frames, spi_messages, image_bytes, retries;
	/** Of a world in wall time: what no fault asked for. */
	struct verdict_live {
		bool is;
		/** how much later than asked frames left (live/skew.h) */
		uint64_t skew_p50_ns, skew_p99_ns, skew_max_ns;
		uint64_t skew_limit_ns; /**< 0: none */
		/** frames that left; of these, those later than the limit */
		uint64_t sent, beyond;
		/** frames that came and were not seen, or could not be sent */
		uint64_t lost;
	} live;
};

/** "pass", "fail" or "inconclusive". */
const char *verdict_name(enum verdict_kind kind);

/** By how much frames of a session in wall time were late, in words. @return ret_text. */
const char *verdict_skew(const struct verdict_live *live, char ret_text[VERDICT_TEXT_MAX]);

#endif
