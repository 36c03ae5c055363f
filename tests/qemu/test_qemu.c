/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device in QEMU against a scripted world: the same requests at the same guest times in every
 * session, and every way in which a session can end is noticed. Needs QEMU and what `make guest`
 * builds; snapshots are kept in $STUTTER_BUILD/snapshots.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "emulator/qemu/qemu.h"
#include "tests/test.h"

extern const CU_TestInfo tests_qemu[];

#define PATH_SIZE 512
#define FAIL_AFTER 5000

static const char *build(void)
{
	const char *folder = getenv("STUTTER_BUILD");

	return folder ? folder : "build";
}

struct device_under_test {
	struct qemu_image image;
	struct qemu_snapshot snapshot;
	char kernel[PATH_SIZE];
	char initramfs[PATH_SIZE];
	char cache[PATH_SIZE];
	char session[PATH_SIZE];
};

/* Prepares the image and its snapshot; false: skipped, or failed with an assertion. */
static bool prepare(struct device_under_test *machine)
{
	struct error err = {.text = ""};

	snprintf(machine->kernel, sizeof(machine->kernel), "%s/guest/kernel", build());
	snprintf(machine->initramfs, sizeof(machine->initramfs), "%s/guest/initramfs.cpio", build());
	snprintf(machine->cache, sizeof(machine->cache), "%s/snapshots", build());
	snprintf(machine->session, sizeof(machine->session), "/tmp/stutter-qemu.XXXXXX");
	machine->image = (struct qemu_image){.kernel = machine->kernel, .initramfs = machine->initramfs};
	if (access(machine->kernel, R_OK) != 0 || access(machine->initramfs, R_OK) != 0)
		test_skip("no %s; `make guest` builds it", machine->initramfs);
	if (!mkdtemp(machine->session))
		return false;
	if (qemu_snapshot_ensure(&machine->image, machine->cache, NULL, &machine->snapshot, &err))
		return true;
	if (strstr(err.text, "apt-get")) {
		printf(" (skipped: %s) ", err.text);
		return false;
	}
	CU_FAIL("no snapshot");
	printf("%s\n", err.text);
	return false;
}

static void clean(const struct device_under_test *machine)
{
	static const char *const files[] = {"request", "reply", "console.log", "qemu.log", "script", "list", "overlay"};
	char path[PATH_SIZE + 32];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", machine->session, files[i]);
		unlink(path);
	}
	rmdir(machine->session);
}

static struct qemu *start(const struct device_under_test *machine, unsigned silence_s, const volatile sig_atomic_t *stop)
{
	const struct qemu_options options = {.session_dir = machine->session, .cpu = -1, .silence_s = silence_s, .stop = stop};
	struct error err = {.text = ""};
	struct qemu *qemu = qemu_restore(&machine->image, &machine->snapshot, &options, &err);

	CU_ASSERT_PTR_NOT_NULL(qemu);
	if (!qemu)
		printf("%s\n", err.text);
	return qemu;
}

/*
 * Answers as a board without a chip does: zeros on the bus, INT never asserted, nothing ever
 * happens.
 */
static bool answer(struct qemu *qemu, const struct stutter_request *request, const char *config)
{
	static const uint8_t zeros[STUTTER_PAYLOAD_MAX];
	static const struct stutter_setup setup = {
		.version = STUTTER_PROTOCOL_VERSION, .spi_clock_hz = 20000000, .mac = {2, 0, 0, 0, 0, 1}};
	struct stutter_reply reply = {.wake_ns = STUTTER_NEVER};
	const void *payload = zeros;
	struct error err;

	if (request->op == STUTTER_HANDSHAKE) {
		reply.length = sizeof(setup);
		payload = &setup;
	} else if (request->op == STUTTER_CONFIG) {
		reply.length = (uint32_t)strlen(config);
		payload = config;
	} else if (request->op == STUTTER_SPI) {
		reply.length = request->length;
	}
	return qemu_write_reply(qemu, &reply, payload, &err);
}

struct record {
	unsigned requests;
	unsigned spi;
	uint64_t hello_ns; /* when the first request came */
	uint64_t digest;
	char result[128]; /* the last event */
};

