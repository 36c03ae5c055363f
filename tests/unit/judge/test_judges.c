/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each judge in a world with a real flash, real systems in it and a service, but without a device:
 * the tests change the flash and send the reports as a device would.
 */
#include "harness/judge/judges.h"

#include <stdio.h>
#include <string.h>

#include "emulator/guest/boot/record.h"
#include "emulator/guest/boot/slot.h"
#include "harness/scenario/plan.h"
#include "harness/server/service_log.h"
#include "harness/session/firmware.h"
#include "tests/world/fixture.h"
#include "tests/test.h"

#define SLOT_B (board_flash_memory(&f.world.board) + boot_slot_offset(1))

static struct world_fixture f;
static struct judge_settings settings;
static struct judges judges;
static bool passed;

static struct evidence evidence(void)
{
	return world_evidence(&f.world, passed);
}

static void hear(const char *text)
{
	const struct report report = report_read(text);
	const struct evidence known = evidence();

	judges_hear(&judges, &report, &known);
}

/* No judge but the one called @key is on, as if the session began; NULL: none is. */
static void open_judges(const char *key, const char *value)
{
	judges_close(&judges);
	memset(&settings, 0, sizeof settings);
	if (key != NULL)
		judge_settings_set(&settings, key, value);
	judges_open(&judges, &settings);
}

/* A world with a device of the staged flow that has booted its first system, and one judge. */
static void begin(const char *key, const char *value)
{
	world_fixture_open(&f, "name: o\ndevice: \"21.10\"\nserver: {os_size: 8KiB, app_size: 4KiB, version: \"22.02\"}\n");
	passed = true;
	open_judges(key, value);
	hear("boot slot A version 21.10 state confirmed: slot A: confirmed");
}

static void end(void)
{
	judges_close(&judges);
	world_fixture_close(&f);
}

/* Asks all judges. @return "" if they are satisfied. */
static const char *asked(void)
{
	static char text[EVIDENCE_TEXT_MAX + JUDGE_NAME_MAX + 2];
	const struct evidence known = evidence();
	struct complaint complaint;
	const struct judge *judge = judges_ask_all(&judges, &known, &complaint);

	(void)snprintf(text, sizeof text, "%s%s%s", judge != NULL ? judge->name : "", judge != NULL ? ": " : "",
	               judge != NULL ? complaint.why : "");
	return text;
}

