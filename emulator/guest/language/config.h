/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The configuration that the device reads: every key once, with its unit, its default and what it
 * means. Text of `KEY=value` lines, quoted as for a shell, which init keeps as /run/config.
 *
 * A key is a macro GUEST_KEY_x(M), which becomes M_TEXT(), M_FLAG(), M_COUNT(), M_DURATION(),
 * M_SIZE() or M_FACTOR() of whatever is made of it: a row of the agent's table, of a
 * device file, of the reference. Their columns:
 *
 *     key      as it stands in the configuration
 *     member   of the agent's struct policy; of a key that others read, its name in lower case
 *     default  a text; a number; true or false; or an amount and its unit (10, s), of which the
 *              text of a device file is made as well
 *     unit     in which the guest counts times: MS or S, which is how the key ends
 *     help     for people
 *
 * A default is what a device file that says nothing has, and what a guest without a configuration
 * does. Only the hosts and what they answer a session always names itself: those here are for an
 * agent of somebody else's far end.
 */
#ifndef GUEST_LANGUAGE_CONFIG_H
#define GUEST_LANGUAGE_CONFIG_H

/** Which value a member has by default, as the agent counts. */
#define GUEST_IN_MS(amount, unit) GUEST_MS_##unit(amount)
#define GUEST_IN_S(amount, unit) (GUEST_MS_##unit(amount) / 1000)
#define GUEST_MS_ns(amount) ((amount) / 1000000)
#define GUEST_MS_s(amount) ((amount)*1000)
#define GUEST_MS_min(amount) ((amount)*60000)
#define GUEST_MS_h(amount) ((amount)*3600000)

/** And as a device file says it. */
#define GUEST_AMOUNT(amount, unit) #amount #unit

/** 1 and 0 in the configuration. */
#define GUEST_FLAG_true 1
#define GUEST_FLAG_false 0

/* -- where everything is -- */

#define GUEST_KEY_UPDATE_HOST(M) \
	M##_TEXT(UPDATE_HOST, update_host, "update.example", \
	         "host of the update service; a port may follow it")
#define GUEST_KEY_UPDATE_SCHEME(M) \
	M##_TEXT(UPDATE_SCHEME, update_scheme, "http", "scheme of its URLs: http or https")
#define GUEST_KEY_CONNECT_HOST(M) \
	M##_TEXT(CONNECT_HOST, connect_host, "www.msftconnecttest.com", \
	         "host for the connectivity check; empty: there is none")
#define GUEST_KEY_CONNECT_TEXT(M) \
	M##_TEXT(CONNECT_TEXT, connect_text, "Microsoft Connect Test", \
	         "text that it must answer, exactly")
#define GUEST_KEY_NTP_SERVER(M) \
	M##_TEXT(NTP_SERVER, ntp_server, "time.example", "empty: the time is not asked for")
#define GUEST_KEY_DEVICE_NAME(M) \
	M##_TEXT(DEVICE_NAME, device_name, "device", "the device's name in requests and DHCP")
#define GUEST_KEY_CA_FILE(M) M##_TEXT(CA_FILE, ca_file, "/run/trust.pem", "certificates for https")
#define GUEST_KEY_AUTH_HOST(M) \
	M##_TEXT(AUTH_HOST, auth_host, "auth.example", \
	         "host for the attestation of the staged flow")
#define GUEST_KEY_CORE_HOST(M) \
	M##_TEXT(CORE_HOST, core_host, "core.example", \
	         "host for the update checks of the staged flow")

/* -- the client's policy: these have keys under `agent:` of a device file -- */

#define GUEST_KEY_FLOW(M) \
	M##_TEXT(FLOW, flow, "plain", \
	         "plain: one image to a file, over HTTP; staged: three stages to the flash, over " \
	         "TLS")
#define GUEST_KEY_FEED(M) M##_TEXT(FEED, feed, "retail", "feed that the staged flow asks for")
#define GUEST_KEY_GROUP(M) \
	M##_TEXT(GROUP, group, "", "group of the device, by which the service may choose")
#define GUEST_KEY_DHCP_DEADLINE(M) \
	M##_DURATION(DHCP_DEADLINE_MS, dhcp_deadline_ms, 2, min, MS, "timeout for an address")
