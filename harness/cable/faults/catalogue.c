/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of the cable, in the order of the reference. A new one is one line more. */
#include "harness/cable/cable.h"

#define FAULTS(F) \
	F(carrier) \
	F(babble) \
	F(pause)

#define DECLARE(name) extern const struct action fault_##name;
FAULTS(DECLARE)

#define ROW(name) &fault_##name,
static const struct action *const actions[] = {FAULTS(ROW) NULL};

static bool is_whole(const struct action *action)
{
	const struct cable_fault *act = action->act;

	return act->begin != NULL;
}

const struct fault_catalogue catalogue_link = {.actions = actions, .is_whole = is_whole};
