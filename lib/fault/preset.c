/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of presets. A round trip time that is measured is half of it each way. Rates are those
 * of the link below Ethernet, which counts here as well.
 */
#include "lib/fault/preset.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"

#define SETTINGS_MAX 256

#define UP "direction=to-server"
#define DOWN "direction=to-device"

/* One row a way, then half of the round trip time. */
#define ACCESS(up, down, delay_each_way) \
	{UP, "rate", "rate=" up}, {DOWN, "rate", "rate=" down}, \
	{ \
		"", "delay", "time=" delay_each_way \
	}

/* WPO Foundation's, now Catchpoint's, figures for web performance tests. */
#define WEBPAGETEST "catchpoint/WebPageTest, www/settings/connectivity.ini.sample"
#define FIREFOX "mozilla/gecko-dev, devtools/client/shared/components/throttling/profiles.js"

/* clang-format off */
const struct preset presets[] = {
	{"dialup", "a modem of 56 kbit/s: 49 down, 30 up, 120 ms round trip", WEBPAGETEST,
	 {ACCESS("30kbit", "49kbit", "60ms")}},
	{"gprs", "mobile, 2G: 35 kbit/s down, 32 up, 1.3 s round trip", WEBPAGETEST,
	 {ACCESS("32kbit", "35kbit", "650ms")}},
	{"edge", "mobile, 2.75G: 240 kbit/s down, 200 up, 840 ms round trip", WEBPAGETEST,
	 {ACCESS("200kbit", "240kbit", "420ms")}},
	{"umts", "mobile, slow 3G: 780 kbit/s down, 330 up, 200 ms round trip", WEBPAGETEST,
	 {ACCESS("330kbit", "780kbit", "100ms")}},
	{"hspa", "mobile, 3G: 1.6 Mbit/s down, 768 kbit/s up, 300 ms round trip", WEBPAGETEST,
	 {ACCESS("768kbit", "1600kbit", "150ms")}},
	{"lte", "mobile, 4G: 4 Mbit/s down, 3 up (times 1.024 twice), 20 ms round trip", FIREFOX,
	 {ACCESS("3145728bit", "4194304bit", "10ms")}},
	{"dsl", "1.5 Mbit/s down, 384 kbit/s up, 50 ms round trip", WEBPAGETEST,
	 {ACCESS("384kbit", "1500kbit", "25ms")}},
	{"cable", "5 Mbit/s down, 1 up, 28 ms round trip", WEBPAGETEST,
	 {ACCESS("1Mbit", "5Mbit", "14ms")}},
	{"wifi-bad", "at the edge of a wireless LAN: bursts of 4 lost frames, one in 100 begins one, and 2 to 10 ms each way",
	 "chosen, not measured; a burst ends when the rate has been lowered",
	 {{"", "gemodel", "p=1%;r=25%"}, {"", "delay", "time=6ms;jitter=4ms"}}},
	{"satellite-geo", "by a geostationary satellite: 279 ms each way, 1 Mbit/s down, 256 kbit/s up",
	 "RFC 2488 sec. 2 has the delay; the rates are chosen",
	 {ACCESS("256kbit", "1Mbit", "279ms")}},
	{"starlink-like", "by satellites of low orbit: 15 to 25 ms each way, and bursts in which half of the frames are lost",
	 "Kassem et al., \"A Browser-side View of Starlink Connectivity\", IMC 2022: losses up to 50 % when satellites hand over; how often is chosen",
	 {{"", "gemodel", "p=0.1%;r=5%;1-h=50%"}, {"", "delay", "time=20ms;jitter=5ms"}}},

	{"ostree-2383", "an outage in mid-download that is longer than TCP goes on trying, 17 min: the client hangs for ever",
	 "ostreedev/ostree#2383",
	 {{DOWN ";at=tcp.data#300", "outage", "for=17min"}}},
	{"ostree-1349", "a path MTU discovery black hole: what is longer than 1400 bytes never arrives, and nobody says so",
	 "ostreedev/ostree#1349",
	 {{"", "mtu", "size=1400;icmp=false;fragment=false"}}},
	{"rauc-1517", "short outages, 6 s at every 500th segment: longer than 5 attempts with 1 s between them",
	 "rauc/rauc#1517",
	 {{DOWN ";at=tcp.data;every=500", "outage", "for=6s"}}},
	{"mender-1821", "the other end falls silent in mid-body: in each connection to port 80, no data from the 300th segment on",
	 "mendersoftware/mender#1821",
	 {{DOWN ";at=tcp.data[http]#300..", "drop", ""}}},
	{"meta-lmp-391", "a link so slow that a time limit for the whole file of 13 min is never met: 48 kbit/s down",
	 "foundriesio/meta-lmp#391",
	 {{DOWN, "rate", "rate=48kbit"}}},
	{"zephyr-82529", "one edge of INT is missed: a driver that waits for the next one is deaf",
	 "zephyrproject-rtos/zephyr#82529",
	 {{"at=int.edge#500", "int_lost", ""}}},
	{"riot-9043", "the transmit logic hangs: no interrupt ever says that a frame has left",
	 "RIOT-OS/RIOT#9043",
	 {{"at=enc.tx#100", "tx_stall", ""}}},
	{NULL, NULL, NULL, {{NULL, NULL, NULL}}},
};
/* clang-format on */