/* The update as a device does it: the three stages, and the record that says so. */
static void apply_update(void)
{
	const struct boot_flash flash = firmware_flash(&f.world);
	const struct release *release = &service_releases(&f.world.far_end.service)[SERVICE_RETAIL];
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

	begin("applied", "true");
	TEST_CONTAINS(asked(), "applied: version 22.02 was to be installed, and in the flash the slot to boot holds another version");
	apply_update();
	TEST_SAME_TEXT(asked(), "");
	const struct boot_flash flash = firmware_flash(&f.world);
	CU_ASSERT_FATAL(record_read(&flash, &record, &found) && found);
	record.application[0] ^= 1;
	CU_ASSERT_FATAL(record_append(&flash, &record));
	TEST_CONTAINS(asked(), "the application is not the one on offer");
	passed = false;
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void nothing_runs_that_was_not_signed(void)
{
	begin("verified", "true");
	apply_update();
	hear("boot slot B version 22.02 state trial: slot B: a trial");
	TEST_SAME_TEXT(asked(), "");
	SLOT_B[SLOT_HEADER + 5] ^= 1;
	hear("boot slot B version 22.02 state trial: slot B: a trial");
	TEST_SAME_TEXT(asked(), "verified: at 0.000000 s the device runs slot B, in which its hash is wrong");
	/* What was run once was run, whatever comes after it. */
	hear("boot slot A version 21.10 state confirmed: slot A: confirmed");
	TEST_CONTAINS(asked(), "the device runs slot B");
	end();
}

static void a_slot_that_is_none_is_not_verified(void)
{
	begin("verified", "true");
	hear("boot slot C version 1 state confirmed: so it says");
	TEST_CONTAINS(asked(), "slot C, of which there is none");
	end();
}

static void after_every_reset_a_system_comes_up(void)
{
	begin("bootable", "true");
	TEST_SAME_TEXT(asked(), "");
	judges_reset(&judges);
	TEST_CONTAINS(asked(), "no system came up after the last of 1 resets");
	judges_reset(&judges);
	TEST_CONTAINS(asked(), "no system came up after the last of 2 resets");
	hear("boot slot A version 21.10 state confirmed: slot A: confirmed");
	TEST_SAME_TEXT(asked(), "");
	memset(board_flash_memory(&f.world.board) + boot_slot_offset(0), 0, 512);
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
	service_log_status(&f.world.far_end.service.log, &told);
}

static void what_the_service_was_told_is_so(void)
{
	begin("truth", "true");
	TEST_SAME_TEXT(asked(), "");
	tell("21.10", "A", "installed");
	TEST_SAME_TEXT(asked(), "");
	tell("22.02", "B", "confirmed");
	TEST_CONTAINS(asked(), "the device said that version '22.02' runs in slot B; what it booted is version '21.10' in slot A");
	tell("21.10", "A", "complete");
	TEST_CONTAINS(asked(), "truth: version 22.02 was to be installed");
	end();
}

static void what_fails_has_told_the_service(void)
{
	begin("told", "true");
	TEST_SAME_TEXT(asked(), "");
	passed = false;
	TEST_SAME_TEXT(asked(), "told: the service was never told of a failure; 0 reports came");
	tell("21.10", "A", "failed");
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void after_a_failure_the_device_polls_again(void)
{
	begin("poll", "true");
	passed = false;
	TEST_SAME_TEXT(asked(), "");
	hear("phase check failed: HTTP status 500");
	TEST_CONTAINS(asked(), "never went back to its poll loop");
	hear("phase poll begin");
	TEST_SAME_TEXT(asked(), "");
	hear("phase check failed: HTTP status 500");
	TEST_CONTAINS(asked(), "poll: ");
	end();
}

static void the_end_comes_soon_after_the_last_fault(void)
{
	const struct decision decision = {.time = 2 * SIM_S, .action = action_find("drop")};

	begin("heal", "10s");
	world_fixture_run(&f, 100 * SIM_S);
	TEST_SAME_TEXT(asked(), "");
	decisions_add(&f.world.passing.decisions, &decision);
	TEST_SAME_TEXT(asked(), "heal: the last fault acted at 2.000000 s, and the end came 98.000 s later");
	judge_settings_set(&settings, "heal", "98s");
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void images_are_served_a_few_times_only(void)
{
	begin("traffic", "2");
	struct service_image *image = service_log_image(&f.world.far_end.service.log, "os", 1000);
	CU_ASSERT_FATAL(image != NULL);
	/* What TCP was given and never sent costs the device nothing. */
	image->bytes = 9999;
	image->delivered = 2000;
	TEST_SAME_TEXT(asked(), "");
	image->delivered = 2001;
	TEST_SAME_TEXT(asked(), "traffic: 2001 image bytes reached the device for images of 1000 bytes");
	end();
}

/* In a session that was recorded, others are in the services' place. */
static void services_that_are_not_there_are_not_asked(void)
{
	(void)test_write("session.yaml",
	                 "session: 1\nsteps:\n  - tcp: {address: 203.0.113.77, port: 80, turns: [{from: device, text: a}]}\n");
	world_fixture_open(&f, "name: o\nsession: session.yaml\n");
	for (int i = 0; i < 2; i++) {
		open_judges("told", "true");
		judge_settings_set(&settings, "whole", "true");
		judge_settings_set(&settings, "traffic", "1");
		judges_open(&judges, &settings);
		CU_ASSERT_EQUAL(judges.count, 3);
		passed = i == 1;
		TEST_SAME_TEXT(asked(), "");
		judges_close(&judges);
	}
	end();
}

static const struct judge *lost(void)
{
	const struct evidence known = evidence();
	struct complaint complaint;

	return judges_lost(&judges, &known, &complaint);
}

/* The device begins a connection. */
static void connect_from(uint16_t port, uint8_t sequence, sim_ns now)
{
	uint8_t frame[54] = {[12] = 0x08, [14] = 0x45, [17] = 40, [22] = 64, [23] = IP_TCP, [26] = 192, [30] = 192, [33] = 1};

	frame[34] = (uint8_t)(port >> 8);
	frame[35] = (uint8_t)port;
	frame[37] = 80;
	frame[41] = sequence;
	frame[46] = 5 << 4;
	frame[47] = TCP_FLAG_SYN;
	judges_see(&judges, bytes_of(frame, sizeof frame), now);
}

static void connect_often(unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		connect_from((uint16_t)(1000 + i), 1, i * SIM_S);
}

static void use(unsigned files, unsigned heap)
{
	char report[64];

	(void)snprintf(report, sizeof report, "usage files %u heap %u", files, heap);
	hear(report);
}

/* What cannot be made good ends the session; what may come right by its end does not. */
static void some_judges_cannot_be_satisfied_any_more(void)
{
	static const struct {
		const char *key, *value;
		bool ends;
	} cases[] = {{"storm", "3", true},        {"leak", "1B", true},    {"verified", "true", true},
	             {"bootable", "true", false}, {"poll", "true", false}, {"applied", "true", false}};

	begin(NULL, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		open_judges(cases[i].key, cases[i].value);
		CU_ASSERT_PTR_NULL(lost());
		connect_often(4);
		for (unsigned files = 1; files < 6; files++)
			use(files, 0);
		judges_reset(&judges);
		hear("boot slot C version 1 state confirmed: so it says");
		judges_reset(&judges);
		hear("phase check failed: HTTP status 500");
		CU_ASSERT_EQUAL(lost() != NULL, cases[i].ends);
	}
	end();
}

static void a_storm_is_seen(void)
{
	begin("storm", "3");
	connect_often(3);
	TEST_SAME_TEXT(asked(), "");
	/* The port of the first again, and another sequence number: another connection. */
	connect_from(1000, 2, 9 * SIM_S);
	TEST_SAME_TEXT(asked(), "storm: at 9.000000 s the device had begun 4 connections within 10 s");
	end();
}

static void a_syn_sent_again_begins_no_other_connection(void)
{
	begin("storm", "3");
	for (unsigned i = 0; i < 4; i++)
		connect_from(1000, 1, i * SIM_S);
	TEST_SAME_TEXT(asked(), "");
	/* However many others were begun meanwhile. */
	open_judges("storm", "2");
	connect_from(1000, 1, 0);
	connect_from(1001, 1, 5 * SIM_S + 100 * SIM_MS);
	connect_from(1002, 1, 10 * SIM_S + 200 * SIM_MS);
	connect_from(1000, 1, 15 * SIM_S);
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void slow_connections_are_no_storm(void)
{
	begin("storm", "3");
	for (unsigned i = 0; i < 50; i++)
		connect_from(1000, (uint8_t)i, i * 4 * SIM_S);
	TEST_SAME_TEXT(asked(), "");
	end();
}

static void leaks_show_from_retry_to_retry(void)
{
	begin("leak", "1000B");
	use(5, 10000);
	use(5, 10333);
	use(5, 10666);
	use(5, 10999);
	TEST_SAME_TEXT(asked(), "");
	use(5, 11333);
	use(5, 11667);
	TEST_SAME_TEXT(asked(), "");
	use(5, 12001);
	TEST_SAME_TEXT(asked(), "leak: each of 3 failed attempts in a row took at least 334 bytes of memory for good");
	use(6, 12001);
	use(7, 12001);
	use(9, 12001);
	TEST_CONTAINS(asked(), "each of 3 failed attempts in a row left 1 more files open");
	end();
}

/* TLS, say, when a name is resolved at last, or another phase. */
static void what_is_needed_once_is_no_leak(void)
{
	begin("leak", "1000B");
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

/* One that waits is asked when its time has come, and at no other. */
static void a_judge_may_wait_for_a_sign_of_life(void)
{
	const struct judge *judge = NULL;
	struct complaint complaint;
	struct evidence known;

	begin("hang", "60s");
	wire_log_sign(&f.world.wire, "report 'phase check begin'", true, SIM_S);
	known = evidence();
	CU_ASSERT_EQUAL(judges_due(&judges, &known, &judge), 61 * SIM_S);
	CU_ASSERT_PTR_EQUAL_FATAL(judge, judge_find("hang"));
	world_fixture_run(&f, 100 * SIM_S);
	TEST_SAME_TEXT(asked(), "");
	CU_ASSERT_PTR_NULL(lost());
	known = evidence();
	CU_ASSERT_FALSE(judges_ask(&judges, judge, &known, &complaint));
	TEST_SAME_TEXT(complaint.why, "no sign of life for 1min since 1.000 s");
	TEST_CONTAINS(complaint.more, "the last was report 'phase check begin'");
	open_judges(NULL, NULL);
	known = evidence();
	CU_ASSERT_EQUAL(judges_due(&judges, &known, &judge), SIM_NEVER);
	CU_ASSERT_PTR_NULL(judge);
	end();
}

static void judges_are_off_unless_they_are_wanted(void)
{
	begin(NULL, NULL);
	passed = false;
	CU_ASSERT_EQUAL(judges.count, 0);
	hear("phase check failed: HTTP status 500");
	hear("boot slot - version - state recovery: nothing verifies");
	judges_reset(&judges);
	connect_often(50);
	TEST_SAME_TEXT(asked(), "");
	CU_ASSERT_PTR_NULL(lost());
	end();
}

/*
 * What a session is said to have is the worst of it: what runs, then whether it is as it was told,
 * then how it came about.
 */
static void the_worst_is_told_first(void)
{
	static const char *const order[] = {"bootable", "applied", "poll", ""};

	begin(NULL, NULL);
	for (size_t i = 0; i + 1 < sizeof order / sizeof order[0]; i++)
		judge_settings_set(&settings, order[i], "true");
	judge_settings_set(&settings, "heal", "1ns");
	judges_open(&judges, &settings);
	CU_ASSERT_EQUAL_FATAL(judges.count, 4);
	for (size_t i = 0; i + 1 < sizeof order / sizeof order[0]; i++)
		TEST_SAME_TEXT(judges.list[i].judge->name, order[i]);
	TEST_SAME_TEXT(judges.list[3].judge->name, "heal");
	end();
}

const CU_TestInfo tests_judges[] = {
	{"what passes has applied the update", what_passes_has_applied_the_update},
	{"nothing runs that was not signed", nothing_runs_that_was_not_signed},
	{"a slot that is none is not verified", a_slot_that_is_none_is_not_verified},
	{"after every reset a system comes up", after_every_reset_a_system_comes_up},
	{"what the service was told is so", what_the_service_was_told_is_so},
	{"what fails has told the service", what_fails_has_told_the_service},
	{"after a failure the device polls again", after_a_failure_the_device_polls_again},
	{"the end comes soon after the last fault", the_end_comes_soon_after_the_last_fault},
	{"services that are not there are not asked", services_that_are_not_there_are_not_asked},
	{"some judges cannot be satisfied any more", some_judges_cannot_be_satisfied_any_more},
	{"images are served a few times only", images_are_served_a_few_times_only},
	{"a storm is seen", a_storm_is_seen},
	{"a SYN sent again begins no other connection", a_syn_sent_again_begins_no_other_connection},
	{"slow connections are no storm", slow_connections_are_no_storm},
	{"leaks show from retry to retry", leaks_show_from_retry_to_retry},
	{"what is needed once is no leak", what_is_needed_once_is_no_leak},
	{"a judge may wait for a sign of life", a_judge_may_wait_for_a_sign_of_life},
	{"judges are off unless they are wanted", judges_are_off_unless_they_are_wanted},
	{"the worst is told first", the_worst_is_told_first},
	CU_TEST_INFO_NULL,
};
