/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault/point.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

const struct fault_site fault_sites[SITES + 1] = {
	[SITE_TX] = {"enc.tx", "the chip begins a transmission", LAYER_BOARD},
	[SITE_RX] = {"enc.rx", "the chip is about to store a frame", LAYER_BOARD},
	[SITE_MII] = {"enc.mii", "an MII operation begins", LAYER_BOARD},
	[SITE_SPI] = {"spi.msg", "a message on the SPI bus", LAYER_BOARD},
	[SITE_INT] = {"int.edge", "INT falls", LAYER_BOARD},
	[SITE_NOR_OP] = {"nor.op", "the flash begins a program or an erase", LAYER_BOARD},
	[SITE_NOR_READ] = {"nor.read", "the flash is about to be read", LAYER_BOARD},
	[SITE_DHCP] = {"srv.dhcp", "a DHCP message has come to the far end", LAYER_SERVER},
	[SITE_DNS] = {"srv.dns", "a DNS query has come to the far end", LAYER_SERVER},
	[SITE_NTP] = {"srv.ntp", "an NTP request has come to the far end", LAYER_SERVER},
	[SITE_TCP] = {"srv.tcp", "a TCP segment has come to the far end", LAYER_SERVER},
	[SITE_TLS] = {"srv.tls", "a server has got the first bytes of a TLS handshake", LAYER_SERVER},
	[SITE_HTTP] = {"srv.http", "a server has got a whole HTTP request", LAYER_SERVER},
};

static bool parse_site(const char *text, size_t length, struct point *point, struct error *err)
{
	struct address ordinals;
	char frame[ADDRESS_TEXT_MAX + 8];

	if (text[length] == '\0')
		return error_set(err, "the address '%s' lacks its number: %s#1, %s#2 and so on", text, text, text);
	/* The ordinals are written as those of frames are. */
	(void)snprintf(frame, sizeof frame, "frame%s", text + length);
	if (!address_parse(frame, &ordinals, err))
		return false;
	if (ordinals.has_flow)
		return error_set(err, "a site of the board has no flows: write %.*s#7 or %.*s#7..9", (int)length, text, (int)length, text);
	point->first = ordinals.first;
	point->last = ordinals.last;
	return true;
}

bool point_parse(const char *text, struct point *ret_point, struct error *err)
{
	size_t length = strcspn(text, "#[");
	struct point point;

	memset(&point, 0, sizeof point);
	for (const struct fault_site *site = fault_sites; site->name != NULL && point.site == NULL; site++)
		if (strlen(site->name) == length && strncmp(site->name, text, length) == 0)
			point.site = site->name;
	if (point.site != NULL ? !parse_site(text, length, &point, err) : !address_parse(text, &point.address, err))
		return false;
	*ret_point = point;
	return true;
}

bool point_is_frame(const struct point *point, const struct naming *naming)
{
	return point->site == NULL && address_matches(&point->address, naming);
}

bool point_is_occasion(const struct point *point, const char *site, uint64_t occasion)
{
	return point->site != NULL && strcmp(point->site, site) == 0 && occasion >= point->first && occasion <= point->last;
}

static void compile(const struct moment *moment, struct point *ret_point)
{
	struct error err;

	if (moment->kind == MOMENT_POINT)
		CHECK(point_parse(moment->at, ret_point, &err));
}

void window_init(struct window *window, const struct match *match)
{
	memset(window, 0, sizeof *window);
	window->match = match;
	window->always = match->from.kind == MOMENT_TIME && match->from.ns == 0 && match->until.kind == MOMENT_TIME &&
	                 match->until.ns == 0 && match->during[0] == '\0';
	window->by_points = match->from.kind == MOMENT_POINT || match->until.kind == MOMENT_POINT;
	compile(&match->from, &window->from);
	compile(&match->until, &window->until);
}

static void passes(struct window *window, bool opens, bool closes, sim_ns now)
{
	if (opens && (!window->opened || window->closed || !window_is_open(window, now))) {
		window->opened = true;
		window->closed = false;
		window->opened_at = now;
	} else if (closes && (window->match->from.kind == MOMENT_POINT ? window->opened : now >= window->match->from.ns)) {
		window->closed = true;
	}
}

void window_sees_frame(struct window *window, const struct naming *naming, sim_ns now)
{
	bool opens = window->match->from.kind == MOMENT_POINT && point_is_frame(&window->from, naming);
	bool closes = window->match->until.kind == MOMENT_POINT && point_is_frame(&window->until, naming);

	if (opens || closes)
		passes(window, opens, closes, now);
}

void window_sees_occasion(struct window *window, const char *site, uint64_t occasion, sim_ns now)
{
	bool opens = window->match->from.kind == MOMENT_POINT && point_is_occasion(&window->from, site, occasion);
	bool closes = window->match->until.kind == MOMENT_POINT && point_is_occasion(&window->until, site, occasion);

	if (opens || closes)
		passes(window, opens, closes, now);
}

void window_enters(struct window *window, const char *phase)
{
	(void)snprintf(window->phase, sizeof window->phase, "%s", phase);
}

sim_ns window_begun(const struct window *window)
{
	return window->match->from.kind == MOMENT_POINT ? window->opened_at : window->match->from.ns;
}

bool window_is_open(const struct window *window, sim_ns now)
{
	const struct match *match = window->match;
	sim_ns begun = window_begun(window);

	if (match->from.kind == MOMENT_POINT ? !window->opened : now < begun)
		return false;
	if (match->until.kind == MOMENT_POINT && window->closed)
		return false;
	if (match->until.kind == MOMENT_TIME && match->until.ns != 0 && now >= match->until.ns)
		return false;
	if (match->until.kind == MOMENT_AFTER && now >= begun + match->until.ns)
		return false;
	/* "download" or, while the session has not said where it is, nothing. */
	return match->during[0] == '\0' || strcmp(match->during, window->phase) == 0;
}
