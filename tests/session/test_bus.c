/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SPI bus in whole sessions: the guest notices the time that faults take on it, and sigrok-cli,
 * an independent decoder that knows the ENC28J60, finds in bus.vcd what the trace says.
 */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_bus[];

#define SESSION "r/tiny/seed-1"
/*
 * The device downloads three segments: the file grows with every byte on the bus, and takes as long
 * to read.
 */
#define MAKE_IMAGE "head -c 4000 /dev/zero >tiny.bin"
#define SCENARIO "name: tiny\nimage: tiny.bin\ndeadline: 5min\n"
#define MAC_OF_REFERENCE 0x02, 0x00, 0x5e, 0x00, 0x53, 0x01

static char output[65536];

static void run_in_folder(const char *command)
{
	int status = test_shell(output, sizeof output, "cd %s && %s", test_folder(), command);

	if (status != 0)
		printf("    %s: exit status %d; it printed\n%s\n", command, status, output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
}

static void counts(const char *decoded, const char *part, unsigned expected)
{
	unsigned n = test_count(decoded, part);

	if (n != expected)
		printf("    %u times, not %u:\n%s", n, expected, part);
	CU_ASSERT_EQUAL(n, expected);
}

/* The number that stands before @after in the last line of @trace that has it. */
static unsigned number_before(const char *trace, const char *after)
{
	const char *at = NULL;

	for (const char *next = trace; (next = strstr(next, after)) != NULL; next++)
		at = next;
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	while (at > trace && strchr("0123456789", at[-1]) != NULL)
		at--;
	return (unsigned)strtoul(at, NULL, 10);
}

/*
 * Every line of the decoder begins so; what it says of one command are lines one after the other.
 */
#define D "enc28j60-1: "
#define SRC D "System Reset Command\n"
#define TOO_LONG D "Warning: Invalid command length.\n"
#define NO_BANK D "Warning: Register bank not known yet.\n"
#define WCR D "Write Control Register\n"
#define RCR D "Read Control Register\n"
#define BFS D "Bit Field Set\n"

static void has_write(const char *decoded, const char *reg, unsigned value)
{
	char lines[128];

	(void)snprintf(lines, sizeof lines, WCR D "Reg %s\n" D "Data 0x%02X\n", reg, value);
	TEST_CONTAINS(decoded, lines);
}

/*
 * What is wrong, by its causes. The driver sends SRC as two bytes, which the decoder finds too
 * long; it then does not take it for a reset, so until the first write of ECON1 it knows no bank.
 * That write comes right after the first SRC.
 */
static void only_src_is_complained_of(const char *decoded, const char *trace)
{
	unsigned resets = test_count(trace, "reset: SRC command");

	CU_ASSERT(resets > 0);
	counts(decoded, SRC, resets);
	counts(decoded, SRC TOO_LONG, resets);
	counts(decoded, SRC TOO_LONG WCR D "Reg Bank ? Addr 0x1F\n" NO_BANK D "Data 0x00\n", 1);
	counts(decoded, "Warning", resets + 1);
}

static void the_start_up_is_read(const char *decoded)
{
	static const char *const address_registers[] = {"MAADR1", "MAADR2", "MAADR3", "MAADR4", "MAADR5", "MAADR6"};
	static const unsigned address[] = {MAC_OF_REFERENCE};

	TEST_CONTAINS(decoded, RCR D "Reg EREVID\n" D "Data 0x06\n");
	has_write(decoded, "ERXSTL", 0x00);
	has_write(decoded, "ERXNDL", 0xff);
	has_write(decoded, "ERXNDH", 0x19);
	has_write(decoded, "ETXSTH", 0x1a);
	has_write(decoded, "MAMXFLL", 0xee);
	has_write(decoded, "MAMXFLH", 0x05);
	for (size_t i = 0; i < sizeof address / sizeof address[0]; i++)
		has_write(decoded, address_registers[i], address[i]);
	/* A register of the PHY: the answer comes behind the dummy byte. */
	TEST_CONTAINS(decoded, RCR D "Reg MIRDL\n" D "Dummy Byte\n" D "Data 0x");
}

static void the_traffic_is_read(const char *decoded, const char *trace)
{
	const unsigned sent = number_before(trace, " sent, "), received = number_before(trace, " frames received, ");

	CU_ASSERT(sent > 10 && received > 10);
	counts(decoded, BFS D "Reg ECON1\n" D "Data 0b00001000\n", sent);
	counts(decoded, BFS D "Reg ECON2\n" D "Data 0b01000000\n", received);
	/* A packet is read in two pieces: pointer, length and status, then its data. */
	counts(decoded, D "Read Buffer Memory: Length 6\n", received);
	counts(decoded, D "Read Buffer Memory: Length 1518\n", 2);
}

/* Runs the small scenario with these faults. */
static void run_session(const char *faults, const char *options)
{
	char command[2 * PATH_MAX], scenario[2048];

	session_fixture_needs("initramfs.cpio");
	(void)snprintf(scenario, sizeof scenario, SCENARIO "%s", faults);
	test_write("tiny.yaml", scenario);
	(void)snprintf(command, sizeof command, MAKE_IMAGE " && %s run tiny.yaml --jobs 1 %s", test_program(), options);
	run_in_folder(command);
}

/* How long a session with these faults takes, in virtual seconds. */
static double session_takes(const char *faults)
{
	char path[PATH_MAX];
	json_error_t err;

	run_session(faults, "--out r");
	(void)snprintf(path, sizeof path, "%s/" SESSION "/verdict.json", test_folder());
	json_t *verdict = json_load_file(path, 0, &err);
	double seconds = json_number_value(json_object_get(verdict, "virtual_s"));
	json_decref(verdict);
	(void)test_shell(output, sizeof output, "rm -r %s/r", test_folder());
	CU_ASSERT_FATAL(seconds > 0);
	return seconds;
}

static void the_guest_waits_for_a_stalled_or_slow_bus(void)
{
	const double clean = session_takes("");
	/* The second packet is DHCP's last: little else goes on meanwhile. */
	const double stalled = session_takes("faults:\n  - {message: '3a', nth: 3, spi_stall: 1s}\n");
	const double slow = session_takes("faults:\n  - {spi_slow: 100}\n");

	CU_ASSERT(stalled > clean + 0.9 && stalled < clean + 1.1);
	/*
	 * 12,000 bytes in 1,200 messages take 5 ms on a bus of 20 MHz, a hundred times as much
	 * here.
	 */
	CU_ASSERT(slow > clean + 0.3 && slow < clean + 3.0);
	if (CU_get_number_of_failures() > 0)
		printf("    clean %.3f s, stalled %.3f s, slow %.3f s\n", clean, stalled, slow);
}

static void a_disturbed_bus_is_the_same_twice(void)
{
	run_session("faults:\n"
	            "  - {warm_start: true}\n"
	            "  - {message: '3a', nth: 21, spi_stall: 30ms}\n"
	            "  - {probability: 20%, spi_slow: 7}\n"
	            "  - {probability: 30%, int_double: 3us}\n"
	            "  - {message: '7a 02', nth: 5, spi_cut: {after: 20, resume: true}}\n"
	            "expect: {verdict: any}\n",
	            "--twice --out r");
	TEST_CONTAINS(output, "the same twice");
	char *trace = test_read_own(SESSION "/trace.txt");
	static const char *const actions[] = {" warm_start\n", " spi_stall\n", " spi_slow\n", " int_double\n", " spi_cut\n"};
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		TEST_CONTAINS(trace, actions[i]);
	free(trace);
}

static void sigrok_reads_in_the_vcd_what_the_trace_tells(void)
{
	test_needs_program("sigrok-cli");
	run_session("", "--vcd --out r");
	run_in_folder("sigrok-cli -I vcd -i " SESSION
	              "/bus.vcd -P spi:clk=SCK:mosi=MOSI:miso=MISO:cs=CS,enc28j60 -A enc28j60 >decoded.txt");
	char *decoded = test_read_own("decoded.txt"), *trace = test_read_own(SESSION "/trace.txt");
	only_src_is_complained_of(decoded, trace);
	the_start_up_is_read(decoded);
	the_traffic_is_read(decoded, trace);
	/* Whatever was on the bus is a command: none is lost, and none is made of two. */
	unsigned commands = test_count(decoded, RCR) + test_count(decoded, WCR) + test_count(decoded, BFS) +
	                    test_count(decoded, D "Bit Field Clear\n") + test_count(decoded, D "Read Buffer Memory") +
	                    test_count(decoded, D "Write Buffer Memory") + test_count(decoded, SRC);
	CU_ASSERT_EQUAL(commands, number_before(trace, " messages, "));
	free(decoded);
	free(trace);
}

const CU_TestInfo tests_bus[] = {
	{"the guest waits for a stalled or slow bus", the_guest_waits_for_a_stalled_or_slow_bus},
	{"a disturbed bus is the same twice", a_disturbed_bus_is_the_same_twice},
	{"sigrok reads in the vcd what the trace tells", sigrok_reads_in_the_vcd_what_the_trace_tells},
	CU_TEST_INFO_NULL,
};
