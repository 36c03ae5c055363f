/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each judge is asked of a world with a real flash, real systems in it and a service, but without a device: what a device would do to the flash is done to it
 * here, and what it would report is said here.
 */
#include "session/oracle.h"

#include <stdio.h>
#include <string.h>

#include "guest/boot/record.h"
#include "guest/boot/slot.h"
#include "tests/puppet/puppet.h"
#include "session/systems.h"
#include "tests/test.h"

#define SLOT_B (board_flash_memory(&puppet.world.board) + boot_slot_offset(1))

static struct puppet puppet;
static struct oracle_notes notes;
static struct verdict verdict;
static struct judges limits;

static void hear(const char *text)
{
	const struct report report = report_read(text);

	oracle_hear(&notes, &puppet.world, &report);
}

/* A world with a device of the staged flow that has booted its first system; no judge is on. */
static void begin(void)
{
	puppet_open(&puppet,
	            "name: o\ndevice: \"21.10\"\nserver: {os_size: 8KiB, app_size: 4KiB, version: \"22.02\"}\nexpect: {storm: 3}\n");
	memset(&notes, 0, sizeof notes);
	memset(&limits, 0, sizeof limits);
	memset(&verdict, 0, sizeof verdict);
	verdict.kind = VERDICT_PASS;
	(void)snprintf(verdict.reason, sizeof verdict.reason, "as it was");
	hear("boot slot A version 21.10 state confirmed: slot A: confirmed");
}

static void end(void)
{
	puppet_close(&puppet);
}

/* Asks; "" if all judges are content. */
static const char *asked(void)
{
	static char text[VERDICT_TEXT_MAX + 32];
	struct verdict copy = verdict;

	oracle_judge(&limits, &puppet.world, &notes, &copy);
	CU_ASSERT(copy.judge[0] == '\0' || copy.kind == VERDICT_FAIL);
	(void)snprintf(text, sizeof text, "%s%s%s", copy.judge, copy.judge[0] != '\0' ? "; " : "",
	               copy.judge[0] != '\0' ? copy.reason : "");
	return text;
}

/* The update as a device does it: the three stages, and the record that says so. */
static void apply_update(void)
{
	const struct boot_flash flash = systems_flash(&puppet.world);
	const struct release *release = &service_releases(&puppet.world.service)[SERVICE_RETAIL];
	struct boot_record record;
	bool found;
	unsigned byte;

	memcpy(SLOT_B, release->images[RELEASE_OS].data.data, release->images[RELEASE_OS].data.length);
	CU_ASSERT_FATAL(record_read(&flash, &record, &found) && found);
	record_activate(&record, 1, 3);
	record_confirm(&record);
	for (size_t i = 0; i < RECORD_DIGEST; i++) {
		CU_ASSERT_FATAL(sscanf(release->images[RELEASE_PREREQUISITE].sha256 + 2 * i, "%2x", &byte) == 1);
		record.trust[i] = (uint8_t)byte;
		CU_ASSERT_FATAL(sscanf(release->images[RELEASE_DEPLOYMENT].sha256 + 2 * i, "%2x", &byte) == 1);
		record.application[i] = (uint8_t)byte;
	}
	CU_ASSERT_FATAL(record_append(&flash, &record));
}

