/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong at the far end's services; harness/server/disrupt.c does it. */
#include "fault/fault.h"

#define BODY_MAX UINT64_C(0x40000000)

static const char *const truncate_ends[] = {"close", "stall", NULL};
static const char *const lengths[] = {"missing", "wrong", NULL};
static const char *const ranges[] = {"ignored", "wrong_start", "multipart", "changed", NULL};
static const char *const bodies[] = {"portal", "garbage", "empty", NULL};
static const char *const stalls[] = {"server_hello", "certificate", "finished", NULL};
static const char *const certificates[] = {"expired", "not_yet", "other_name", "unknown_issuer", NULL};
static const char *const dns_answers[] = {"silence", "nxdomain", "servfail", "wrong_address", "truncated", "ttl_0", NULL};
static const char *const dhcp_answers[] = {"silence", "nak", "short_lease", "other_address", NULL};
static const char *const ntp_answers[] = {"silence", "kiss_of_death", "offset", NULL};
static const char *const downs[] = {"silence", "reset", NULL};

static const struct param http_status_params[] = {
	PARAM_ROW_QUANTITY(http_status_params, code, "code", UNIT_NONE, NULL, 400, 599, "the status"),
	PARAM_ROW_QUANTITY(http_status_params, retry_after_ns, "retry_after", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "in a Retry-After header, in whole seconds; 0ns: there is none"),
	{0},
};

static const struct param http_delay_params[] = {
	PARAM_ROW_QUANTITY(http_delay_params, before_ns, "before", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "before the first byte"),
	PARAM_ROW_QUANTITY(http_delay_params, pause_ns, "pause", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "in mid-body"),
	PARAM_ROW_QUANTITY(http_delay_params, at, "at_byte", UNIT_SIZE, "0B", 0, BODY_MAX, "bytes of the body before the pause"),
	{0},
};

static const struct param http_truncate_params[] = {
	PARAM_ROW_QUANTITY(http_truncate_params, at, "at_byte", UNIT_SIZE, "0B", 0, BODY_MAX, "bytes of the body that are sent"),
	PARAM_ROW_CHOICE(http_truncate_params, end, "end", truncate_ends, "close",
                         "the connection is closed then, or nothing happens any more"),
	{0},
};

static const struct param http_length_params[] = {
	PARAM_ROW_CHOICE(http_length_params, kind, "kind", lengths, "missing", "what is wrong with Content-Length"),
	PARAM_ROW_QUANTITY(http_length_params, value, "value", UNIT_SIZE, "0B", 0, BODY_MAX, "the wrong one"),
	{0},
};

static const struct param http_range_params[] = {
	PARAM_ROW_CHOICE(
		word_params, word, "kind", ranges, "ignored",
		"no range is known; the part begins at byte 0; it is the only one of several; it is of another file with another ETag"),
	{0},
};

static const struct param http_redirect_params[] = {
	PARAM_ROW_TEXT(http_redirect_params, to, "to", NULL, "the URL"),
	PARAM_ROW_QUANTITY(http_redirect_params, code, "code", UNIT_NONE, "302", 300, 399, "the status"),
	{0},
};

static const struct param http_body_params[] = {
	PARAM_ROW_CHOICE(word_params, word, "kind", bodies, "portal",
                         "a captive portal's page; bytes of the right length that are not the right ones; none"),
	{0},
};

