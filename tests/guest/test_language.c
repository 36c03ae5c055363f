/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language between device and harness has one definition: what the C code sends is parsed here,
 * the shell scripts are compared with it, and a guest without a configuration behaves as a device
 * file without settings asks for.
 */
#include "emulator/guest/language/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/guest/agent/policy.h"
#include "emulator/guest/language/report.h"
#include "emulator/guest/language/reports.h"
#include "harness/scenario/device.h"
#include "tests/test.h"

extern const CU_TestInfo tests_guest_language[];

#define OUTPUT_MAX 65536

static char output[OUTPUT_MAX];

/* -- what is said in C -- */

static struct report said(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct report said(const char *format, ...)
{
	static char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return report_read(text);
}

static void check_step(struct report report, enum report_step step)
{
	CU_ASSERT_EQUAL(report.kind, REPORT_PHASE);
	TEST_SAME_TEXT(report.phase, "check");
	CU_ASSERT_EQUAL(report.step, step);
}

static void what_the_agent_says_is_read(void)
{
	struct report report;

	check_step(said(SAY_PHASE_BEGIN, "check"), REPORT_STEP_BEGIN);
	check_step(said(SAY_PHASE_RETRY, "check", 2U, "it timed out", UINT64_C(2000)), REPORT_STEP_RETRY);
	check_step(said(SAY_PHASE_OK, "check", " ", "22.02"), REPORT_STEP_OK);
	check_step(said(SAY_PHASE_OK, "check", "", ""), REPORT_STEP_OK);
	check_step(said(SAY_PHASE_FAILED, "check", "HTTP status 500"), REPORT_STEP_FAILED);
	report = said(SAY_USAGE, 7U, (size_t)1234);
	CU_ASSERT(report.kind == REPORT_USAGE && report.files == 7 && report.heap == 1234);
	CU_ASSERT_EQUAL(said(SAY_PROGRESS, UINT64_C(65536)).kind, REPORT_PROGRESS);
	report = said(SAY_RESULT_PASS);
	CU_ASSERT(report.kind == REPORT_RESULT && report.passed);
	report = said(SAY_RESULT_FAIL, "check", "HTTP status 500");
	CU_ASSERT(report.kind == REPORT_RESULT && !report.passed);
	TEST_SAME_TEXT(report.phase, "check");
	TEST_SAME_TEXT(report.reason, "check: HTTP status 500");
	CU_ASSERT_EQUAL(said(SAY_PANIC, "not syncing").kind, REPORT_PANIC);
}

static void what_the_reference_lists_is_read(void)
{
#define FORM(form, from, means) form,
	static const char *const forms[] = {GUEST_REPORTS(FORM)};

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		/* Numbers stand where words say that there are some. */
		if (strncmp(forms[i], REPORT_WORD_USAGE, strlen(REPORT_WORD_USAGE)) != 0)
			CU_ASSERT_NOT_EQUAL(report_read(forms[i]).kind, REPORT_OTHER);
	}
}

/* -- what the scripts say -- */

/* The lines that a shell command prints, one by one. */
static char *lines_left;

static char *first_line(const char *command)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "%s", command), 0);
	return strtok_r(output, "\n", &lines_left);
}

static char *next_line(void)
{
	return strtok_r(NULL, "\n", &lines_left);
}

#define SCRIPTS "emulator/guest/init emulator/guest/udhcpc.script emulator/guest/clients/*.sh"

static void what_the_scripts_say_is_read(void)
{
	unsigned count = 0;

	for (char *line = first_line("grep -hoE '(echo|event) \"(phase|result|boot|link|dhcp|usage|progress|panic) [^\"]*\"' " SCRIPTS);
	     line != NULL; line = next_line(), count++) {
		char *text = strchr(line, '"') + 1;
		text[strlen(text) - 1] = '\0';
		const struct report report = report_read(text);
		if (report.kind == REPORT_OTHER || (report.kind == REPORT_PHASE && report.step == REPORT_STEP_OTHER))
			printf("    %s: not a report that is known\n", text);
		CU_ASSERT_NOT_EQUAL(report.kind, REPORT_OTHER);
		CU_ASSERT(report.kind != REPORT_PHASE || report.step != REPORT_STEP_OTHER);
	}
	CU_ASSERT(count > 8);
}

struct key {
	const char *name, *text;
	uint64_t number;
};

#define ROW_TEXT(key, member, value, help) {#key, value, 0},
#define ROW_COUNT(key, member, value, help) {#key, NULL, value},
#define ROW_FLAG(key, member, value, help) {#key, NULL, GUEST_FLAG_##value},
#define ROW_FACTOR(key, member, value, help) {#key, NULL, 100 * (value)},
#define ROW_SIZE(key, member, amount, unit, help) {#key, NULL, amount},
#define ROW_DURATION(key, member, amount, unit, step, help) {#key, NULL, GUEST_IN_##step(amount, unit)},
#define ROW(name) GUEST_KEY_##name(ROW)

static const struct key keys[] = {GUEST_KEYS_OF_AGENT_BEFORE(ROW) ROW(RETRIES) GUEST_KEYS_OF_AGENT_BEHIND(ROW) GUEST_KEYS_OF_SYSTEM(ROW)};

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

/*
 * What a script has of its own: what the boot program has told it, and what a device file puts in
 * front of a client's command.
 */
static bool is_of_scripts(const char *name)
{
	return strncmp(name, "BOOT_S", 6) == 0 || strcmp(name, "BOOT_VERSION") == 0 || strcmp(name, "BOOT_REASON") == 0 ||
	       strcmp(name, "BOOT_BEHAVIOUR") == 0 || strcmp(name, "CURL_RUNS") == 0;
}

