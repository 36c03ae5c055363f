/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fault/made.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

/* Settings are "key=value;key=value". */
static void set_all(const struct param *table, void *object, const char *settings)
{
	char text[512], *rest = NULL;
	struct error err = {0};

	params_init(table, object);
	(void)snprintf(text, sizeof text, "%s", settings);
	for (char *setting = strtok_r(text, ";", &rest); setting != NULL; setting = strtok_r(NULL, ";", &rest)) {
		char *value = strchr(setting, '=');
		CU_ASSERT_FATAL(value != NULL);
		*value++ = '\0';
		const struct param *row = param_find(table, setting);
		CU_ASSERT_FATAL(row != NULL && param_set(row, object, value, &err));
	}
}

struct fault made_fault(const char *name, const char *match, const char *action, const char *params)
{
	struct fault fault;

	memset(&fault, 0, sizeof fault);
	(void)snprintf(fault.name, sizeof fault.name, "%s", name);
	fault.action = action_find(action);
	CU_ASSERT_FATAL(fault.action != NULL);
	set_all(match_params, &fault.match, match);
	set_all(fault.action->params, &fault.params, params);
	return fault;
}

struct fault made_checked_fault(const char *name, const char *match, const char *action, const char *params)
{
	struct fault fault = made_fault(name, match, action, params);
	struct error err = {0};
	const char *key = NULL;

	CU_ASSERT_FATAL(fault_check(&fault, &key, &err));
	return fault;
}

const char *made_value(const struct fault *fault, const char *key)
{
	static char text[PARAM_VALUE_MAX];
	const struct param *row = param_find(fault->action->params, key);

	CU_ASSERT_FATAL(row != NULL);
	return param_get(row, &fault->params, text);
}

void expect_right(struct fault fault)
{
	struct error err = {0};
	const char *key = NULL;

	CU_ASSERT(fault_check(&fault, &key, &err));
	if (err.text[0] != '\0')
		printf("    %s at='%s': %s\n", fault.action->name, fault.match.at, err.text);
}

void expect_wrong(struct fault fault, const char *wrong_key, const char *why)
{
	struct error err = {0};
	const char *key = NULL;

	if (fault_check(&fault, &key, &err)) {
		printf("    %s at='%s' is taken\n", fault.action->name, fault.match.at);
		CU_FAIL("a wrong fault is taken");
		return;
	}
	CU_ASSERT_FATAL(key != NULL);
	CU_ASSERT_STRING_EQUAL(key, wrong_key);
	TEST_CONTAINS(err.text, why);
	CU_ASSERT_EQUAL(err.line, 0);
}

void expect_refused(const struct param *table, const char *key, const char *value, const char *why)
{
	union {
		struct action_params params;
		struct match match;
	} object, before;
	const struct param *row = param_find(table, key);
	struct error err = {0};

	memset(&object, 0x5a, sizeof object);
	before = object;
	CU_ASSERT_FATAL(row != NULL);
	CU_ASSERT_FALSE(param_set(row, &object, value, &err));
	TEST_CONTAINS(err.text, why);
	CU_ASSERT_EQUAL(memcmp(&object, &before, sizeof object), 0);
}

/* What an action needs before it can be checked. */
static const char *needed_by(const struct action *action)
{
	static const char *const needs[][2] = {
		{"delay", "time=1ms"},
		{"outage", "for=1s"},
		{"gemodel", "p=1%;r=50%"},
		{"carrier", "for=1s"},
		{"tx_flags", "lose_txif=true"},
		{"rx_pointer", "xor=1"},
		{"spi_stuck", "level=0"},
		{"spi_cut", "after=1"},
		{"int_stuck", "level=0;for=1s"},
		{"clkrdy", "after=1ms"},
		{"rx_pktif", "kind=lost"},
		{"spi_stall", "for=1ms"},
		{"spi_slow", "factor=2"},
		{"int_double", "after=1us"},
		{"loss", "percent=1%"},
		{"loss_state", "p13=1%"},
		{"rate", "rate=1Mbit"},
		{"slot", "min_delay=1ms"},
		{"hold", "frames=1"},
		/* What changes and makes frames. */
		{"corrupt", "bits=1"},
		{"truncate", "to=60"},
		{"pad", "to=100"},
		{"mtu", "size=1280"},
		{"forge", "what=rst"},
		{"firewall", "idle=1min"},
	};
	static char file[256];

	if (strcmp(action->name, "mahimahi") == 0)
		(void)snprintf(file, sizeof file, "file=%s", test_write("opportunities", "1\n"));
	else if (strcmp(action->name, "link_trace") == 0)
		(void)snprintf(file, sizeof file, "file=%s", test_write("link.csv", "time\n0ms\n"));
	if (action->is_recording)
		return file;

	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
		if (strcmp(needs[i][0], action->name) == 0)
			return needs[i][1];
	return "";
}

struct fault made_ready(const struct action *action, const char *match)
{
	return made_fault("f", match, action->name, needed_by(action));
}