static const struct param zero_window_params[] = {
	PARAM_ROW_QUANTITY(for_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long the window is closed"),
	{0},
};

static const struct param tls_stall_params[] = {
	PARAM_ROW_CHOICE(word_params, word, "at", stalls, "server_hello", "the first message that is not sent any more"),
	{0},
};

static const struct param tls_certificate_params[] = {
	PARAM_ROW_CHOICE(word_params, word, "kind", certificates, "expired", "what is wrong with it"),
	{0},
};

static const struct param tls_alert_params[] = {
	PARAM_ROW_QUANTITY(tls_alert_params, code, "code", UNIT_NONE, "40", 0, 255, "the alert's description; 40 is handshake_failure"),
	{0},
};

static const struct param dns_params[] = {
	PARAM_ROW_CHOICE(word_params, word, "answer", dns_answers, "silence",
                         "what comes instead; the wrong address is one where nobody is"),
	{0},
};

static const struct param dhcp_params[] = {
	PARAM_ROW_CHOICE(dhcp_params, answer, "answer", dhcp_answers, "silence",
                         "what comes instead; with other_address the server has another one for the device from then on"),
	PARAM_ROW_QUANTITY(dhcp_params, lease_ns, "lease", UNIT_DURATION, "1min", 1000000000, FAULT_TIME_MAX, "of short_lease"),
	{0},
};

static const struct param ntp_params[] = {
	PARAM_ROW_CHOICE(ntp_params, answer, "answer", ntp_answers, "silence", "what comes instead"),
	PARAM_ROW_QUANTITY(ntp_params, years, "years", UNIT_NONE, "1", 0, 100,
                           "of 365 days by which the server's clock is wrong; of offset"),
	PARAM_ROW_QUANTITY(ntp_params, offset_ns, "by", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "and this much more"),
	PARAM_ROW_BOOL(ntp_params, behind, "behind", "false", "it is behind by these, not ahead"),
	{0},
};

static const struct param server_down_params[] = {
	PARAM_ROW_QUANTITY(server_down_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long"),
	PARAM_ROW_CHOICE(server_down_params, how, "how", downs, "silence", "what becomes of TCP segments; everything else is lost"),
	PARAM_ROW_BOOL(server_down_params, all, "all", "false", "every host of the far end, not only the one that was meant"),
	{0},
};

/* A status of its own, a redirection and a portal's page exclude each other by their order: the last one stands. */

/* clang-format off */
const struct action actions_server[] = {
	{FAULT_HTTP_STATUS, "http_status", "a request is answered with an error", LAYER_SERVER, "srv.http", http_status_params, NULL},
	{FAULT_HTTP_DELAY, "http_delay", "an answer comes late, or pauses in mid-body", LAYER_SERVER, "srv.http", http_delay_params, NULL},
	{FAULT_HTTP_TRUNCATE, "http_truncate", "an answer ends in mid-body", LAYER_SERVER, "srv.http", http_truncate_params, NULL},
	{FAULT_HTTP_LENGTH, "http_length", "an answer's Content-Length is missing or wrong", LAYER_SERVER, "srv.http", http_length_params, NULL},
	{FAULT_HTTP_RANGE, "http_range", "the server does something else with Range", LAYER_SERVER, "srv.http", http_range_params, NULL},
	{FAULT_HTTP_REDIRECT, "http_redirect", "a request is sent elsewhere", LAYER_SERVER, "srv.http", http_redirect_params, NULL},
	{FAULT_HTTP_BODY, "http_body", "an answer has status 200 and another body", LAYER_SERVER, "srv.http", http_body_params, NULL},
	{FAULT_HTTP_RESET, "http_reset", "a request is answered with a reset", LAYER_SERVER, "srv.http", plain_params, NULL},
	{FAULT_ZERO_WINDOW, "zero_window", "from a request on, the server's TCP takes nothing on that connection for some time", LAYER_SERVER,
	 "srv.http", zero_window_params, NULL},
	{FAULT_TLS_STALL, "tls_stall", "the server stops sending in mid-handshake", LAYER_SERVER, "srv.tls", tls_stall_params, NULL},
	{FAULT_TLS_CERTIFICATE, "tls_certificate", "the server shows a wrong certificate", LAYER_SERVER, "srv.tls", tls_certificate_params, NULL},
	{FAULT_TLS_ALERT, "tls_alert", "the server answers the handshake with a fatal alert", LAYER_SERVER, "srv.tls", tls_alert_params, NULL},
	{FAULT_DNS, "dns", "a DNS query is answered wrong", LAYER_SERVER, "srv.dns", dns_params, NULL},
	{FAULT_DHCP, "dhcp", "a DHCP message is answered in another way", LAYER_SERVER, "srv.dhcp", dhcp_params, NULL},
	{FAULT_NTP, "ntp", "an NTP request is answered wrong", LAYER_SERVER, "srv.ntp", ntp_params, NULL},
	{FAULT_SERVER_DOWN, "server_down", "a host goes down at a TCP segment and comes back with no memory of its connections", LAYER_SERVER,
	 "srv.tcp", server_down_params, NULL},
	{.name = NULL},
};
/* clang-format on */
