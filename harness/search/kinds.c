/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/kinds.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"

#define CONTROL KIND_SORT(TARGET_CONTROL)
#define FRAMES (CONTROL | KIND_SORT(TARGET_DATA))
#define AT_SITE(site) KIND_SORT(TARGET_SORT_OF(site))

/* clang-format off */
const struct kind kinds[] = {
	/* Frames between the device and the far end. */
	{"drop",              "drop",      FRAMES, .params = {{NULL, NULL}}},
	{"delay 45s",         "delay",     FRAMES, .params = {{"time", "45s"}}},
	{"outage 20s",        "outage",    FRAMES, .params = {{"for", "20s"}}},
	{"outage 90s",        "outage",    FRAMES, .params = {{"for", "90s"}}},
	{"duplicate",         "duplicate", FRAMES, .params = {{"copies", "1"}, {"delay", "5ms"}}},
	{"overtaken",         "hold",      FRAMES, .params = {{"frames", "1"}}},
	{"corrupt",           "corrupt",   FRAMES, .params = {{"bits", "1"}}},
	{"corrupt unnoticed", "corrupt",   FRAMES, .params = {{"bits", "1"}, {"part", "payload"}, {"mend", "true"}}},
	{"truncate",          "truncate",  FRAMES, .params = {{"by", "8"}}},
	{"forged reset",      "forge",     FRAMES, .tcp_only = true, .params = {{"what", "rst"}, {"to", "both"}}},
	{"rebind",            "rebind",    FRAMES, .tcp_only = true, .params = {{NULL, NULL}}},
	/* The cable. */
	{"carrier 5s",        "carrier",   CONTROL, KIND_FROM, .params = {{"for", "5s"}}},
	{"babble 1s",         "babble",    CONTROL, KIND_FROM, .params = {{"for", "1s"}}},
	{"pause 5s",          "pause",     CONTROL, KIND_FROM, .params = {{"for", "5s"}}},
	/* The chip. */
	{"collisions",        "collision", AT_SITE(SITE_TX), .params = {{"times", "16"}}},
	{"late collision",    "collision", AT_SITE(SITE_TX), .params = {{"after", "80"}}},
	{"tx_stall",          "tx_stall",  AT_SITE(SITE_TX), .params = {{NULL, NULL}}},
	{"tx_stall flags",    "tx_stall",  AT_SITE(SITE_TX), .params = {{"flags", "true"}}},
	{"TXIF lost",         "tx_flags",  AT_SITE(SITE_TX), .params = {{"lose_txif", "true"}}},
	{"TXERIF raised",     "tx_flags",  AT_SITE(SITE_TX), .params = {{"raise_txerif", "true"}}},
	{"link_pulse",        "link_pulse", AT_SITE(SITE_TX), .params = {{NULL, NULL}}},
	{"rx_pointer",        "rx_pointer", AT_SITE(SITE_RX), .params = {{"xor", "2"}}},
	{"rx_overflow",       "rx_overflow", AT_SITE(SITE_RX), .params = {{NULL, NULL}}},
	{"rx_uncounted",      "rx_uncounted", AT_SITE(SITE_RX), .params = {{NULL, NULL}}},
	{"rx_error",          "rx_error",  AT_SITE(SITE_RX), .params = {{NULL, NULL}}},
	{"PKTIF lost",        "rx_pktif",  AT_SITE(SITE_RX), .params = {{"kind", "lost"}}},
	{"mii_stuck",         "mii_stuck", AT_SITE(SITE_MII), .params = {{NULL, NULL}}},
	{"clock late",        "clkrdy",    KIND_SORT(TARGET_START), KIND_ONCE, .params = {{"after", "2ms"}}},
	{"warm_start",        "warm_start", KIND_SORT(TARGET_START), KIND_ONCE, .params = {{NULL, NULL}}},
	/* The bus, its interrupt and the supply. */
	{"miso bit",          "spi_bit",   AT_SITE(SITE_SPI), .params = {{"line", "miso"}, {"byte", "1"}, {"bit", "0"}}},
	{"mosi bit",          "spi_bit",   AT_SITE(SITE_SPI), .params = {{"line", "mosi"}, {"byte", "1"}, {"bit", "0"}}},
	{"opcode bit",        "spi_bit",   AT_SITE(SITE_SPI), .params = {{"line", "mosi"}, {"byte", "0"}, {"bit", "5"}}},
	{"miso low",          "spi_stuck", AT_SITE(SITE_SPI), .params = {{"level", "0"}}},
	{"miso high",         "spi_stuck", AT_SITE(SITE_SPI), .params = {{"level", "1"}}},
	{"spi_cut",           "spi_cut",   AT_SITE(SITE_SPI), .params = {{"after", "1"}}},
	{"spi_stall 50ms",    "spi_stall", AT_SITE(SITE_SPI), .params = {{"for", "50ms"}}},
	{"brown_out",         "brown_out", AT_SITE(SITE_SPI), .params = {{NULL, NULL}}},
	{"int_lost",          "int_lost",  AT_SITE(SITE_INT), .params = {{NULL, NULL}}},
	{"int_stuck high 1s", "int_stuck", AT_SITE(SITE_INT), .params = {{"level", "1"}, {"for", "1s"}}},
	{"int_double",        "int_double", AT_SITE(SITE_INT), .params = {{"after", "2us"}}},
	/* The flash. */
	{"power_cut",         "power_cut", AT_SITE(SITE_NOR_OP), .params = {{NULL, NULL}}},
	{"nor_stuck 5s",      "nor_stuck", AT_SITE(SITE_NOR_OP), .params = {{"for", "5s"}}},
	{"nor_slow",          "nor_slow",  AT_SITE(SITE_NOR_OP), .params = {{"factor", "20"}}},
	/*
	 * In what the board boots from: the record that says which system, the running system, the
	 * new one.
	 */
	{"rot in record",     "nor_rot",   AT_SITE(SITE_NOR_READ), .params = {{"offset", "12"}}},
	{"rot in old system", "nor_rot",   AT_SITE(SITE_NOR_READ), .params = {{"offset", "1052000"}}},
	{"rot in new system", "nor_rot",   AT_SITE(SITE_NOR_READ), .params = {{"offset", "4210000"}}},
	/* The far end. */
	{"dhcp silence",      "dhcp",      AT_SITE(SITE_DHCP), .params = {{"answer", "silence"}}},
	{"dhcp nak",          "dhcp",      AT_SITE(SITE_DHCP), .params = {{"answer", "nak"}}},
	{"dhcp short lease",  "dhcp",      AT_SITE(SITE_DHCP), .params = {{"answer", "short_lease"}}},
	{"dhcp new address",  "dhcp",      AT_SITE(SITE_DHCP), .params = {{"answer", "other_address"}}},
	{"dns silence",       "dns",       AT_SITE(SITE_DNS), .params = {{"answer", "silence"}}},
	{"dns nxdomain",      "dns",       AT_SITE(SITE_DNS), .params = {{"answer", "nxdomain"}}},
	{"dns servfail",      "dns",       AT_SITE(SITE_DNS), .params = {{"answer", "servfail"}}},
	{"dns wrong address", "dns",       AT_SITE(SITE_DNS), .params = {{"answer", "wrong_address"}}},
	{"dns truncated",     "dns",       AT_SITE(SITE_DNS), .params = {{"answer", "truncated"}}},
	{"ntp silence",       "ntp",       AT_SITE(SITE_NTP), .params = {{"answer", "silence"}}},
	{"ntp kiss of death", "ntp",       AT_SITE(SITE_NTP), .params = {{"answer", "kiss_of_death"}}},
	{"ntp a year ahead",  "ntp",       AT_SITE(SITE_NTP), .params = {{"answer", "offset"}}},
	{"server down 20s",   "server_down", AT_SITE(SITE_TCP), .params = {{"for", "20s"}}},
	{"server restart",    "server_down", AT_SITE(SITE_TCP), .params = {{"for", "2s"}, {"how", "reset"}}},
	{"tls_stall",         "tls_stall", AT_SITE(SITE_TLS), .params = {{NULL, NULL}}},
	{"tls expired",       "tls_certificate", AT_SITE(SITE_TLS), .params = {{NULL, NULL}}},
	{"tls_alert",         "tls_alert", AT_SITE(SITE_TLS), .params = {{NULL, NULL}}},
	{"http 404",          "http_status", AT_SITE(SITE_HTTP), .params = {{"code", "404"}}},
	{"http 503",          "http_status", AT_SITE(SITE_HTTP), .params = {{"code", "503"}}},
	{"http_delay 45s",    "http_delay", AT_SITE(SITE_HTTP), .params = {{"before", "45s"}}},
	{"http cut short",    "http_truncate", AT_SITE(SITE_HTTP), .params = {{"at_byte", "100B"}}},
	{"http stalls",       "http_truncate", AT_SITE(SITE_HTTP), .params = {{"at_byte", "100B"}, {"end", "stall"}}},
	{"http no length",    "http_length", AT_SITE(SITE_HTTP), .params = {{NULL, NULL}}},
	{"http range ignored", "http_range", AT_SITE(SITE_HTTP), .params = {{NULL, NULL}}},
	{"http portal",       "http_body", AT_SITE(SITE_HTTP), .params = {{NULL, NULL}}},
	{"http garbage",      "http_body", AT_SITE(SITE_HTTP), .params = {{"kind", "garbage"}}},
	{"http_reset",        "http_reset", AT_SITE(SITE_HTTP), .params = {{NULL, NULL}}},
	{"zero_window 45s",   "zero_window", AT_SITE(SITE_HTTP), .params = {{"for", "45s"}}},
	{.name = NULL},
};
/* clang-format on */

