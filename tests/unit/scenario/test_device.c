/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/device.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/machines/machine.h"
#include "emulator/nic/nic.h"
#include "tests/test.h"

static struct device device;

static bool read_text(const char *path, const char *text, struct error *err)
{
	struct yaml_file file;

	CU_ASSERT_FATAL(yaml_parse(&file, path, text, strlen(text), err));
	bool good = device_read(&file, file.root, &device, err);
	yaml_close(&file);
	return good;
}

static void a_device_needs_a_name_only(void)
{
	static const uint8_t mac[6] = {0x02, 0x00, 0x5e, 0x00, 0x53, 0x01};
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\n", &err));
	CU_ASSERT_STRING_EQUAL(device.name, "d");
	CU_ASSERT_STRING_EQUAL(device.client, "/usr/bin/agent");
	CU_ASSERT(device.kernel[0] == '\0' && device.overlay[0] == '\0');
	CU_ASSERT(device.memory == 128U << 20 && device.spi_clock_hz == 20000000 && memcmp(device.mac, mac, 6) == 0);
	CU_ASSERT(device.agent.retries == 5 && device.agent.resume && device.dhcp.tries == 3);
	CU_ASSERT_FALSE(read_text("d.yaml", "summary: d\n", &err));
	TEST_CONTAINS(err.text, "a device needs 'name'");
}

static void an_unread_device_is_left_alone(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("d.yaml", "name: kept\n", &err));
	CU_ASSERT_FALSE(read_text("d.yaml", "name: other\nagent: {retries: many}\n", &err));
	CU_ASSERT(err.line == 2 && err.column == 18);
	CU_ASSERT_STRING_EQUAL(device.name, "kept");
}

static void paths_are_relative_to_the_file(void)
{
	static char path[ERROR_FILE_MAX], text[700];
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("/a/b/d.yaml", "name: d\nkernel: k/zImage\ninitramfs: /i.cpio\noverlay: ../o.cpio\n", &err));
	CU_ASSERT_STRING_EQUAL(device.kernel, "/a/b/k/zImage");
	CU_ASSERT_STRING_EQUAL(device.initramfs, "/i.cpio");
	CU_ASSERT_STRING_EQUAL(device.overlay, "/a/b/../o.cpio");
	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\nkernel: k\n", &err));
	CU_ASSERT_STRING_EQUAL(device.kernel, "k");
	/* Joined, it is longer than a path may be. */
	memset(path, 'f', sizeof path - 2);
	path[0] = '/';
	path[200] = '/';
	(void)snprintf(text, sizeof text, "name: d\nkernel: ");
	memset(text + strlen(text), 'k', 400);
	CU_ASSERT_FALSE(read_text(path, text, &err));
	TEST_CONTAINS(err.text, "is too long");
	CU_ASSERT(err.line == 1);
}

static char *config_of(uint64_t seed)
{
	size_t length = device_guest_config(&device, seed, 0, NULL, 0);
	char *text = malloc(length + 1);

	CU_ASSERT_FATAL(text != NULL);
	CU_ASSERT_EQUAL(device_guest_config(&device, seed, 0, text, length + 1), length);
	CU_ASSERT_EQUAL(strlen(text), length);
	return text;
}

static void the_guest_is_told_its_policy_in_its_units(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(read_text(
		"d.yaml",
		"name: box\nclient: /bin/client -v\n"
		"agent: {connect_timeout: 1.5s, request_timeout: 2min, low_speed: 1kB, low_speed_time: 9s, retries: 4, backoff: 250ms,\n"
		"  backoff_max: 1h, backoff_factor: 3, resume: false, ntp_timeout: 2s, dhcp_deadline: 90s,\n"
		"  dns_timeout: 7s, dns_attempts: 3}\n"
		"dhcp: {tries: 4, timeout: 2s, wait: 1min}\n",
		&err));
	char *text = config_of(1);
	TEST_CONTAINS(
		text,
		"\nCLIENT='/bin/client -v'\nDEVICE_NAME='box'\nCLOCK='rtc'\nAUTH_HOST='auth.stutter.test'\nCORE_HOST='core.stutter.test'\nDUPLEX=''\nUPDATE_HOST='update.stutter.test'\n");
	TEST_CONTAINS(text, "\nDHCP_TRIES='4'\nDHCP_TIMEOUT_S='2'\nDHCP_WAIT_S='60'\nRESOLV_OPTIONS='timeout:7 attempts:3'\n");
	TEST_CONTAINS(text,
	              "\nCONNECT_TIMEOUT_MS='1500'\nREQUEST_TIMEOUT_MS='120000'\nLOW_SPEED_BPS='1000'\nLOW_SPEED_S='9'\nRETRIES='4'\n");
	TEST_CONTAINS(text, "\nBACKOFF_MS='250'\nBACKOFF_MAX_MS='3600000'\nBACKOFF_FACTOR='300'\nRESUME='0'\n");
	TEST_CONTAINS(text, "\nNTP_TIMEOUT_MS='2000'\nDHCP_DEADLINE_MS='90000'\n");
	CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');
	free(text);
}

