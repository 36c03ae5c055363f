/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of frames, in the order of the reference. A new one is one line more. */
#include "lib/filter/filter.h"
#include "harness/proxy/rule.h"

#define FAULTS(F) \
	F(drop) \
	F(delay) \
	F(outage) \
	F(gemodel) \
	F(corrupt) \
	F(truncate) \
	F(pad) \
	F(mtu) \
	F(forge) \
	F(rebind) \
	F(firewall) \
	F(mahimahi) \
	F(link_trace) \
	F(loss) \
	F(loss_state) \
	F(rate) \
	F(slot) \
	F(reorder) \
	F(hold) \
	F(duplicate)

#define DECLARE(name) extern const struct action fault_##name;
FAULTS(DECLARE)

#define ROW(name) &fault_##name,
static const struct action *const actions[] = {FAULTS(ROW) NULL};

static bool is_whole(const struct action *action)
{
	const struct behaviour *behaviour = action->act;

	return behaviour->apply != NULL;
}

const struct fault_catalogue catalogue_proxy = {actions, is_whole, filter_check};