#define GUEST_KEY_NTP_TIMEOUT(M) \
	M##_DURATION(NTP_TIMEOUT_MS, ntp_timeout_ms, 5, s, MS, "timeout for an answer")
#define GUEST_KEY_CONNECT_TIMEOUT(M) \
	M##_DURATION(CONNECT_TIMEOUT_MS, connect_timeout_ms, 10, s, MS, \
	             "timeout for establishing a TCP connection")
#define GUEST_KEY_REQUEST_TIMEOUT(M) \
	M##_DURATION(REQUEST_TIMEOUT_MS, request_timeout_ms, 0, ns, MS, \
	             "timeout for a whole request; 0ns: none")
#define GUEST_KEY_LOW_SPEED(M) \
	M##_SIZE(LOW_SPEED_BPS, low_speed_bps, 1000, B, \
	         "transfer rate in bytes per second below which a transfer is slow")
#define GUEST_KEY_LOW_SPEED_TIME(M) \
	M##_DURATION(LOW_SPEED_S, low_speed_s, 30, s, S, \
	             "time after which a slow transfer is given up; 0ns: never")
#define GUEST_KEY_RETRIES(M) \
	M##_COUNT(RETRIES, retries, 5, "number of retries after the first try, in each phase")
#define GUEST_KEY_BACKOFF(M) \
	M##_DURATION(BACKOFF_MS, backoff_ms, 1, s, MS, "delay before the first retry")
#define GUEST_KEY_BACKOFF_MAX(M) \
	M##_DURATION(BACKOFF_MAX_MS, backoff_max_ms, 1, min, MS, "longest delay before a retry")
#define GUEST_KEY_BACKOFF_FACTOR(M) \
	M##_FACTOR(BACKOFF_FACTOR, backoff_factor, 2, \
	           "factor by which the delay grows from one retry to the next")
#define GUEST_KEY_RESUME(M) \
	M##_FLAG(RESUME, resume, true, "true resumes a download where it broke off")
#define GUEST_KEY_FAILOVER(M) \
	M##_COUNT(FAILOVER, failover, 2, \
	          "attempts at an image's host before the next host is asked; 0: never another")
#define GUEST_KEY_NTP_REQUIRED(M) \
	M##_FLAG(NTP_REQUIRED, ntp_required, true, "false tries an update even without the time")
#define GUEST_KEY_POLLS(M) \
	M##_COUNT(POLLS, polls, 1, "number of update attempts before the session's result")
#define GUEST_KEY_POLL(M) M##_DURATION(POLL_MS, poll_ms, 20, h, MS, "interval between two of them")
#define GUEST_KEY_LEAK(M) \
	M##_SIZE( \
		LEAK_BYTES, leak_bytes, 0, B, \
		"memory that every failed attempt leaks, with an open file (a bug of the client)")
/** No device file has it. */
#define GUEST_KEY_PROGRESS(M) \
	M##_SIZE(PROGRESS_BYTES, progress_bytes, 524288, B, \
	         "interval between two reports of progress; 0: none")

/* -- of the system, which init and the scripts read -- */

#define GUEST_KEY_DHCP_TRIES(M) \
	M##_COUNT(DHCP_TRIES, dhcp_tries, 3, "number of discovers in a row (udhcpc -t)")
#define GUEST_KEY_DHCP_TIMEOUT(M) \
	M##_DURATION(DHCP_TIMEOUT_S, dhcp_timeout_s, 3, s, S, \
	             "interval between them (udhcpc -T, whole seconds)")
#define GUEST_KEY_DHCP_WAIT(M) \
	M##_DURATION(DHCP_WAIT_S, dhcp_wait_s, 20, s, S, \
	             "pause before the next row (udhcpc -A, whole seconds)")
#define GUEST_KEY_LINK_WAIT(M) \
	M##_DURATION(LINK_WAIT_MS, link_wait_ms, 5, s, MS, \
	             "DHCP begins when there is a carrier, or after this time")
#define GUEST_KEY_CONSOLE_LEVEL(M) \
	M##_COUNT(CONSOLE_LEVEL, console_level, 7, \
	          "kernel messages up to this level reach the console")
#define GUEST_KEY_CLIENT(M) \
	M##_TEXT(CLIENT, client, "/usr/bin/agent", "the command that updates the device")