static const struct preset *find(const char *name)
{
	for (const struct preset *preset = presets; preset->name != NULL; preset++)
		if (strcmp(preset->name, name) == 0)
			return preset;
	return NULL;
}

static bool is_unknown(const char *name, struct error *err)
{
	const char *names[64] = {NULL};
	size_t count = 0;

	for (const struct preset *preset = presets; preset->name != NULL && count < 63; preset++)
		names[count++] = preset->name;
	char meant[PARAM_VALUE_MAX];
	return error_set(err, "unknown preset '%s'%s; `stutter list presets` shows them all", name,
	                 param_did_you_mean(param_nearest(NULL, names, name), meant));
}

/* Whether the user has said nothing about this key. */
static bool is_standard(const struct param *row, const struct match *match)
{
	char value[PARAM_VALUE_MAX], usual[PARAM_VALUE_MAX];
	struct match standard;

	memset(&standard, 0, sizeof standard);
	params_init(match_params, &standard);
	return strcmp(param_get(row, match, value), param_get(row, &standard, usual)) == 0;
}

/* Which events: whoever says one of these has said all of them. */
static bool says_which(const struct match *match)
{
	static const char *const keys[] = {"at", "filter", "nth", "every", "first"};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (!is_standard(param_find(match_params, keys[i]), match))
			return true;
	return false;
}

static void set(const struct param *table, void *object, const char *key, const char *value)
{
	const struct param *row = param_find(table, key);
	struct error err;

	CHECK(row != NULL && param_set(row, object, value, &err));
}

/* Calls for each "key=value" of a text. */
static bool next_setting(char **rest, char **ret_key, char **ret_value)
{
	char *setting = strsep(rest, ";");

	if (setting == NULL || setting[0] == '\0')
		return false;
	*ret_key = setting;
	*ret_value = strchr(setting, '=');
	CHECK(*ret_value != NULL);
	*(*ret_value)++ = '\0';
	return true;
}

/* @return false if the fault goes the other way than the user's match. */
static bool fill_match(const char *text, const struct match *base, struct match *match)
{
	char copy[SETTINGS_MAX], *rest = copy, *key, *value;
	bool which = says_which(base);

	(void)snprintf(copy, sizeof copy, "%s", text);
	while (next_setting(&rest, &key, &value)) {
		bool is_direction = strcmp(key, "direction") == 0;
		if (is_direction && base->direction != MATCH_BOTH &&
		    base->direction != (strcmp(value, "to-server") == 0 ? MATCH_TO_SERVER : MATCH_TO_DEVICE))
			return false;
		if (is_direction || !which)
			set(match_params, match, key, value);
	}
	return true;
}

static void fill_params(const char *text, struct fault *fault)
{
	char copy[SETTINGS_MAX], *rest = copy, *key, *value;

	params_init(fault->action->params, &fault->params);
	(void)snprintf(copy, sizeof copy, "%s", text);
	while (next_setting(&rest, &key, &value))
		set(fault->action->params, &fault->params, key, value);
}

bool preset_expand(const char *name, const struct fault *base, struct fault ret_faults[PRESET_FAULTS_MAX], size_t *ret_count,
                   struct error *err)
{
	const struct preset *preset = find(name);
	size_t count = 0;

	if (preset == NULL)
		return is_unknown(name, err);
	for (const struct preset_fault *row = preset->faults; row->action != NULL; row++) {
		struct fault fault = *base;
		fault.action = action_find(row->action);
		CHECK(fault.action != NULL);
		if (!fill_match(row->match, &base->match, &fault.match))
			continue;
		fill_params(row->params, &fault);
		int length = snprintf(fault.name, sizeof fault.name, "%s: %s", base->name, row->action);
		if (length < 0 || (size_t)length >= sizeof fault.name)
			return error_set(err, "the name '%s' is too long: ': %s' is appended to it", base->name, row->action);
		ret_faults[count++] = fault;
	}
	*ret_count = count;
	return count > 0 || error_set(err, "the preset '%s' has no faults in this direction", name);
}