static void a_device_of_the_staged_flow_is_told_of_more(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("d.yaml",
	                          "name: box\nclock: none\n"
	                          "agent: {flow: staged, feed: retail-eval, group: blue, failover: 3, ntp_required: false, polls: 2,\n"
	                          "  poll_interval: 20h, leak: 4KiB}\n"
	                          "flash: {chip: w25q64}\n",
	                          &err));
	char *text = config_of(1);
	TEST_CONTAINS(text, "\nDEVICE_NAME='board-0001'\nCLOCK='none'\n");
	TEST_CONTAINS(text, "\nFLASH='1'\n");
	TEST_CONTAINS(text, "\nFLOW='staged'\nFEED='retail-eval'\nGROUP='blue'\nFAILOVER='3'\nNTP_REQUIRED='0'\nPOLLS='2'\n"
	                    "POLL_MS='72000000'\nLEAK_BYTES='4096'\n");
	free(text);
	CU_ASSERT_FALSE(read_text("d.yaml", "name: box\nagent: {flow: staged}\n", &err));
	TEST_CONTAINS(err.text, "the staged flow needs a flash");
}

static void the_guests_entropy_comes_from_the_seed(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\n", &err));
	char *one = config_of(1), *again = config_of(1), *two = config_of(2);
	CU_ASSERT(strncmp(one, "GUEST_SEED='", 12) == 0 && strspn(one + 12, "0123456789abcdef") == 64 && one[76] == '\'');
	TEST_SAME_TEXT(again, one);
	CU_ASSERT(strcmp(one, two) != 0 && strcmp(one + 77, two + 77) == 0);
	free(one);
	free(again);
	free(two);
}

/* What a shell makes of the configuration is what the device says. */
static void a_shell_reads_back_what_was_quoted(void)
{
	static const char *const clients[] = {"plain",       "it's",       "'",
	                                      "''''",        "a\\b",       "$HOME `id` $(id)",
	                                      "a;b&c|d>e<f", "\"double\"", " blanks  in ",
	                                      "*?[x]~!#%",   "tab\there",  "Gr\303\274\303\237e"};
	struct error err = {0};
	char output[2048], expected[600];

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\n", &err));
	for (unsigned i = 0; i < sizeof clients / sizeof clients[0]; i++) {
		(void)snprintf(device.client, sizeof device.client, "%s", clients[i]);
		char *text = config_of(1);
		const char *path = test_write("config", text);
		CU_ASSERT_EQUAL(test_shell(output, sizeof output, ". %s; printf '[%%s]' \"$CLIENT\"", path), 0);
		(void)snprintf(expected, sizeof expected, "[%s]", clients[i]);
		TEST_SAME_TEXT(output, expected);
		free(text);
	}
}

static void the_longest_client_is_quoted_whole(void)
{
	struct error err = {0};
	char output[2048];

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\n", &err));
	memset(device.client, '\'', sizeof device.client - 1);
	char *text = config_of(1);
	const char *path = test_write("config", text);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, ". %s; printf '%%s' \"$CLIENT\"", path), 0);
	CU_ASSERT_EQUAL(strlen(output), sizeof device.client - 1);
	CU_ASSERT_EQUAL(strspn(output, "'"), sizeof device.client - 1);
	free(text);
}

static void a_short_buffer_gets_the_beginning_and_the_length(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\n", &err));
	char *whole = config_of(1);
	for (size_t room = 1; room < strlen(whole) + 3; room++) {
		char *text = malloc(room);
		CU_ASSERT_FATAL(text != NULL);
		CU_ASSERT_FATAL(device_guest_config(&device, 1, 0, text, room) == strlen(whole));
		CU_ASSERT_FATAL(strlen(text) < room && strncmp(text, whole, strlen(text)) == 0);
		free(text);
	}
	free(whole);
}

/* A time shorter than the guest's unit must not become its "never". */
static void a_policy_that_the_guest_cannot_be_told_is_refused(void)
{
	static const struct {
		const char *text, *why;
		int column;
	} bad[] = {
		{"name: d\nagent: {low_speed_time: 500ms}\n", "low_speed_time: '500ms' is not a whole number of seconds", 25},
		{"name: d\nagent: {request_timeout: 500us}\n", "request_timeout: '500us' is not a whole number of milliseconds", 26},
		{"name: d\nagent: {dns_timeout: 1500ms}\n", "dns_timeout: '1500ms' is not a whole number of seconds", 22},
		{"name: d\ndhcp: {timeout: 2500ms}\n", "timeout: '2500ms' is not a whole number of seconds", 17},
	};

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct error err = {0};
		CU_ASSERT_FALSE(read_text("d.yaml", bad[i].text, &err));
		TEST_CONTAINS(err.text, bad[i].why);
		CU_ASSERT(err.line == 2 && err.column == bad[i].column);
	}
}

