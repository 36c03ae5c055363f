/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/keys.h"

#include <stdio.h>

static const char *const sides[] = {"device", "server", NULL};
static const char *const closes[] = {"no", "fin", "rst", NULL};
static const char *const openings[] = {"answered", "refused", "unanswered", NULL};

#define TIME_MAX (UINT64_C(366) * 86400 * 1000000000)

/* -- addresses -- */

static bool set_address(void *value, const char *text, struct error *err)
{
	uint32_t address = 0;

	if (text[0] != '\0' && !recording_read_address(text, &address))
		return error_set(err, "invalid IPv4 address '%.64s': expected four numbers, such as 192.0.2.1", text);
	*(uint32_t *)value = address;
	return true;
}

static void get_address(const void *value, char *ret_text, size_t size)
{
	char text[RECORDING_ADDRESS_MAX] = "";

	if (*(const uint32_t *)value != 0)
		(void)recording_address(*(const uint32_t *)value, text);
	(void)snprintf(ret_text, size, "%s", text);
}

static const struct param_codec address_codec = {set_address, get_address, "an address of IPv4", false};

/* -- tables -- */

const struct param session_params[] = {
	PARAM_ROW_QUANTITY(session_keys, version, "session", UNIT_NONE, NULL, 1, 1, "the version of this form"),
	PARAM_ROW_TEXT(session_keys, source, "source", "", "the capture that it was made from"),
	PARAM_ROW_TEXT(session_keys, recorded, "recorded", "", "when the session began, in UTC"),
	PARAM_ROW_CUSTOM(session_keys, device, "device", &address_codec, "", "the device's address in the capture"),
	PARAM_ROW_CHOICE(session_keys, vantage, "vantage", vantage_names, "unknown", "where the capture was made"),
	PARAM_ROW_TEXT(session_keys, data, "data", "", "the file with what is too long for this one, beside it"),
	{0},
};

#define COMMON \
	PARAM_ROW_QUANTITY(step_keys, at_ns, "at", UNIT_DURATION, "0ns", 0, TIME_MAX, "since the session began"), \
		PARAM_ROW_QUANTITY(step_keys, takes_ns, "takes", UNIT_DURATION, "0ns", 0, TIME_MAX, \
	                           "until the device was through with it"), \
		PARAM_ROW_QUANTITY(step_keys, follows, "follows", UNIT_NONE, "0", 0, RECORDING_STEPS_MAX, \
	                           "the step after whose end it begins, counted from 1; 0: it begins at its time"), \
		PARAM_ROW_QUANTITY(step_keys, wait_ns, "wait", UNIT_DURATION, "0ns", 0, TIME_MAX, "how long after that")

#define NAME PARAM_ROW_TEXT(step_keys, name, "name", "", "of the server, as DNS had it")
#define ADDRESS(text) PARAM_ROW_CUSTOM(step_keys, address, "address", &address_codec, "", text)
#define PORT PARAM_ROW_QUANTITY(step_keys, port, "port", UNIT_NONE, NULL, 1, 65535, "of the server")
#define TRIES PARAM_ROW_QUANTITY(step_keys, tries, "tries", UNIT_NONE, "1", 1, UINT32_MAX, "how often it was asked")

static const struct param dhcp_step[] = {
	COMMON,
	ADDRESS("that was given"),
	PARAM_ROW_TEXT(step_keys, said, "messages", "", "their types, in their order"),
	{0},
};

static const struct param dns_step[] = {
	COMMON,
	PARAM_ROW_TEXT(step_keys, name, "name", NULL, "that was asked for"),
	ADDRESS("that was answered"),
	PARAM_ROW_TEXT(step_keys, said, "says", "", "in place of an address: no answer, nxdomain, servfail"),
	TRIES,
	{0},
};

static const struct param ntp_step[] = {
	COMMON, NAME, ADDRESS("of the server"), PARAM_ROW_TEXT(step_keys, said, "says", "", "no answer, or empty"), TRIES, {0},
};

static const struct param tcp_step[] = {
	COMMON,
	NAME,
	PARAM_ROW_CUSTOM(step_keys, address, "address", &address_codec, NULL, "of the server"),
	PORT,
	PARAM_ROW_BOOL(step_keys, tls, "tls", "false", "it is TLS, of which only lengths are known"),
	PARAM_ROW_CHOICE(step_keys, opening, "opening", openings, "answered", "what came to the SYN"),
	PARAM_ROW_QUANTITY(step_keys, round_trip_ns, "round_trip", UNIT_DURATION, "0ns", 0, TIME_MAX,
                           "of the opening; it is not in the turns' times"),
	{0},
};

static const struct param udp_step[] = {
	COMMON, NAME, PARAM_ROW_CUSTOM(step_keys, address, "address", &address_codec, NULL, "of the server"), PORT, {0},
};

const struct param *const step_params[STEP_KINDS] = {dhcp_step, dns_step, ntp_step, tcp_step, udp_step};

const struct param turn_params[] = {
	PARAM_ROW_CHOICE(turn_keys, from, "from", sides, NULL, "who speaks"),
	PARAM_ROW_QUANTITY(turn_keys, after_ns, "after", UNIT_DURATION, "0ns", 0, TIME_MAX, "since the turn before was over"),
	PARAM_ROW_QUANTITY(turn_keys, bytes, "bytes", UNIT_NONE, "0", 0, RECORDING_LENGTH_MAX,
                           "how long it is; more than what is written: the rest is unknown"),
	PARAM_ROW_CHOICE(turn_keys, close, "close", closes, "no", "in place of bytes: it ends what it says, or the connection"),
	{0},
};
