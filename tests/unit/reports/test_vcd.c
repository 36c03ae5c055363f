/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A written VCD file is read back as a logic analyser does: a bit is sampled when SCK rises while
 * CS is low.
 */
#include "reports/vcd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

enum { SCK, MOSI, MISO, CS, INT, SIGNALS };

static char *out;
static size_t out_length;

static FILE *open_out(void)
{
	FILE *stream = open_memstream(&out, &out_length);

	CU_ASSERT_FATAL(stream != NULL);
	return stream;
}

/* What an analyser sees in a file. */
struct capture {
	bool level[SIGNALS];
	uint64_t now, cs_fell, cs_rose, int_changed;
	unsigned bits;
	uint8_t mosi[16], miso[16];
	bool backwards, moved_while_high;
};

static void change(struct capture *capture, unsigned signal, bool high)
{
	capture->level[signal] = high;
	if (signal == CS && !high)
		capture->cs_fell = capture->now;
	if (signal == CS && high)
		capture->cs_rose = capture->now;
	if (signal == INT)
		capture->int_changed = capture->now;
	if ((signal == MOSI || signal == MISO) && capture->level[SCK])
		capture->moved_while_high = true;
	if (signal == SCK && high && !capture->level[CS] && capture->bits < 128) {
		uint8_t *mosi = &capture->mosi[capture->bits / 8], *miso = &capture->miso[capture->bits / 8];
		*mosi = (uint8_t)(*mosi << 1 | capture->level[MOSI]);
		*miso = (uint8_t)(*miso << 1 | capture->level[MISO]);
		capture->bits++;
	}
}

static struct capture analyse(const char *text)
{
	struct capture capture = {.now = 0};
	const char *at = strstr(text, "$enddefinitions $end\n");

	CU_ASSERT_FATAL(at != NULL);
	for (at = strchr(at, '\n') + 1; *at != '\0'; at = strchr(at, '\n') + 1) {
		if (*at == '#') {
			uint64_t now = strtoull(at + 1, NULL, 10);
			capture.backwards = capture.backwards || now < capture.now;
			capture.now = now;
		} else if (*at == '0' || *at == '1') {
			CU_ASSERT_FATAL(at[1] >= '!' && at[1] < '!' + SIGNALS);
			change(&capture, (unsigned)(at[1] - '!'), *at == '1');
		}
	}
	return capture;
}

static void a_file_begins_with_the_bus_at_rest(void)
{
	struct vcd vcd;
	FILE *stream = open_out();

	vcd_begin(&vcd, stream, 4711);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	TEST_SAME_TEXT(out, "$timescale 1 ns $end\n$scope module stutter $end\n$var wire 1 ! SCK $end\n$var wire 1 \" MOSI $end\n"
	                    "$var wire 1 # MISO $end\n$var wire 1 $ CS $end\n$var wire 1 % INT $end\n$upscope $end\n$enddefinitions $end\n"
	                    "#4711\n$dumpvars\n0!\n0\"\n0#\n1$\n1%\n$end\n");
	free(out);
}

static void a_transfer_is_read_back_bit_by_bit(void)
{
	static const uint8_t mosi[] = {0xa5, 0x00, 0xff, 0x01}, miso[] = {0x80, 0x3c, 0xaa, 0x55};
	static const uint64_t clocks[] = {100000, 1000000, 8000000, 20000000};

	for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		struct vcd vcd;
		FILE *stream = open_out();
		uint64_t bits_ns = 32 * (1000000000 / clocks[i] / 2 * 2);
		vcd_begin(&vcd, stream, 0);
		vcd_transfer(&vcd, mosi, miso, sizeof mosi, bits_ns + 3000, clocks[i], 10000000);
		CU_ASSERT_FATAL(fclose(stream) == 0);
		struct capture capture = analyse(out);
		CU_ASSERT_EQUAL(capture.bits, 32);
		CU_ASSERT(memcmp(capture.mosi, mosi, 4) == 0 && memcmp(capture.miso, miso, 4) == 0);
		CU_ASSERT(!capture.backwards && !capture.moved_while_high && capture.level[CS] && !capture.level[SCK]);
		CU_ASSERT_EQUAL(capture.cs_fell, 10000000 - bits_ns - 3000);
		CU_ASSERT(capture.cs_rose <= 10000000 && capture.cs_rose >= capture.cs_fell + bits_ns);
		free(out);
	}
}

static void nothing_is_drawn_before_what_was_drawn(void)
{
	static const uint8_t mosi[] = {0x12}, miso[] = {0x34};
	struct vcd vcd;
	FILE *stream = open_out();

	vcd_begin(&vcd, stream, 1000);
	/* The second transfer and the line change are told with times that lie within the first. */
	vcd_transfer(&vcd, mosi, miso, 1, 1000, 10000000, 3000);
	vcd_transfer(&vcd, mosi, miso, 1, 1000, 10000000, 3100);
	vcd_int(&vcd, true, 2500);
	vcd_int(&vcd, true, 9000);
	vcd_int(&vcd, false, 10000);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	struct capture capture = analyse(out);
	CU_ASSERT(!capture.backwards && !capture.moved_while_high);
	CU_ASSERT_EQUAL(capture.bits, 16);
	CU_ASSERT(memcmp(capture.mosi, "\x12\x12", 2) == 0 && memcmp(capture.miso, "\x34\x34", 2) == 0);
	CU_ASSERT(capture.level[INT] && capture.int_changed == 10000);
	free(out);
}

static void a_file_ends_later_than_its_last_change(void)
{
	static const uint8_t mosi[] = {0x12}, miso[] = {0x34};
	static const struct {
		uint64_t now;
		const char *end;
	} rows[] = {{2500, "\n1$\n#3000\n"}, {2999, "\n1$\n#3000\n"}, {9000, "\n1$\n#9000\n"}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct vcd vcd;
		FILE *stream = open_out();
		vcd_begin(&vcd, stream, 1000);
		vcd_transfer(&vcd, mosi, miso, 1, 800 + 3, 10000000, 3000);
		vcd_end(&vcd, rows[i].now);
		CU_ASSERT_FATAL(fclose(stream) == 0);
		const char *end = out + out_length - strlen(rows[i].end);
		TEST_SAME_TEXT(end, rows[i].end);
		CU_ASSERT_FALSE(analyse(out).backwards);
		free(out);
	}
}

const CU_TestInfo tests_vcd[] = {
	{"a file begins with the bus at rest", a_file_begins_with_the_bus_at_rest},
	{"a transfer is read back bit by bit", a_transfer_is_read_back_bit_by_bit},
	{"nothing is drawn before what was drawn", nothing_is_drawn_before_what_was_drawn},
	{"a file ends later than its last change", a_file_ends_later_than_its_last_change},
	CU_TEST_INFO_NULL,
};
