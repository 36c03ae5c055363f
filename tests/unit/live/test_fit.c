/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bridge refuses by name what it cannot carry out, and accepts everything else. */
#include "harness/live/fit.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"
#include "tests/unit/scenario/fixture.h"

static const char *refusal_with(const struct fault *fault, bool services, enum fit_phases phases)
{
	static struct error err;

	memset(&err, 0, sizeof err);
	return fit_fault(fault, services, phases, &err) ? "" : err.text;
}

static const char *refusal(const struct fault *fault, enum fit_phases phases)
{
	return refusal_with(fault, false, phases);
}

static void actions_of_other_layers_are_refused_by_name(void)
{
	const struct action *action;

	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		struct fault fault = {.name = "f", .action = action};
		char begin[128];
		params_init(match_params, &fault.match);
		(void)snprintf(begin, sizeof begin, "the fault 'f' cannot be used here: '%s' acts ", action->name);
		if (action_layer(action) == LAYER_PROXY)
			TEST_SAME_TEXT(refusal(&fault, FIT_NO_PHASES), "");
		else
			CU_ASSERT_EQUAL(strncmp(refusal(&fault, FIT_NO_PHASES), begin, strlen(begin)), 0);
	}
	const struct fault cable = made_fault("pulled out", "", "carrier", "for=1s");
	TEST_SAME_TEXT(refusal(&cable, FIT_NO_PHASES), "the fault 'pulled out' cannot be used here: 'carrier' acts "
	                                               "on the cable, of which a bridge sees only the far side; "
	                                               "use 'outage' or 'drop' instead, or use `stutter run`");
}

/*
 * In front of a real server: those of frames as they are, those of services if they can be carried
 * out there.
 */
static void a_relay_takes_faults_of_frames_and_most_of_services(void)
{
	const struct action *action;
	struct error err;
	unsigned of_services = 0;

	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		struct fault fault = {.name = "f", .action = action};
		params_init(match_params, &fault.match);
		action_init(action, &fault.params);
		const bool fits = fit_fault_with_relay(&fault, FIT_NO_PHASES, &err);
		of_services += fits && action_layer(action) == LAYER_SERVER;
		if (action_layer(action) != LAYER_SERVER)
			CU_ASSERT_EQUAL(fits, action_layer(action) == LAYER_PROXY);
	}
	CU_ASSERT(of_services > 10);
	const struct fault certificate = made_fault("f", "", "tls_certificate", "kind=expired");
	CU_ASSERT_FALSE(fit_fault_with_relay(&certificate, FIT_NO_PHASES, &err));
	TEST_CONTAINS(err.text, "a certificate needs the server's key");
}

static void windows_at_sites_that_are_not_here_are_refused(void)
{
	const struct fault device = made_fault("f", "from=enc.tx#7", "drop", ""), server = made_fault("f", "until=srv.http#1", "drop", ""),
			   frame = made_fault("f", "from=tcp.syn#1;until=http.request#2", "drop", ""),
			   time = made_fault("f", "from=1s;until=+2s", "drop", "");

	TEST_SAME_TEXT(refusal(&device, FIT_PHASES), "the fault 'f' would never act: 'from: enc.tx#7' belongs "
	                                             "to the emulated device; use a frame or a time instead");
	TEST_CONTAINS(refusal(&server, FIT_PHASES), "'until: srv.http#1' belongs to the emulated far end");
	TEST_SAME_TEXT(refusal_with(&server, true, FIT_PHASES), "");
	TEST_CONTAINS(refusal_with(&device, true, FIT_PHASES), "'from: enc.tx#7' belongs to the emulated device");
	TEST_SAME_TEXT(refusal(&frame, FIT_NO_PHASES), "");
	TEST_SAME_TEXT(refusal(&time, FIT_NO_PHASES), "");
}

static void phases_need_somebody_who_tells_them(void)
{
	const struct fault fault = made_fault("f", "during=download", "drop", "");

	TEST_CONTAINS(refusal(&fault, FIT_NO_PHASES), "the fault 'f' would never act: 'during: download' needs the phases to be reported");
	TEST_CONTAINS(refusal(&fault, FIT_NO_PHASES), "; leave it out, or use 'from' and 'until' instead");
	TEST_CONTAINS(refusal(&fault, FIT_PHASES_OFF), "; give --control and report them with `stutter ctl phase`, or use");
	TEST_SAME_TEXT(refusal(&fault, FIT_PHASES), "");
}

static void a_plan_is_named_with_its_fault(void)
{
	struct plan plan;
	struct error err;

	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: x\nfaults:\n- {name: a, drop: true}\n- {name: b, spi_slow: 10}\n", "box"), "");
	CU_ASSERT_FALSE(fit_plan_with_relay(&plan, FIT_NO_PHASES, &err));
	TEST_CONTAINS(err.text, "s.yaml: the fault 'b' cannot be used here: 'spi_slow' acts inside the emulated device");
	/* A replay has decisions in place of faults. */
	plan.replay = true;
	CU_ASSERT(fit_plan_with_relay(&plan, FIT_NO_PHASES, &err));
	const struct decision decision = {.at = "enc.tx#1", .name = "b", .action = action_find("tx_stall")};
	decisions_add(&plan.decisions, &decision);
	CU_ASSERT_FALSE(fit_plan_with_relay(&plan, FIT_NO_PHASES, &err));
	TEST_CONTAINS(err.text, "the fault 'b' cannot be used here: 'tx_stall' acts inside the emulated device");
	plan_close(&plan);
}

const CU_TestInfo tests_live_fit[] = {
	{"actions of other layers are refused by name", actions_of_other_layers_are_refused_by_name},
	{"a relay takes faults of frames and most of services", a_relay_takes_faults_of_frames_and_most_of_services},
	{"windows at sites that are not here are refused", windows_at_sites_that_are_not_here_are_refused},
	{"phases need somebody who tells them", phases_need_somebody_who_tells_them},
	{"a plan is named with its fault", a_plan_is_named_with_its_fault},
	CU_TEST_INFO_NULL,
};