size_t kinds_count(void)
{
	size_t count = 0;

	while (kinds[count].name != NULL)
		count++;
	return count;
}

bool kind_fits(const struct kind *kind, const struct target *target)
{
	return (kind->sorts & KIND_SORT(target->sort)) != 0 && (!kind->tcp_only || target->is_tcp);
}

/* The address as a beginning: an instant has no direction. */
static void begin_at(struct match *match, const struct target *target)
{
	match->from.kind = EDGE_ADDRESS;
	memcpy(match->from.at, target->at, sizeof match->from.at);
}

void kind_fault(const struct kind *kind, const struct target *target, struct fault *ret_fault)
{
	struct error err = {.text = ""};

	memset(ret_fault, 0, sizeof *ret_fault);
	params_init(match_params, &ret_fault->match);
	(void)snprintf(ret_fault->name, sizeof ret_fault->name, "%s", kind->name);
	ret_fault->action = action_find(kind->action);
	CHECK(ret_fault->action != NULL);
	params_init(ret_fault->action->params, &ret_fault->params);
	for (size_t i = 0; i < KIND_PARAMS_MAX && kind->params[i].key != NULL; i++) {
		const struct param *row = param_find(ret_fault->action->params, kind->params[i].key);
		CHECK(row != NULL && param_set(row, &ret_fault->params, kind->params[i].value, &err));
	}
	if (kind->how == KIND_FROM)
		begin_at(&ret_fault->match, target);
	else if (kind->how == KIND_AT) {
		memcpy(ret_fault->match.at, target->at, sizeof ret_fault->match.at);
		ret_fault->match.direction = target->direction;
	}
}

const char *kind_say(const struct kind *kind, const struct target *target, char *ret_text, size_t size)
{
	static const char *const directions[] = {"", "to-server ", "to-device "};

	if (kind->how == KIND_ONCE)
		(void)snprintf(ret_text, size, "%s at power on", kind->name);
	else
		(void)snprintf(ret_text, size, "%s %s %s%s", kind->name, kind->how == KIND_FROM ? "from" : "at",
		               kind->how == KIND_FROM ? "" : directions[target->direction], target->at);
	return ret_text;
}