#define GUEST_KEY_CLOCK(M) \
	M##_TEXT(CLOCK, clock, "rtc", \
	         "rtc: a clock that goes on without power; none: the device comes up in 1970")
#define GUEST_KEY_DUPLEX(M) \
	M##_TEXT(DUPLEX, duplex, "", "half or full, set by ethtool; empty: what the driver chooses")
#define GUEST_KEY_RESOLV_OPTIONS(M) \
	M##_TEXT(RESOLV_OPTIONS, resolv_options, "", "line `options` of resolv.conf")
#define GUEST_KEY_GUEST_SEED(M) \
	M##_TEXT(GUEST_SEED, guest_seed, "", \
	         "hex digits, an even number: the kernel's random pool begins anew with them")
#define GUEST_KEY_BOOT_DELAY_US(M) \
	M##_TEXT( \
		BOOT_DELAY_US, boot_delay_us, "", \
		"wait before the network starts, which decides DHCP's transaction ids; empty: of " \
		"the first digits of the seed")
#define GUEST_KEY_ENC28J60_OPTIONS(M) \
	M##_TEXT(ENC28J60_OPTIONS, enc28j60_options, "", "parameters of the driver's module")
#define GUEST_KEY_FLASH(M) \
	M##_TEXT(FLASH, flash, "", "anything: there is a flash, and its driver is loaded first")
#define GUEST_KEY_IMAGE_KEY(M) \
	M##_TEXT(IMAGE_KEY, image_key, "", \
	         "public key of system images, 64 hex digits; with it the boot program runs")
#define GUEST_KEY_TRUST_PEM(M) \
	M##_TEXT(TRUST_PEM, trust_pem, "", \
	         "roots of the servers that are trusted: init writes it to /run/trust.pem")
#define GUEST_KEY_BOOTSTRAP_PEM(M) \
	M##_TEXT(BOOTSTRAP_PEM, bootstrap_pem, "", \
	         "the manufacturer's certificate: to /run/bootstrap.pem")
#define GUEST_KEY_BOOTSTRAP_KEY(M) \
	M##_TEXT(BOOTSTRAP_KEY, bootstrap_key, "", "key of that certificate: to /run/bootstrap.key")
#define GUEST_KEY_SIGNING_PEM(M) \
	M##_TEXT(SIGNING_PEM, signing_pem, "", \
	         "certificate by which updates must be signed: to /run/signing.pem")

/* -- lists -- */

/* clang-format off */

/**
 * Those that the agent reads, in the order in which it looks for them, but for the retries, which
 * follow LOW_SPEED_TIME.
 */
#define GUEST_KEYS_OF_AGENT_BEFORE(K) \
	K(UPDATE_HOST) K(UPDATE_SCHEME) K(CONNECT_HOST) K(CONNECT_TEXT) K(NTP_SERVER) \
	K(DEVICE_NAME) K(CA_FILE) K(FLOW) K(AUTH_HOST) K(CORE_HOST) K(FEED) K(GROUP) \
	K(DHCP_DEADLINE) K(NTP_TIMEOUT) K(CONNECT_TIMEOUT) K(REQUEST_TIMEOUT) K(LOW_SPEED) \
	K(LOW_SPEED_TIME)
#define GUEST_KEYS_OF_AGENT_BEHIND(K) \
	K(BACKOFF) K(BACKOFF_MAX) K(BACKOFF_FACTOR) K(RESUME) K(FAILOVER) K(NTP_REQUIRED) K(POLLS) \
	K(POLL) K(LEAK) K(PROGRESS)

/** Those that the system reads. */
#define GUEST_KEYS_OF_SYSTEM(K) \
	K(GUEST_SEED) K(BOOT_DELAY_US) K(CLIENT) K(CLOCK) K(CONSOLE_LEVEL) K(ENC28J60_OPTIONS) \
	K(DUPLEX) K(LINK_WAIT) K(DHCP_TRIES) K(DHCP_TIMEOUT) K(DHCP_WAIT) K(RESOLV_OPTIONS) \
	K(FLASH) K(IMAGE_KEY) K(TRUST_PEM) K(BOOTSTRAP_PEM) K(BOOTSTRAP_KEY) K(SIGNING_PEM)

/* clang-format on */

#endif
