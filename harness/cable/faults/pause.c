/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The partner's port asks for silence, again and again (IEEE 802.3 31B). */
#include "harness/cable/cable.h"

struct pause_params {
	uint64_t for_ns, every_ns;
	uint64_t quanta; /**< of 512 bit times */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(pause_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "duration, from the opening of the window"),
	PARAM_ROW_QUANTITY(pause_params, every_ns, "every", UNIT_DURATION, "1s", 1000000, FAULT_TIME_MAX,
                           "interval between two pause frames"),
	PARAM_ROW_QUANTITY(pause_params, quanta, "quanta", UNIT_NONE, "65535", 0, 65535,
                           "pause time in each of them, in units of 512 bit times"),
	{0},
};

/* A PAUSE frame of the port to all that pause. */
static struct frame *pause_frame(uint16_t quanta)
{
	uint8_t data[FRAME_MIN] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01, 0x02, 0x00, 0x5e, 0x00, 0x53, 0xfe, 0x88, 0x08, 0x00, 0x01};

	data[16] = (uint8_t)(quanta >> 8);
	data[17] = (uint8_t)quanta;
	return frame_new(data, sizeof data);
}

static void begin(struct cable_port *port, const void *params)
{
	const struct pause_params *pause = params;

	link_partner_sends(port->link, pause_frame((uint16_t)pause->quanta));
}

static const struct cable_fault act = {.begin = begin, .every = "every"};

const struct action fault_pause = {
	.name = "pause",
	.summary = "the switch port sends pause frames again and again (full duplex only)",
	.site = SITE_CABLE,
	.params = rows,
	.params_size = sizeof(struct pause_params),
	.amount = "for",
	.duplex = ACTION_FULL_DUPLEX,
	.act = &act,
};
