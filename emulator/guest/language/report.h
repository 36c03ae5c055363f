/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the device reports, read: one line of text becomes a struct report.
 *
 * The device says lines such as `phase download begin`, `phase download retry 1: REASON`, `phase
 * download failed: REASON`, `boot slot A version 21.10 state confirmed: REASON`, `result pass` and
 * `result fail download: REASON` (README.md). Its client may be anybody's, so a line that is none
 * of these is no error: it is a REPORT_OTHER. Needs libc only.
 */
#ifndef GUEST_LANGUAGE_REPORT_H
#define GUEST_LANGUAGE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#define REPORT_PHASE_MAX 32
#define REPORT_SLOT_MAX 8
#define REPORT_VERSION_MAX 64
#define REPORT_STATE_MAX 16

enum report_kind {
	REPORT_OTHER,    /**< none that is known */
	REPORT_PHASE,    /**< `phase NAME STEP` */
	REPORT_BOOT,     /**< `boot slot SLOT version VERSION state STATE: REASON` */
	REPORT_PROGRESS, /**< `progress download BYTES` */
	REPORT_USAGE,    /**< `usage files N heap BYTES` */
	REPORT_DHCP,     /**< `dhcp EVENT` */
	REPORT_LINK,     /**< `link WHAT` */
	REPORT_PANIC,    /**< `panic TEXT`: the kernel's last words */
	REPORT_RESULT,   /**< `result pass`, `result fail NAME: REASON` */
};

/** What a phase has come to. */
enum report_step {
	REPORT_STEP_OTHER,
	REPORT_STEP_BEGIN,
	REPORT_STEP_RETRY,
	REPORT_STEP_OK,
	REPORT_STEP_FAILED,
};

/** Which members have a meaning depends on the kind; the others are empty. */
struct report {
	const char *text; /**< all of it; borrowed */
	enum report_kind kind;
	/** Of a phase; of a result the phase that it names, empty if none; cut if it is long */
	char phase[REPORT_PHASE_MAX];
	enum report_step step; /**< of a phase */
	bool passed;           /**< of a result */
	bool lost_lease;       /**< of DHCP: there is no lease, or the address was refused */
	/** Of a result and of a panic, within the text; empty if none is given */
	const char *reason;
	/** Of a boot, as far as it is told */
	char slot[REPORT_SLOT_MAX], version[REPORT_VERSION_MAX], state[REPORT_STATE_MAX];
	uint64_t files, heap; /**< of a usage: files that are open, and bytes that are allocated */
};

/** Reads a report. @param text One line without its end; must outlive what is returned. */
struct report report_read(const char *text);

#endif
