/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handshakes of guests that do not exist: a module of another version, a machine with another
 * counter.
 */
#include "harness/session/handshake.h"

#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_handshake[];

#define UNTOUCHED 0xdeadU
/* What QEMU's virtual Cortex-A7 counts with: a tick is 16 ns. */
#define COUNTER_HZ 62500000U

/* Reads a handshake whose payload is said to have so many bytes; *ret_err is what was wrong. */
static bool read_sized(const struct stutter_handshake *handshake, uint32_t length, uint64_t now_ns, uint64_t *ret_ahead_ns,
                       struct error *ret_err)
{
	const struct stutter_request request = {.op = STUTTER_HANDSHAKE, .length = length, .now_ns = now_ns};
	uint8_t payload[2 * sizeof *handshake] = {0};

	memcpy(payload, handshake, sizeof *handshake);
	*ret_ahead_ns = UNTOUCHED;
	memset(ret_err, 0, sizeof *ret_err);
	return handshake_read(&request, payload, ret_ahead_ns, ret_err);
}

static void expect_refused(const struct stutter_handshake *handshake, uint32_t length, const char *reason)
{
	struct error err;
	uint64_t ahead_ns;

	CU_ASSERT_FALSE(read_sized(handshake, length, 0, &ahead_ns, &err));
	TEST_SAME_TEXT(err.text, reason);
	CU_ASSERT_EQUAL(ahead_ns, UNTOUCHED);
}

static uint64_t ahead(uint32_t counter_hz, uint64_t counter, uint64_t now_ns)
{
	const struct stutter_handshake handshake = {STUTTER_PROTOCOL_VERSION, counter_hz, counter};
	struct error err;
	uint64_t ahead_ns;

	CU_ASSERT_TRUE(read_sized(&handshake, sizeof handshake, now_ns, &ahead_ns, &err));
	return ahead_ns;
}

static void the_counter_tells_how_long_the_boot_took(void)
{
	CU_ASSERT_EQUAL(ahead(COUNTER_HZ, 100, 1000), 600);
	CU_ASSERT_EQUAL(ahead(COUNTER_HZ, 100, 1600), 0);
	/* The finest and the coarsest of counters, and one that has run for a year. */
	CU_ASSERT_EQUAL(ahead(1000000000U, 1001, 1), 1000);
	CU_ASSERT_EQUAL(ahead(1, 2, 500000000U), 1500000000U);
	CU_ASSERT_EQUAL(ahead(COUNTER_HZ, 365ULL * 86400 * COUNTER_HZ, 0), 365ULL * 86400 * 1000000000U);
}

/* Only differences count, so a counter that began later than the boot's time is as good. */
static void a_counter_behind_the_boot_keeps_its_distance(void)
{
	CU_ASSERT_EQUAL(ahead(COUNTER_HZ, 200, 100) - ahead(COUNTER_HZ, 1, 5000), 200 * 16 - 100 + 5000 - 16);
}

static void another_protocol_is_refused(void)
{
	static const char reason[] = "the guest speaks another protocol: was its module built for this version?";
	struct stutter_handshake handshake = {STUTTER_PROTOCOL_VERSION - 1, COUNTER_HZ, 100};

	expect_refused(&handshake, sizeof handshake, reason);
	handshake.version = STUTTER_PROTOCOL_VERSION + 1;
	expect_refused(&handshake, sizeof handshake, reason);
	/* Older modules had a shorter handshake, or none; those to come may have a longer one. */
	handshake.version = STUTTER_PROTOCOL_VERSION;
	expect_refused(&handshake, 0, reason);
	expect_refused(&handshake, sizeof handshake - 1, reason);
	expect_refused(&handshake, sizeof handshake + 1, reason);
}

static void a_counter_without_whole_nanoseconds_is_refused(void)
{
	struct stutter_handshake handshake = {STUTTER_PROTOCOL_VERSION, 0, 100};

	expect_refused(&handshake, sizeof handshake, "the guest's counter runs at 0 Hz, which is not a divisor of 1 GHz");
	/* A Raspberry Pi 3 has it; a tick is 52.08 ns. */
	handshake.counter_hz = 19200000;
	expect_refused(&handshake, sizeof handshake, "the guest's counter runs at 19200000 Hz, which is not a divisor of 1 GHz");
	handshake.counter_hz = 2000000000U;
	expect_refused(&handshake, sizeof handshake,
	               "the guest's counter runs at 2000000000 "
	               "Hz, which is not a divisor of 1 GHz");
	handshake.counter_hz = UINT32_MAX;
	expect_refused(&handshake, sizeof handshake,
	               "the guest's counter runs at 4294967295 "
	               "Hz, which is not a divisor of 1 GHz");
}

const CU_TestInfo tests_handshake[] = {
	{"the counter tells how long the boot took", the_counter_tells_how_long_the_boot_took},
	{"a counter behind the boot keeps its distance", a_counter_behind_the_boot_keeps_its_distance},
	{"another protocol is refused", another_protocol_is_refused},
	{"a counter without whole nanoseconds is refused", a_counter_without_whole_nanoseconds_is_refused},
	CU_TEST_INFO_NULL,
};
