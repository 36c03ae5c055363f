/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/window.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"

static void compile(const struct window_edge *edge, struct fault_address *ret_address)
{
	struct error err;

	if (edge->kind == EDGE_ADDRESS)
		CHECK(fault_address_parse(edge->at, ret_address, &err));
}

void window_init(struct window *window, const struct match *match)
{
	memset(window, 0, sizeof *window);
	window->match = match;
	window->always = match->from.kind == EDGE_TIME && match->from.ns == 0 && match->until.kind == EDGE_TIME && match->until.ns == 0 &&
	                 match->during[0] == '\0';
	window->by_address = match->from.kind == EDGE_ADDRESS || match->until.kind == EDGE_ADDRESS;
	compile(&match->from, &window->from);
	compile(&match->until, &window->until);
}

static void passes(struct window *window, bool opens, bool closes, sim_ns now)
{
	if (opens && (!window->opened || window->closed || !window_is_open(window, now))) {
		window->opened = true;
		window->closed = false;
		window->opened_at = now;
	} else if (closes && (window->match->from.kind == EDGE_ADDRESS ? window->opened : now >= window->match->from.ns)) {
		window->closed = true;
	}
}

void window_sees(struct window *window, const struct fault_event *event)
{
	bool opens = window->match->from.kind == EDGE_ADDRESS && fault_address_is(&window->from, event);
	bool closes = window->match->until.kind == EDGE_ADDRESS && fault_address_is(&window->until, event);

	if (opens || closes)
		passes(window, opens, closes, event->now);
}

void window_enters(struct window *window, const char *phase)
{
	(void)snprintf(window->phase, sizeof window->phase, "%s", phase);
}

sim_ns window_begun(const struct window *window)
{
	return window->match->from.kind == EDGE_ADDRESS ? window->opened_at : window->match->from.ns;
}

bool window_is_open(const struct window *window, sim_ns now)
{
	const struct match *match = window->match;
	sim_ns begun = window_begun(window);

	if (match->from.kind == EDGE_ADDRESS ? !window->opened : now < begun)
		return false;
	if (match->until.kind == EDGE_ADDRESS && window->closed)
		return false;
	if (match->until.kind == EDGE_TIME && match->until.ns != 0 && now >= match->until.ns)
		return false;
	if (match->until.kind == EDGE_AFTER && now >= begun + match->until.ns)
		return false;
	/* "download" or, while the session has not said where it is, nothing. */
	return match->during[0] == '\0' || strcmp(match->during, window->phase) == 0;
}
