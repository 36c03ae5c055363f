/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flash in whole sessions: the in-tree spi-nor driver over the model of the chip, in a device
 * whose client is a shell command.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_flash[];

#define TRACE "r/flash/seed-1/trace.txt"
#define CONSOLE "r/flash/seed-1/console.log"

static char output[65536];

/* Runs a device with this client and this scenario, twice, and expects the same both times. */
static void run_twice(const char *client, const char *flash, const char *faults)
{
	char text[4096];

	session_fixture_needs("initramfs.cpio");
	(void)snprintf(text, sizeof text, "name: boxed\nflash: {%s}\nclient: \"%s\"\n", flash, client);
	(void)test_write("boxed.yaml", text);
	(void)snprintf(text, sizeof text, "name: flash\ndevice: boxed.yaml\ndeadline: 1min\nexpect: {verdict: any}\n%s", faults);
	(void)test_write("flash.yaml", text);
	int status = test_shell(output, sizeof output, "cd %s && %s run flash.yaml --jobs 1 --twice --out r", test_folder(),
	                        test_program());
	if (status != 0)
		printf("    exit status %d; it printed\n%s\n", status, output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
	TEST_CONTAINS(output, "the same twice");
}

/* 32 KiB and a byte: many pages, and the last not whole. */
#define WRITE \
	"head -c 32769 /bin/busybox >/run/data; flash erase /dev/mtd0 0x700000 0xa000 && flash write /dev/mtd0 0x700000 </run/data || exit 1; "
#define COMPARE "dd if=/dev/mtd0 bs=4096 skip=1792 count=10 2>/dev/null | head -c 32769 | cmp - /run/data"

static void what_the_guest_writes_it_reads_back(void)
{
	run_twice(WRITE COMPARE, "chip: w25q64", "");
	char *trace = test_read_own(TRACE), *console = test_read_own(CONSOLE);
	TEST_CONTAINS(trace, "device  result pass\n");
	TEST_CONTAINS(trace, "flash   129 programs of 32769 bytes, 10 erases of 40960 bytes, ");
	TEST_CONTAINS(trace, " bytes, 0 torn, 0 findings, digest ");
	TEST_CONTAINS(console, "spi-nor spi0.1: ");
	TEST_CONTAINS(console, "(8192 Kbytes)");
	free(trace);
	free(console);
}

static void slow_and_stuck_operations_reach_the_guest(void)
{
	/* The first erase, and the eleventh program. */
	run_twice(WRITE COMPARE, "chip: w25q64, sector_erase: 10ms",
	          "faults:\n  - {at: 'nor.op#1', nor_slow: 20}\n  - {at: 'nor.op#21', nor_stuck: 3s}\n");
	char *trace = test_read_own(TRACE);
	TEST_CONTAINS(trace, "flash   nor.op#1 disturbed 700000+4096: the operation takes longer\n");
	TEST_CONTAINS(trace, "flash   nor.op#21 disturbed 700a00+256: BUSY stays set when the operation is over\n");
	/* The driver is patient. */
	TEST_CONTAINS(trace, "device  result pass\n");
	free(trace);
}

static void rot_reaches_the_guest(void)
{
	run_twice(WRITE COMPARE, "chip: w25q64", "faults:\n  - {at: 'nor.read#1', nor_rot: {offset: 7340132, bit: 5}}\n");
	char *trace = test_read_own(TRACE), *console = test_read_own(CONSOLE);
	TEST_CONTAINS(trace, "device  result fail client: exit status 1\n");
	TEST_CONTAINS(console, "char 101,");
	free(trace);
	free(console);
}

/*
 * The flow of updates to the flash has systems in it, and init chooses between them before anything
 * else.
 */
static void a_device_whose_only_system_has_rotted_does_not_boot_it(void)
{
	run_twice("true", "fill: dirty}\nagent: {flow: staged", "");
	TEST_FILE_CONTAINS(TRACE, "device  boot slot A version 21.10 state confirmed: ");
	(void)test_shell(output, sizeof output, "rm -r %s/r", test_folder());
	run_twice("true", "fill: dirty}\nagent: {flow: staged", "faults:\n  - {at: 'nor.read#1', nor_rot: {offset: 1053832, bit: 5}}\n");
	TEST_FILE_CONTAINS(TRACE, "state recovery: slot A: neither it nor the other verifies, its hash is wrong\n");
	TEST_FILE_CONTAINS(TRACE, "result fail boot: nothing to boot");
}

static void a_power_cut_tears_what_the_guest_is_at(void)
{
	run_twice(WRITE COMPARE, "chip: w25q64", "faults:\n  - {at: 'nor.op#3', power_cut: {after: 40%, for: 2s}}\n");
	char *trace = test_read_own(TRACE);
	TEST_CONTAINS(trace, "flash   nor.op#3 torn 702000+4096: cut short at 40.0%\n");
	TEST_CONTAINS(trace, "power   off\n");
	TEST_CONTAINS(trace, "power   on\n");
	/* The client begins anew with the next boot, and nothing of the first try is in its way. */
	TEST_CONTAINS(trace, "session the device has booted again (boot 2)\n");
	TEST_CONTAINS(trace, "device  result pass\n");
	free(trace);
}

const CU_TestInfo tests_flash[] = {
	{"what the guest writes it reads back", what_the_guest_writes_it_reads_back},
	{"slow and stuck operations reach the guest", slow_and_stuck_operations_reach_the_guest},
	{"rot reaches the guest", rot_reaches_the_guest},
	{"a device whose only system has rotted does not boot it", a_device_whose_only_system_has_rotted_does_not_boot_it},
	{"a power cut tears what the guest is at", a_power_cut_tears_what_the_guest_is_at},
	CU_TEST_INFO_NULL,
};
