/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/fit.h"

#include <string.h>

#include "lib/fault/armed.h"
#include "harness/judge/judge.h"
#include "harness/relay/relay.h"

/* Why the faults of a layer are not for a bridge, and what is. */
static const struct {
	const char *where, *cure;
} layers[] = {
	[LAYER_PROXY] = {NULL, NULL},
	[LAYER_LINK] = {"on the cable, of which a bridge sees only the far side", "use 'outage' or 'drop' instead"},
	[LAYER_BOARD] = {"inside the emulated device", "leave it out for a real one"},
	[LAYER_SERVER] = {"in a service, whose faults are set when the scenario starts", "add it to the scenario and start again"},
};

static bool fit_layer(const char *name, const struct action *action, struct error *err)
{
	if (action_layer(action) == LAYER_PROXY)
		return true;
	return error_set(err, "the fault '%s' cannot be used here: '%s' acts %s; %s, or use `stutter run`", name, action->name,
	                 layers[action_layer(action)].where, layers[action_layer(action)].cure);
}

/* Events at a site of board or server do not come here. */
static bool fit_edge(const struct fault *fault, const char *key, const struct window_edge *edge, struct error *err)
{
	struct fault_address address;

	if (edge->kind != EDGE_ADDRESS || !fault_address_parse(edge->at, &address, err) || address.site == SITE_FRAME)
		return true;
	return error_set(err, "the fault '%s' would never act: '%s: %s' belongs to the emulated %s; use a frame or a time instead",
	                 fault->name, key, edge->at, strncmp(edge->at, "srv.", 4) == 0 ? "far end" : "device");
}

static bool fit_phase(const struct fault *fault, enum fit_phases phases, struct error *err)
{
	static const char *const cures[] = {
		[FIT_NO_PHASES] = "leave it out",
		[FIT_PHASES_OFF] = "give --control and report them with `stutter ctl phase`",
	};

	return phases == FIT_PHASES || fault->match.during[0] == '\0' ||
	       error_set(err,
	                 "the fault '%s' would never act: 'during: %s' needs the phases to be reported, as a bridge "
	                 "cannot see them; %s, or use 'from' and 'until' instead",
	                 fault->name, fault->match.during, cures[phases]);
}

static bool fit_edge_with_services(const struct fault *fault, const char *key, const struct window_edge *edge, struct error *err)
{
	struct fault_address address;

	return (edge->kind == EDGE_ADDRESS && fault_address_parse(edge->at, &address, err) && address.site != SITE_FRAME &&
	        fault_sites[address.site].layer == LAYER_SERVER) ||
	       fit_edge(fault, key, edge, err);
}

bool fit_fault(const struct fault *fault, bool services, enum fit_phases phases, struct error *err)
{
	bool (*const fits)(const struct fault *, const char *, const struct window_edge *,
	                   struct error *) = services ? fit_edge_with_services : fit_edge;

	return fit_layer(fault->name, fault->action, err) && fits(fault, "from", &fault->match.from, err) &&
	       fits(fault, "until", &fault->match.until, err) && fit_phase(fault, phases, err);
}

bool fit_fault_with_services(const struct fault *fault, enum fit_phases phases, struct error *err)
{
	return (action_layer(fault->action) == LAYER_SERVER || fit_layer(fault->name, fault->action, err)) &&
	       fit_edge_with_services(fault, "from", &fault->match.from, err) &&
	       fit_edge_with_services(fault, "until", &fault->match.until, err) && fit_phase(fault, phases, err);
}

bool fit_plan_with_services(const struct plan *plan, enum fit_phases phases, struct error *err)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		if (!fit_fault_with_services(&plan->faults[i], phases, err))
			return error_context(err, "%s", plan->path);
	return true;
}

/* @param fault With its parameters; of whatever layer. */
static bool fit_relay(const struct fault *fault, struct error *err)
{
	const char *refusal = relay_refusal(fault);

	return refusal == NULL || error_set(err,
	                                    "the fault '%s' cannot be used in front of a real server: "
	                                    "'%s': %s, or use the emulator's far end (`stutter run`)",
	                                    fault->name, fault->action->name, refusal);
}

bool fit_fault_with_relay(const struct fault *fault, enum fit_phases phases, struct error *err)
{
	return fit_relay(fault, err) && fit_fault_with_services(fault, phases, err);
}

/* Of a replay. */
static bool fit_decision(const struct decision *decision, struct error *err)
{
	const struct fault again = fault_again(decision);

	return action_layer(decision->action) == LAYER_SERVER ? fit_relay(&again, err) : fit_layer(decision->name, decision->action, err);
}

bool fit_plan_with_relay(const struct plan *plan, enum fit_phases phases, struct error *err)
{
	bool fits = true;

	for (size_t i = 0; fits && !plan->replay && i < plan->fault_count; i++)
		fits = fit_fault_with_relay(&plan->faults[i], phases, err);
	for (size_t i = 0; fits && plan->replay && i < plan->decisions.count; i++)
		fits = fit_decision(&plan->decisions.list[i], err);
	return fits || error_context(err, "%s", plan->path);
}

/* -- the emulated device, and another far end than the emulator's -- */

static bool fit_expectation(const struct plan *plan, struct error *err)
{
	const struct judge *judge = judge_asked_for(&plan->expect.judges, true);

	return judge == NULL || error_set(err,
	                                  "'%s' under 'expect:' asks about the emulator's services, which your server replaces; leave "
	                                  "it out, or leave --server and --server-side out",
	                                  judge->name);
}

bool fit_plan_with_device(const struct plan *plan, struct error *err)
{
	bool fits = true;

	if (plan->session[0] != '\0')
		return error_set(err,
		                 "%s: 'session:' is played by servers of the emulator; leave "
		                 "out --server and --server-side to have them at the far end",
		                 plan->path);
	for (size_t i = 0; fits && !plan->replay && i < plan->fault_count; i++)
		fits = fit_relay(&plan->faults[i], err);
	for (size_t i = 0; fits && plan->replay && i < plan->decisions.count; i++) {
		const struct fault again = fault_again(&plan->decisions.list[i]);
		fits = fit_relay(&again, err);
	}
	return (fits && fit_expectation(plan, err)) || error_context(err, "%s", plan->path);
}
