/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the device can report: the words, and how its parts say them. One line each, written to
 * /dev/stutter.
 *
 * The formats are those of printf(), for whoever says them in C (agent, player, kernel module); the
 * shell scripts say the same in their own way, and a test compares. report.h reads them. Nothing is
 * included here, so that the kernel module can have it.
 */
#ifndef GUEST_LANGUAGE_REPORTS_H
#define GUEST_LANGUAGE_REPORTS_H

/** The first word of each kind. */
#define REPORT_WORD_PHASE "phase"
#define REPORT_WORD_PROGRESS "progress"
#define REPORT_WORD_USAGE "usage"
#define REPORT_WORD_BOOT "boot"
#define REPORT_WORD_DHCP "dhcp"
#define REPORT_WORD_LINK "link"
#define REPORT_WORD_PANIC "panic"
#define REPORT_WORD_RESULT "result"

/** What a phase can come to. */
#define REPORT_WORD_BEGIN "begin"
#define REPORT_WORD_RETRY "retry"
#define REPORT_WORD_OK "ok"
#define REPORT_WORD_FAILED "failed"

#define REPORT_WORD_PASS "pass"
#define REPORT_WORD_FAIL "fail"
/** Of DHCP, if there is no lease, or the address was refused. */
#define REPORT_WORD_LEASEFAIL "leasefail"
#define REPORT_WORD_NAK "nak"

/** Phase. */
#define SAY_PHASE_BEGIN SAY_PHASE_BEGIN_OF("%s")
/** Phase, number of the retry from 1, reason, milliseconds as a uint64_t. */
#define SAY_PHASE_RETRY REPORT_WORD_PHASE " %s " REPORT_WORD_RETRY " %u: %s after %" PRIu64 " ms"
/** Phase, a blank if there is a detail, the detail. */
#define SAY_PHASE_OK REPORT_WORD_PHASE " %s " REPORT_WORD_OK "%s%s"
/** Phase, reason. */
#define SAY_PHASE_FAILED SAY_PHASE_FAILED_OF("%s", "%s")
/** Files that are open, bytes that are allocated as a size_t. */
#define SAY_USAGE REPORT_WORD_USAGE " files %u heap %zu"
/** Bytes of the download that have come, as a uint64_t. */
#define SAY_PROGRESS REPORT_WORD_PROGRESS " download %" PRIu64
#define SAY_RESULT_PASS REPORT_WORD_RESULT " " REPORT_WORD_PASS
/** Phase, reason. */
#define SAY_RESULT_FAIL SAY_RESULT_FAIL_OF("%s", "%s")
/** The kernel's last words. */
#define SAY_PANIC REPORT_WORD_PANIC " %s"

/** The same of a phase that is known. */
#define SAY_PHASE_BEGIN_OF(phase) REPORT_WORD_PHASE " " phase " " REPORT_WORD_BEGIN
#define SAY_PHASE_OK_OF(phase) REPORT_WORD_PHASE " " phase " " REPORT_WORD_OK
#define SAY_PHASE_FAILED_OF(phase, reason) \
	REPORT_WORD_PHASE " " phase " " REPORT_WORD_FAILED ": " reason
#define SAY_RESULT_FAIL_OF(phase, reason) \
	REPORT_WORD_RESULT " " REPORT_WORD_FAIL " " phase ": " reason

/** How scanf() reads them, behind the first word. */
#define READ_BOOT "slot %7s version %63s state %15[a-z]"
#define READ_USAGE "files %" SCNu64 " heap %" SCNu64

/** All of them for people: what is said, by whom, and what it means. */
#define GUEST_REPORTS(R) \
	R("dhcp deconfig", "udhcpc", "there is no address yet, or no longer") \
	R("dhcp bound ADDRESS lease SECONDS", "udhcpc", "an address") \
	R("dhcp renew ADDRESS lease SECONDS", "udhcpc", "the lease goes on") \
	R("dhcp leasefail", "udhcpc", "nobody gave an address") \
	R("dhcp nak", "udhcpc", "the server refused the address") \
	R("link eth0 does not come up", "init", "the driver refuses") \
	R("boot slot SLOT version VERSION state STATE: REASON", "init", \
	  "what the boot program chose, with a flash and a key") \
	R("phase NAME begin", "client", "the phase begins; `during: NAME` goes by it") \
	R("phase NAME retry N: REASON after MS ms", "client", \
	  "an attempt failed; the next is made after a wait") \
	R("phase NAME ok DETAIL", "client", "the phase is done; the detail may be missing") \
	R("phase NAME failed: REASON", "client", "the phase is given up") \
	R("phase reboot begin", "agent", "it resets the device") \
	R("phase poll begin", "agent", "after a failure it waits for the time of the next update") \
	R("usage files N heap BYTES", "agent", \
	  "with every retry: what it has open, and what it has allocated") \
	R("progress download BYTES", "agent", "so much has come") \
	R("result pass", "client, or init for it", "the session's result, once") \
	R("result fail NAME: REASON", "client, or init for it", "the session's result, once") \
	R("panic TEXT", "the kernel", "the session's result, too")

#endif
