/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The partner's port keeps a shared medium busy without a frame. */
#include "harness/cable/cable.h"

struct babble_params {
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(babble_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "duration, from the opening of the window"),
	{0},
};

static void begin(struct cable_port *port, const void *params)
{
	(void)params;
	port->babbling++;
	link_partner_backpressure(port->link, true);
}

static void end(struct cable_port *port, const void *params)
{
	(void)params;
	if (--port->babbling == 0)
		link_partner_backpressure(port->link, false);
}

static const struct cable_fault act = {.begin = begin, .end = end};

const struct action fault_babble = {
	.name = "babble",
	.summary = "the switch port keeps the shared medium busy, and who listens before sending waits",
	.site = SITE_CABLE,
	.params = rows,
	.params_size = sizeof(struct babble_params),
	.amount = "for",
	.act = &act,
};