/* Plays a session until the client reports its result. */
static void play(struct qemu *qemu, const char *config, struct record *ret_record)
{
	XXH3_state_t *state = XXH3_createState();
	struct stutter_request request;
	const uint8_t *payload;
	struct error err;

	*ret_record = (struct record){.requests = 0};
	XXH3_64bits_reset(state);
	while (ret_record->requests < FAIL_AFTER && qemu_read_request(qemu, &request, &payload, &err)) {
		if (ret_record->requests++ == 0)
			ret_record->hello_ns = request.now_ns;
		ret_record->spi += request.op == STUTTER_SPI;
		XXH3_64bits_update(state, &request, sizeof(request));
		XXH3_64bits_update(state, payload, request.length);
		if (request.op == STUTTER_EVENT)
			snprintf(ret_record->result, sizeof(ret_record->result), "%.*s", (int)request.length, (const char *)payload);
		if (!answer(qemu, &request, config) || strncmp(ret_record->result, "result ", 7) == 0)
			break;
	}
	ret_record->digest = XXH3_64bits_digest(state);
	XXH3_freeState(state);
}

static const char short_config[] = "GUEST_SEED=00112233445566778899aabbccddeeff\nDHCP_DEADLINE_MS=500\n";

static void two_restores_ask_bit_for_bit_the_same(void)
{
	struct device_under_test machine;
	struct record first, second;
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	qemu = start(&machine, 0, NULL);
	if (qemu)
		play(qemu, short_config, &first);
	qemu_stop(qemu);
	qemu = start(&machine, 0, NULL);
	if (qemu)
		play(qemu, short_config, &second);
	qemu_stop(qemu);
	if (qemu) {
		CU_ASSERT_TRUE(first.requests > 2 && first.spi > 0);
		CU_ASSERT_EQUAL(first.requests, second.requests);
		CU_ASSERT_EQUAL(first.hello_ns, second.hello_ns);
		CU_ASSERT_EQUAL(first.digest, second.digest);
	}
	clean(&machine);
}

static void another_seed_is_another_session(void)
{
	struct device_under_test machine;
	struct record first, second;
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	qemu = start(&machine, 0, NULL);
	if (qemu)
		play(qemu, short_config, &first);
	qemu_stop(qemu);
	qemu = start(&machine, 0, NULL);
	if (qemu)
		play(qemu, "GUEST_SEED=ff112233445566778899aabbccddeeff\nDHCP_DEADLINE_MS=500\n", &second);
	qemu_stop(qemu);
	if (qemu)
		CU_ASSERT_NOT_EQUAL(first.digest, second.digest);
	clean(&machine);
}

/*
 * The library has no name but that which the loader's file had; a mapping that can be executed is
 * one that was loaded, not only open.
 */
static void the_machine_runs_with_the_lockstep_library(void)
{
	struct device_under_test machine;
	struct error err = {.text = ""};
	struct stutter_request request;
	const uint8_t *payload;
	char path[64], line[PATH_SIZE];
	unsigned mapped = 0;
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	qemu = start(&machine, 0, NULL);
	if (qemu && qemu_read_request(qemu, &request, &payload, &err)) {
		snprintf(path, sizeof(path), "/proc/%ld/maps", (long)qemu_pid(qemu));
		FILE *maps = fopen(path, "r");
		CU_ASSERT_PTR_NOT_NULL(maps);
		while (maps && fgets(line, sizeof(line), maps))
			mapped += strstr(line, " r-xp ") && strstr(line, "/memfd:lockstep.so");
		if (maps)
			fclose(maps);
	}
	CU_ASSERT_EQUAL(mapped, 1);
	qemu_stop(qemu);
	clean(&machine);
}

static void a_client_of_ones_own_reports_by_its_exit_status(void)
{
	struct device_under_test machine;
	struct record record;
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	qemu = start(&machine, 0, NULL);
	if (qemu) {
		play(qemu, "CLIENT='exit 7'\n", &record);
		CU_ASSERT_EQUAL(strcmp(record.result, "result fail client: exit status 7"), 0);
	}
	qemu_stop(qemu);
	clean(&machine);
}