static void a_nic_goes_by_its_name(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\n", &err));
	CU_ASSERT_PTR_EQUAL(device.nic, nic_find("enc28j60"));
	CU_ASSERT(read_text("d.yaml", "name: d\nnic: enc28j60\n", &err));
	CU_ASSERT_FALSE(read_text("d.yaml", "name: d\nnic: enc28j61\n", &err));
	TEST_CONTAINS(err.text, "nic: unknown Ethernet controller 'enc28j61'; did you mean 'enc28j60'?");
	CU_ASSERT(err.line == 2 && err.column == 6);
	CU_ASSERT_FALSE(read_text("d.yaml", "name: d\nnic: rtl8139\n", &err));
	TEST_SAME_TEXT(err.text, "nic: unknown Ethernet controller 'rtl8139'");
}

static void a_revision_is_one_of_its_nic(void)
{
	struct nic_model model = *nic_find("enc28j60");
	struct error err = {0};
	unsigned revision;

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\nchip_revision: B5\n", &err));
	CU_ASSERT(device_revision(&device, &revision) && revision == 2);
	device.nic = &model;
	model.revisions = (const char *const[]){"A0", "B5", NULL};
	CU_ASSERT(device_revision(&device, &revision) && revision == 1);
	model.revisions = (const char *const[]){"A0", "B7", NULL};
	CU_ASSERT_FALSE(device_revision(&device, &revision));
	model.revisions = NULL;
	CU_ASSERT(device_revision(&device, &revision) && revision == 0);
	CU_ASSERT_FALSE(read_text("d.yaml", "name: d\nchip_revision: B6\n", &err));
	TEST_CONTAINS(err.text, "'B6' is not one of B1, B4, B5, B7");
}

static const char *errata_of(const char *value)
{
	static char text[PARAM_VALUE_MAX];
	const struct param *row = device_params;
	struct error err = {0};
	char yaml[64];

	(void)snprintf(yaml, sizeof yaml, "name: d\nerrata: %s\n", value);
	if (!read_text("d.yaml", yaml, &err))
		return strcpy(text, err.text);
	while (strcmp(row->key, "errata") != 0)
		row++;
	return param_get(row, &device, text);
}

static void errata_are_those_of_silicon_the_worst_none_or_some(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(read_text("d.yaml", "name: d\n", &err));
	CU_ASSERT_EQUAL(device.errata, NIC_ERRATA_SILICON);
	CU_ASSERT(device.bit_fields_reach_mac);
	TEST_SAME_TEXT(errata_of("silicon"), "silicon");
	TEST_SAME_TEXT(errata_of("worst"), "worst");
	CU_ASSERT_EQUAL(device.errata, NIC_ERRATA_WORST);
	TEST_SAME_TEXT(errata_of("none"), "none");
	CU_ASSERT_EQUAL(device.errata, 0);
	TEST_SAME_TEXT(errata_of("14, 5 6"), "5 6 14");
	CU_ASSERT_EQUAL(device.errata, 1U << 5 | 1U << 6 | 1U << 14);
	TEST_SAME_TEXT(errata_of("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
	TEST_CONTAINS(errata_of("20"), "invalid errata '20': expected silicon, worst, none, or a list of items from 1 to 19");
	TEST_CONTAINS(errata_of("worse"), "invalid errata 'worse'");
	TEST_CONTAINS(errata_of("5 worst"), "invalid errata '5 worst'");
}

static void a_machine_is_one_of_the_catalogue(void)
{
	struct device one;
	struct error err = {0};

	for (unsigned i = 0; machines[i] != NULL; i++) {
		CU_ASSERT_STRING_EQUAL(machines[i]->name, machine_names[i]);
		CU_ASSERT(machines[i]->program != NULL && machines[i]->words != NULL && machines[i]->console != NULL);
		CU_ASSERT(param_set(param_find(device_params, "machine"), &one, machine_names[i], &err));
		CU_ASSERT_EQUAL(one.machine, i);
	}
	CU_ASSERT_FALSE(param_set(param_find(device_params, "machine"), &one, "arm-vert", &err));
	TEST_CONTAINS(err.text, "arm-virt");
}

const CU_TestInfo tests_device[] = {
	{"a device needs a name only", a_device_needs_a_name_only},
	{"an unread device is left alone", an_unread_device_is_left_alone},
	{"paths are relative to the file", paths_are_relative_to_the_file},
	{"the guest is told its policy in its units", the_guest_is_told_its_policy_in_its_units},
	{"a device of the staged flow is told of more", a_device_of_the_staged_flow_is_told_of_more},
	{"the guest's entropy comes from the seed", the_guests_entropy_comes_from_the_seed},
	{"a shell reads back what was quoted", a_shell_reads_back_what_was_quoted},
	{"the longest client is quoted whole", the_longest_client_is_quoted_whole},
	{"a short buffer gets the beginning and the length", a_short_buffer_gets_the_beginning_and_the_length},
	{"a policy that the guest cannot be told is refused", a_policy_that_the_guest_cannot_be_told_is_refused},
	{"a machine is one of the catalogue", a_machine_is_one_of_the_catalogue},
	{"a NIC goes by its name", a_nic_goes_by_its_name},
	{"a revision is one of its NIC", a_revision_is_one_of_its_nic},
	{"errata are those of silicon, the worst, none or some", errata_are_those_of_silicon_the_worst_none_or_some},
	CU_TEST_INFO_NULL,
};