static void what_passes_has_applied_the_update(void)
{
	struct boot_record record;
	bool found;

	begin();
	limits.applied = true;
	TEST_CONTAINS(asked(),
	              "applied; judge applied: version 22.02 was to be installed, and in the flash the slot to boot holds another version");
	apply_update();
	TEST_SAME_TEXT(asked(), "");
	const struct boot_flash flash = systems_flash(&puppet.world);
	CU_ASSERT_FATAL(record_read(&flash, &record, &found) && found);
	record.application[0] ^= 1;
	CU_ASSERT_FATAL(record_append(&flash, &record));
	TEST_CONTAINS(asked(), "the application is not the one on offer");
	verdict.kind = VERDICT_FAIL;
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void nothing_runs_that_was_not_signed(void)
{
	begin();
	limits.verified = true;
	apply_update();
	hear("boot slot B version 22.02 state trial: slot B: a trial");
	TEST_SAME_TEXT(asked(), "");
	SLOT_B[SLOT_HEADER + 5] ^= 1;
	hear("boot slot B version 22.02 state trial: slot B: a trial");
	TEST_CONTAINS(asked(), "verified; judge verified: at 0.000000 s the device runs slot B, in which its hash is wrong");
	limits.verified = false;
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void a_slot_that_is_none_is_not_verified(void)
{
	begin();
	limits.verified = true;
	hear("boot slot C version 1 state confirmed: so it says");
	TEST_CONTAINS(asked(), "slot C, of which there is none");
	end();
}

static void after_every_reset_a_system_comes_up(void)
{
	begin();
	limits.bootable = true;
	TEST_SAME_TEXT(asked(), "");
	oracle_reset(&notes);
	TEST_CONTAINS(asked(), "no system came up after the last of 1 resets");
	oracle_reset(&notes);
	TEST_CONTAINS(asked(), "no system came up after the last of 2 resets");
	hear("boot slot A version 21.10 state confirmed: slot A: confirmed");
	TEST_SAME_TEXT(asked(), "");
	memset(board_flash_memory(&puppet.world.board) + boot_slot_offset(0), 0, 512);
	TEST_CONTAINS(asked(), "at the end a boot would find");
	hear("boot slot - version - state recovery: nothing verifies");
	TEST_CONTAINS(asked(), "no system could be booted");
	end();
}

static void tell(const char *version, const char *slot, const char *status)
{
	struct service_status told = {.at_ns = 1};

	(void)snprintf(told.version, sizeof told.version, "%s", version);
	(void)snprintf(told.slot, sizeof told.slot, "%s", slot);
	(void)snprintf(told.status, sizeof told.status, "%s", status);
	truth_status(&puppet.world.service.truth, &told);
}

static void what_the_service_was_told_is_so(void)
{
	begin();
	limits.truth = true;
	TEST_SAME_TEXT(asked(), "");
	tell("21.10", "A", "installed");
	TEST_SAME_TEXT(asked(), "");
	tell("22.02", "B", "confirmed");
	TEST_CONTAINS(asked(), "the device said that version '22.02' runs in slot B; what it booted is version '21.10' in slot A");
	tell("21.10", "A", "complete");
	TEST_CONTAINS(asked(), "truth; judge truth: version 22.02 was to be installed");
	end();
}

static void what_fails_has_told_the_service(void)
{
	begin();
	limits.told = true;
	TEST_SAME_TEXT(asked(), "");
	verdict.kind = VERDICT_FAIL;
	TEST_CONTAINS(asked(), "told; judge told: the service was never told of a failure; 0 reports came; besides: as it was");
	tell("21.10", "A", "failed");
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void after_a_failure_the_device_polls_again(void)
{
	begin();
	limits.poll = true;
	verdict.kind = VERDICT_FAIL;
	TEST_SAME_TEXT(asked(), "");
	hear("phase check failed: HTTP status 500");
	TEST_CONTAINS(asked(), "never went back to its poll loop");
	hear("phase poll begin");
	TEST_SAME_TEXT(asked(), "");
	hear("phase check failed: HTTP status 500");
	TEST_CONTAINS(asked(), "poll; ");
	end();
}

static void the_end_comes_soon_after_the_last_fault(void)
{
	const struct decision decision = {.time = 2 * SIM_S, .action = action_find("drop")};

	begin();
	limits.heal_ns = 10 * SIM_S;
	puppet_run(&puppet, 100 * SIM_S);
	TEST_SAME_TEXT(asked(), "");
	decisions_add(&puppet.world.passing.decisions, &decision);
	TEST_CONTAINS(asked(), "heal; judge heal: the last fault acted at 2.000000 s, and the end came 98.000 s later");
	limits.heal_ns = 98 * SIM_S;
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void images_are_served_a_few_times_only(void)
{
	begin();
	struct service_image *image = truth_image(&puppet.world.service.truth, "os", 1000);
	CU_ASSERT_FATAL(image != NULL);
	limits.traffic = 2;
	/* What TCP was given and never sent costs the device nothing. */
	image->bytes = 9999;
	image->delivered = 2000;
	TEST_SAME_TEXT(asked(), "");
	image->delivered = 2001;
	TEST_CONTAINS(asked(), "traffic; judge traffic: 2001 image bytes reached the device for images of 1000 bytes");
	end();
}

/* In a session that was recorded, others are in the services' place. */
static void services_that_are_not_there_are_not_asked(void)
{
	(void)test_write("session.yaml",
	                 "session: 1\nsteps:\n  - tcp: {address: 203.0.113.77, port: 80, turns: [{from: device, text: a}]}\n");
	puppet_open(&puppet, "name: o\nsession: session.yaml\n");
	limits = (struct judges){.told = true, .whole = true, .traffic = 1};
	verdict.kind = VERDICT_FAIL;
	TEST_SAME_TEXT(asked(), "");
	verdict.kind = VERDICT_PASS;
	TEST_SAME_TEXT(asked(), "");
	end();
}

/* What cannot be made good ends the session; what may come right by its end does not. */
static void some_judges_are_lost_for_good(void)
{
	char why[VERDICT_TEXT_MAX];

	begin();
	limits.storm = 3;
	limits.bootable = limits.applied = limits.truth = true;
	limits.leak = 1;
	CU_ASSERT_PTR_NULL(oracle_lost(&limits, &puppet.world, &notes, why));
	oracle_reset(&notes);
	CU_ASSERT_PTR_NULL(oracle_lost(&limits, &puppet.world, &notes, why));
	puppet.world.witness.storm = true;
	CU_ASSERT_PTR_NOT_NULL(oracle_lost(&limits, &puppet.world, &notes, why));
	limits.storm = 0;
	CU_ASSERT_PTR_NULL(oracle_lost(&limits, &puppet.world, &notes, why));
	notes.step.files = 1;
	CU_ASSERT_PTR_NOT_NULL(oracle_lost(&limits, &puppet.world, &notes, why));
	end();
}

static void a_storm_is_seen(void)
{
	begin();
	limits.storm = 3;
	TEST_SAME_TEXT(asked(), "");
	puppet.world.witness.storm = true;
	puppet.world.witness.storm_at = 5 * SIM_S;
	TEST_CONTAINS(asked(), "storm; judge storm: at 5.000000 s the device had begun 4 connections within 10 s");
	end();
}

static void use(unsigned files, unsigned heap)
{
	char report[64];

	(void)snprintf(report, sizeof report, "usage files %u heap %u", files, heap);
	hear(report);
}

static void leaks_show_from_retry_to_retry(void)
{
	begin();
	limits.leak = 1000;
	use(5, 10000);
	use(5, 10333);
	use(5, 10666);
	use(5, 10999);
	TEST_SAME_TEXT(asked(), "");
	use(5, 11333);
	use(5, 11667);
	TEST_SAME_TEXT(asked(), "");
	use(5, 12001);
	TEST_CONTAINS(asked(), "leak; judge leak: each of 3 failed attempts in a row took at least 334 bytes of memory for good");
	use(6, 12001);
	use(7, 12001);
	use(9, 12001);
	TEST_CONTAINS(asked(), "each of 3 failed attempts in a row left 1 more files open");
	end();
}

/* TLS, say, when a name is resolved at last, or another phase. */
static void what_is_needed_once_is_no_leak(void)
{
	begin();
	limits.leak = 1000;
	use(5, 10000);
	use(9, 90000);
	use(9, 90001);
	use(9, 90002);
	use(8, 90000);
	TEST_SAME_TEXT(asked(), "");
	use(5, 10000);
	use(6, 20000);
	use(7, 30000);
	hear("phase report begin");
	use(8, 40000);
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void judges_are_off_unless_they_are_wanted(void)
{
	begin();
	verdict.kind = VERDICT_FAIL;
	hear("phase check failed: HTTP status 500");
	hear("boot slot - version - state recovery: nothing verifies");
	oracle_reset(&notes);
	puppet.world.witness.storm = true;
	TEST_SAME_TEXT(asked(), "");
	verdict.kind = VERDICT_INCONCLUSIVE;
	limits = (struct judges){true, true, true, 1, 1, "", true, 1, 1, true, true, true, 1};
	TEST_SAME_TEXT(asked(), "");
	end();
}

/* Every key under `expect:` that calls itself a judge is one, save `hang`, which the session asks itself. */
static void every_key_has_its_judge(void)
{
	size_t keys = 0, judges = 0;

	for (const struct param *row = expect_params; row->key != NULL; row++) {
		bool found = strcmp(row->key, "hang") == 0;
		if (strncmp(row->summary, "judge: ", 7) != 0)
			continue;
		keys++;
		for (const struct oracle *oracle = oracles; oracle->name != NULL; oracle++)
			found = found || strcmp(oracle->name, row->key) == 0;
		CU_ASSERT(found);
	}
	for (const struct oracle *oracle = oracles; oracle->name != NULL; oracle++)
		judges++;
	CU_ASSERT_EQUAL(keys, judges + 1);
}

const CU_TestInfo tests_oracle[] = {
	{"what passes has applied the update", what_passes_has_applied_the_update},
	{"nothing runs that was not signed", nothing_runs_that_was_not_signed},
	{"a slot that is none is not verified", a_slot_that_is_none_is_not_verified},
	{"after every reset a system comes up", after_every_reset_a_system_comes_up},
	{"what the service was told is so", what_the_service_was_told_is_so},
	{"what fails has told the service", what_fails_has_told_the_service},
	{"after a failure the device polls again", after_a_failure_the_device_polls_again},
	{"the end comes soon after the last fault", the_end_comes_soon_after_the_last_fault},
	{"services that are not there are not asked", services_that_are_not_there_are_not_asked},
	{"some judges are lost for good", some_judges_are_lost_for_good},
	{"images are served a few times only", images_are_served_a_few_times_only},
	{"a storm is seen", a_storm_is_seen},
	{"leaks show from retry to retry", leaks_show_from_retry_to_retry},
	{"what is needed once is no leak", what_is_needed_once_is_no_leak},
	{"judges are off unless they are wanted", judges_are_off_unless_they_are_wanted},
	{"every key has its judge", every_key_has_its_judge},
	CU_TEST_INFO_NULL,
};