/* Makes an overlay whose agent is a script that reports at once. */
static bool make_overlay(const struct device_under_test *machine, char ret_path[PATH_SIZE + 32])
{
	char path[PATH_SIZE + 32], command[3 * PATH_SIZE];
	FILE *out;

	snprintf(path, sizeof(path), "%s/script", machine->session);
	out = fopen(path, "w");
	if (!out)
		return false;
	fputs("#!/bin/sh\necho result pass overlay >/dev/stutter\n>/run/result\n", out);
	fclose(out);
	snprintf(path, sizeof(path), "%s/list", machine->session);
	out = fopen(path, "w");
	if (!out)
		return false;
	fputs("dir /usr 755\ndir /usr/bin 755\nfile /usr/bin/agent script 755\n", out);
	fclose(out);
	snprintf(ret_path, PATH_SIZE + 32, "%s/overlay", machine->session);
	snprintf(command, sizeof(command), "%s/guest/mkinitramfs %s %s", build(), ret_path, path);
	return system(command) == 0;
}

static void an_overlay_replaces_files(void)
{
	struct device_under_test machine;
	struct record record = {.requests = 0};
	struct error err = {.text = ""};
	char overlay[PATH_SIZE + 32];
	struct qemu *qemu = NULL;

	if (!prepare(&machine))
		return;
	CU_ASSERT_TRUE_FATAL(make_overlay(&machine, overlay));
	machine.image.overlay = overlay;
	if (qemu_snapshot_ensure(&machine.image, machine.cache, NULL, &machine.snapshot, &err))
		qemu = start(&machine, 0, NULL);
	else
		printf("%s\n", err.text);
	if (qemu)
		play(qemu, short_config, &record);
	CU_ASSERT_STRING_EQUAL(record.result, "result pass overlay");
	qemu_stop(qemu);
	clean(&machine);
}

static void the_snapshot_is_made_once(void)
{
	struct device_under_test machine;
	struct stat before, after;
	struct qemu_snapshot again;
	struct error err;

	if (!prepare(&machine))
		return;
	CU_ASSERT_EQUAL(stat(machine.snapshot.path, &before), 0);
	CU_ASSERT_TRUE(qemu_snapshot_ensure(&machine.image, machine.cache, NULL, &again, &err));
	CU_ASSERT_EQUAL(stat(again.path, &after), 0);
	CU_ASSERT_STRING_EQUAL(again.hash, machine.snapshot.hash);
	CU_ASSERT_EQUAL(before.st_ino, after.st_ino);
	clean(&machine);
}

/*
 * A copy of the initramfs, and a QEMU that appends zeros to it before it starts: padding, so the
 * guest boots as ever.
 */
static void make_changing_initramfs(const char *folder, const char *initramfs)
{
	char command[6 * PATH_SIZE];

	snprintf(command, sizeof(command),
	         "cp %s %s/initramfs && printf '#!/bin/sh\\n[ \"$1\" = --version ] || head -c 512 /dev/zero >>%s/initramfs\\n"
	         "exec qemu-system-arm \"$@\"\\n' >%s/qemu && chmod +x %s/qemu",
	         initramfs, folder, folder, folder, folder);
	CU_ASSERT_EQUAL_FATAL(system(command), 0);
}

static void a_file_that_changes_during_the_boot_leaves_no_snapshot(void)
{
	struct device_under_test machine;
	struct qemu_snapshot snapshot;
	struct error err = {.text = ""};
	char program[PATH_SIZE + 32], initramfs[PATH_SIZE + 32], command[PATH_SIZE + 32];

	if (!prepare(&machine))
		return;
	make_changing_initramfs(machine.session, machine.initramfs);
	snprintf(program, sizeof(program), "%s/qemu", machine.session);
	snprintf(initramfs, sizeof(initramfs), "%s/initramfs", machine.session);
	machine.image.program = program;
	machine.image.initramfs = initramfs;
	CU_ASSERT_FALSE(qemu_snapshot_ensure(&machine.image, machine.session, NULL, &snapshot, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "changed while it booted"));
	snprintf(command, sizeof(command), "ls %s/*.snapshot 2>/dev/null", machine.session);
	CU_ASSERT_NOT_EQUAL(system(command), 0);
	snprintf(command, sizeof(command), "rm -rf %s", machine.session);
	CU_ASSERT_EQUAL(system(command), 0);
}

