/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of the cable, in the order of the reference. A new one is one line more. */
#include "lib/fault/action.h"

#define FAULTS(F) \
	F(carrier) \
	F(babble) \
	F(pause)

#define DECLARE(name) extern const struct action fault_##name;
FAULTS(DECLARE)

#define ROW(name) &fault_##name,
static const struct action *const actions[] = {FAULTS(ROW) NULL};
const struct fault_catalogue catalogue_link = {actions, NULL};