static void the_scripts_know_no_other_keys(void)
{
	unsigned count = 0;

	for (char *name = first_line("grep -hv '^[[:space:]]*#' " SCRIPTS " | grep -oE '[$]\\{?[A-Z][A-Z0-9_]+' | tr -d '${' | sort -u");
	     name != NULL; name = next_line(), count++) {
		if (find_key(name) == NULL && !is_of_scripts(name))
			printf("    %s: no key of guest/language/config.h\n", name);
		CU_ASSERT(find_key(name) != NULL || is_of_scripts(name));
	}
	CU_ASSERT(count > 15);
}

/*
 * ${KEY:-DEFAULT}. The scripts of third-party clients wait for an address for a minute by default:
 * a session configures it, and as a shell reads its script while it runs, a character more would
 * move all that follows.
 */
static void the_scripts_have_the_same_defaults(void)
{
	char number[24];
	unsigned count = 0;

	for (char *line = first_line("grep -hoE '[$]\\{[A-Z][A-Z0-9_]+:-[^}]*\\}' " SCRIPTS " | tr -d '${}' | sort -u"); line != NULL;
	     line = next_line()) {
		char *value = strstr(line, ":-");
		*value = '\0';
		value += 2;
		const struct key *key = find_key(line);
		if (key == NULL || strcmp(key->name, "DHCP_DEADLINE_MS") == 0)
			continue;
		(void)snprintf(number, sizeof number, "%" PRIu64, key->number);
		const char *standard = key->text != NULL ? key->text : number;
		if (strncmp(value, "exec ", 5) == 0)
			value += 5;
		TEST_SAME_TEXT(value, standard);
		count++;
	}
	CU_ASSERT(count >= 7);
}

/* -- defaults -- */

static void read_standard_device(struct device *ret_device)
{
	static const char text[] = "name: d\n";
	struct yaml_file file;
	struct error err;

	CU_ASSERT_FATAL(yaml_parse(&file, "d.yaml", text, strlen(text), &err));
	CU_ASSERT_FATAL(device_read(&file, file.root, ret_device, &err));
	yaml_close(&file);
}

/* An agent without a configuration and one whose device file says nothing are equally patient. */
static void an_agent_that_is_told_nothing_does_the_same(void)
{
	static struct policy alone, told;
	struct device device;
	char text[8192], wrong[256];

	read_standard_device(&device);
	CU_ASSERT_FATAL(device_guest_config(&device, 1, 0, text, sizeof text) < sizeof text);
	policy_init(&alone);
	policy_init(&told);
	memset(told.retries, 0x55, sizeof told.retries);
	told.dhcp_deadline_ms = told.ntp_timeout_ms = told.low_speed_bps = told.backoff_max_ms = told.progress_bytes = 77;
	CU_ASSERT_FATAL(policy_read(&told, text, wrong, sizeof wrong));
	/*
	 * What they say and to whom is another matter: a session names its own far end, and the
	 * device.
	 */
	memcpy(told.device_name, alone.device_name, sizeof told.device_name);
	memcpy(told.update_host, alone.update_host, sizeof told.update_host);
	memcpy(told.connect_host, alone.connect_host, sizeof told.connect_host);
	memcpy(told.connect_text, alone.connect_text, sizeof told.connect_text);
	memcpy(told.ntp_server, alone.ntp_server, sizeof told.ntp_server);
	memcpy(told.auth_host, alone.auth_host, sizeof told.auth_host);
	memcpy(told.core_host, alone.core_host, sizeof told.core_host);
	CU_ASSERT(memcmp(&alone, &told, sizeof alone) == 0);
	CU_ASSERT_EQUAL(alone.dhcp_deadline_ms, 120000);
	CU_ASSERT_EQUAL(alone.ntp_timeout_ms, 5000);
	CU_ASSERT_EQUAL(alone.low_speed_bps, 1000);
	CU_ASSERT_EQUAL(alone.backoff_max_ms, 60000);
	CU_ASSERT_EQUAL(alone.retries[PHASE_VERIFY], 5);
}

/* Every line of the configuration has its key. */
static void a_session_tells_no_other_keys(void)
{
	struct device device;
	char text[8192];
	unsigned count = 0;

	read_standard_device(&device);
	device.flash.fitted = true;
	CU_ASSERT_FATAL(device_guest_config(&device, 1, 0, text, sizeof text) < sizeof text);
	for (char *rest = text, *line; (line = strtok_r(rest, "\n", &rest)) != NULL; count++) {
		line[strcspn(line, "=")] = '\0';
		if (find_key(line) == NULL)
			printf("    %s: no key of guest/language/config.h\n", line);
		CU_ASSERT_PTR_NOT_NULL(find_key(line));
	}
	CU_ASSERT(count > 30);
}

const CU_TestInfo tests_guest_language[] = {
	{"what the agent says is read", what_the_agent_says_is_read},
	{"what the reference lists is read", what_the_reference_lists_is_read},
	{"what the scripts say is read", what_the_scripts_say_is_read},
	{"the scripts know no other keys", the_scripts_know_no_other_keys},
	{"the scripts have the same defaults", the_scripts_have_the_same_defaults},
	{"an agent that is told nothing does the same", an_agent_that_is_told_nothing_does_the_same},
	{"a session tells no other keys", a_session_tells_no_other_keys},
	CU_TEST_INFO_NULL,
};