/* Reads requests until there are no more. */
static void drain(struct qemu *qemu, struct error *err)
{
	struct stutter_request request;
	const uint8_t *payload;

	while (qemu_read_request(qemu, &request, &payload, err))
		answer(qemu, &request, short_config);
}

static void a_killed_qemu_is_noticed(void)
{
	struct device_under_test machine;
	struct error err = {.text = ""};
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	/* Before the first request, and after it. */
	for (int answered = 0; answered < 2; answered++) {
		struct stutter_request request;
		const uint8_t *payload;

		qemu = start(&machine, 0, NULL);
		if (!qemu)
			break;
		if (answered && qemu_read_request(qemu, &request, &payload, &err))
			answer(qemu, &request, short_config);
		kill(qemu_pid(qemu), SIGKILL);
		drain(qemu, &err);
		CU_ASSERT_EQUAL(qemu_ended(qemu), QEMU_DIED);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "killed by signal 9"));
		qemu_stop(qemu);
	}
	clean(&machine);
}

static void silence_is_noticed(void)
{
	struct device_under_test machine;
	struct error err = {.text = ""};
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	qemu = start(&machine, 1, NULL);
	if (qemu) {
		/* A stopped QEMU sends nothing, nor does it end. */
		kill(qemu_pid(qemu), SIGSTOP);
		drain(qemu, &err);
		CU_ASSERT_EQUAL(qemu_ended(qemu), QEMU_SILENT);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "never answered"));
	}
	qemu_stop(qemu);
	clean(&machine);
}

static void the_stop_flag_ends_a_session(void)
{
	static volatile sig_atomic_t stop;
	struct device_under_test machine;
	struct error err = {.text = ""};
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	stop = 1;
	qemu = start(&machine, 0, &stop);
	if (qemu) {
		drain(qemu, &err);
		CU_ASSERT_EQUAL(qemu_ended(qemu), QEMU_STOPPED);
	}
	qemu_stop(qemu);
	clean(&machine);
}

static void a_guest_that_powers_off_is_noticed(void)
{
	struct device_under_test machine;
	struct error err = {.text = ""};
	struct stutter_request request;
	const uint8_t *payload;
	struct qemu *qemu;

	if (!prepare(&machine))
		return;
	qemu = start(&machine, 0, NULL);
	if (qemu) {
		while (qemu_read_request(qemu, &request, &payload, &err))
			answer(qemu, &request, "CLIENT='poweroff -f'\n");
		CU_ASSERT_EQUAL(qemu_ended(qemu), QEMU_POWERED_OFF);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "powered off"));
	}
	qemu_stop(qemu);
	clean(&machine);
}

static void a_missing_qemu_is_told_with_its_cure(void)
{
	const struct qemu_image image = {.program = "no-such-qemu", .kernel = "/dev/null", .initramfs = "/dev/null"};
	struct qemu_snapshot snapshot;
	struct error err = {.text = ""};

	CU_ASSERT_FALSE(qemu_snapshot_ensure(&image, "/tmp", NULL, &snapshot, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "apt-get install --no-install-recommends qemu-system-arm"));
}

const CU_TestInfo tests_qemu[] = {
	{"two restores ask bit for bit the same", two_restores_ask_bit_for_bit_the_same},
	{"another seed is another session", another_seed_is_another_session},
	{"the machine runs with the lockstep library", the_machine_runs_with_the_lockstep_library},
	{"a client of one's own reports by its exit status", a_client_of_ones_own_reports_by_its_exit_status},
	{"an overlay replaces files", an_overlay_replaces_files},
	{"the snapshot is made once", the_snapshot_is_made_once},
	{"a file that changes during the boot leaves no snapshot", a_file_that_changes_during_the_boot_leaves_no_snapshot},
	{"a killed QEMU is noticed", a_killed_qemu_is_noticed},
	{"silence is noticed", silence_is_noticed},
	{"the stop flag ends a session", the_stop_flag_ends_a_session},
	{"a guest that powers off is noticed", a_guest_that_powers_off_is_noticed},
	{"a missing QEMU is told with its cure", a_missing_qemu_is_told_with_its_cure},
	CU_TEST_INFO_NULL,
};
