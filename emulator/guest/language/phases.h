/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The phases that a session can be in: whatever is reported as `phase NAME ...` or `result fail
 * NAME: ...` by what the build makes. A client of somebody else may have others; its device file
 * lists them (`phases:`).
 */
#ifndef GUEST_LANGUAGE_PHASES_H
#define GUEST_LANGUAGE_PHASES_H

/**
 * Of the update agent, in the order in which it goes through them; the scripts of other people's
 * clients have some of them.
 */
#define GUEST_AGENT_PHASES(P) \
	P(DHCP, "dhcp") \
	P(DNS, "dns") \
	P(NTP, "ntp") \
	P(CONNECT, "connect") \
	P(AUTH, "auth") \
	P(CHECK, "check") \
	P(DOWNLOAD, "download") \
	P(VERIFY, "verify") \
	P(ACTIVATE, "activate") \
	P(CONFIRM, "confirm") \
	P(REPORT, "report")

/** Of the update agent, too: between updates, and if it cannot use its configuration. */
#define GUEST_PHASE_REBOOT "reboot"
#define GUEST_PHASE_POLL "poll"
#define GUEST_PHASE_CONFIG "config"

/** Of init: nothing could be booted, and a client that ended without a result of its own. */
#define GUEST_PHASE_BOOT "boot"
#define GUEST_PHASE_CLIENT "client"

/** Of the player of recorded sessions, when it has its address. */
#define GUEST_PHASE_SESSION "session"

#endif
