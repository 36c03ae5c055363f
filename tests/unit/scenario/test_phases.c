/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/phases.h"

#include <string.h>

#include "emulator/guest/agent/policy.h"
#include "tests/test.h"

static struct device device;

static bool read_text(const char *text, struct error *err)
{
	struct yaml_file file;

	CU_ASSERT_FATAL(yaml_parse(&file, "d.yaml", text, strlen(text), err));
	bool good = device_read(&file, file.root, &device, err);
	yaml_close(&file);
	return good;
}

/* What is wrong with a phase of the device in @text; "" if nothing is. */
static const char *wrong_with(const char *text, const char *phase)
{
	static struct error err;
	struct phases phases;

	memset(&err, 0, sizeof err);
	CU_ASSERT_FATAL(read_text(text, &err));
	phases_of(&device, &phases);
	return phases_check(&phases, phase, &err) ? "" : err.text;
}

static void every_phase_of_the_agent_is_known(void)
{
	for (int phase = 0; phase < PHASE_COUNT; phase++)
		TEST_SAME_TEXT(wrong_with("name: d\n", phase_name((enum phase)phase)), "");
	TEST_SAME_TEXT(wrong_with("name: d\n", "downlaod"), "unknown phase 'downlaod'; did you mean 'download'?; allowed: "
	                                                    "start, dhcp, dns, ntp, connect, auth, check, download, verify, "
	                                                    "activate, confirm, report, reboot, poll, client, config, boot");
}

static void the_scripts_of_other_clients_have_the_agents(void)
{
	TEST_SAME_TEXT(wrong_with("name: d\noverlay: clients\nclient: update-with-curl\n", "check"), "");
	TEST_CONTAINS(wrong_with("name: d\noverlay: clients\nclient: update-with-curl\n", "chek"), "did you mean 'check'?");
}

static void a_player_has_its_own(void)
{
	TEST_SAME_TEXT(wrong_with("name: d\noverlay: player\nclient: /usr/bin/player\n", "session"), "");
	TEST_CONTAINS(wrong_with("name: d\noverlay: player\nclient: /usr/bin/player\n", "download"),
	              "unknown phase 'download'; allowed: start, dhcp, session, client, boot");
}

/* Nobody says what its phases are, so a word may be one. */
static void another_client_may_have_any(void)
{
	TEST_SAME_TEXT(wrong_with("name: d\nclient: fetch\n", "unpack"), "");
}

static void a_device_file_may_list_them(void)
{
	static const char text[] = "name: d\nclient: fetch\nphases: fetch, unpack\n";

	TEST_SAME_TEXT(wrong_with(text, "unpack"), "");
	TEST_SAME_TEXT(wrong_with(text, "start"), "");
	TEST_SAME_TEXT(wrong_with(text, "fetsh"), "unknown phase 'fetsh'; did you mean 'fetch'?; "
	                                          "allowed: start, client, boot, fetch, unpack");
	/* An agent that was changed has those that it had before. */
	TEST_SAME_TEXT(wrong_with("name: d\nphases: unpack download\n", "unpack"), "");
	TEST_SAME_TEXT(wrong_with("name: d\nphases: unpack download\n", "verify"), "");
}

static void what_is_no_word_is_no_phase(void)
{
	static char text[600];
	struct error err = {0};

	CU_ASSERT_FALSE(read_text("name: d\nphases: fetch un/pack\n", &err));
	CU_ASSERT(err.line == 2 && err.column == 9);
	TEST_CONTAINS(err.text, "invalid phase 'un/pack'");
	CU_ASSERT_FALSE(read_text("name: d\nphases: aVeryLongNameOfAPhase\n", &err));
	TEST_CONTAINS(err.text, "1 to 15 letters");
	(void)snprintf(text, sizeof text, "name: d\nphases: ");
	for (int i = 0; i < 130; i++)
		strcat(text, "a ");
	CU_ASSERT_FALSE(read_text(text, &err) && device.phases[0] == '\0');
	text[16 + 2 * 127 + 1] = '\0';
	CU_ASSERT(read_text(text, &err));
	struct phases phases;
	phases_of(&device, &phases);
	CU_ASSERT(phases.count > 2 && phases.count < 30);
}

const CU_TestInfo tests_phases[] = {
	{"every phase of the agent is known", every_phase_of_the_agent_is_known},
	{"the scripts of other clients have the agent's", the_scripts_of_other_clients_have_the_agents},
	{"a player has its own", a_player_has_its_own},
	{"another client may have any", another_client_may_have_any},
	{"a device file may list them", a_device_file_may_list_them},
	{"what is no word is no phase", what_is_no_word_is_no_phase},
	CU_TEST_INFO_NULL,
};
