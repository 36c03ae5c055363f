/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The link goes away and comes back. */
#include "harness/cable/cable.h"

struct carrier_params {
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(carrier_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "time without link, from the opening of the window"),
	{0},
};

static void begin(struct cable_port *port, const void *params)
{
	(void)params;
	port->unplugged++;
	link_set_carrier(port->link, false);
}

static void end(struct cable_port *port, const void *params)
{
	(void)params;
	if (--port->unplugged == 0)
		link_set_carrier(port->link, true);
}

static const struct cable_fault act = {.begin = begin, .end = end};

const struct action fault_carrier = {
	.name = "carrier",
	.summary = "the link goes away at the fault's 'from' and comes back",
	.site = SITE_CABLE,
	.params = rows,
	.params_size = sizeof(struct carrier_params),
	.amount = "for",
	.act = &act,
};
