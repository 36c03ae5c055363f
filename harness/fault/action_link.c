/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens on the cable; session/cable.c does it. */
#include "fault/fault.h"

static const struct param carrier_params[] = {
	PARAM_ROW_QUANTITY(carrier_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "how long the link is gone, from the fault's 'from' on"),
	{0},
};

static const struct param babble_params[] = {
	PARAM_ROW_QUANTITY(babble_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long, from the fault's 'from' on"),
	{0},
};

static const struct param pause_params[] = {
	PARAM_ROW_QUANTITY(pause_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "how long, from the fault's 'from' on"),
	PARAM_ROW_QUANTITY(pause_params, every_ns, "every", UNIT_DURATION, "1s", 1000000, FAULT_TIME_MAX, "between two pause frames"),
	PARAM_ROW_QUANTITY(pause_params, quanta, "quanta", UNIT_NONE, "65535", 0, 65535, "the time in each of them, in units of 51.2 us"),
	{0},
};

/* clang-format off */
const struct action actions_link[] = {
	{FAULT_CARRIER, "carrier", "the link goes away at the fault's 'from' and comes back", LAYER_LINK, NULL, carrier_params, NULL},
	{FAULT_BABBLE, "babble", "the switch port keeps the shared medium busy, and who listens before sending waits", LAYER_LINK, NULL,
	 babble_params, NULL},
	{FAULT_PAUSE, "pause", "the switch port sends pause frames again and again (full duplex only)", LAYER_LINK, NULL, pause_params, NULL},
	{.name = NULL},
};
/* clang-format on */
