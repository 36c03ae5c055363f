/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/board/board_faults_fixture.h"

#include <inttypes.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

#define BUS_NS 1000U
#define MISO_BYTE 0x5aU

void board_faults_fixture_add(struct board_faults_fixture *f, const char *name, const char *match, const char *action, const char *params)
{
	f->faults[f->count++] = made_checked_fault(name, match, action, params);
}

void board_faults_fixture_open(struct board_faults_fixture *f, uint64_t seed)
{
	trace_text_open(&f->trace);
	f->board_faults = board_faults_open(f->faults, f->count, seed, f->trace.trace, (struct armed_ops){0}, NULL);
}

void board_faults_fixture_open_one(struct board_faults_fixture *f, const char *match, const char *action, const char *params)
{
	board_faults_fixture_add(f, "one", match, action, params);
	board_faults_fixture_open(f, 1);
}

void board_faults_fixture_close(struct board_faults_fixture *f)
{
	board_faults_close(f->board_faults);
	trace_text_close(&f->trace);
	memset(f, 0, sizeof *f);
}

void board_faults_fixture_counts(struct board_faults_fixture *f, size_t index, uint64_t matched, uint64_t applied)
{
	struct fault_counters got = {0};

	CU_ASSERT(armed_faults_counters(board_faults_armed(f->board_faults), index, &got));
	CU_ASSERT_EQUAL(got.matched, matched);
	CU_ASSERT_EQUAL(got.applied, applied);
}

const char *board_faults_fixture_message(struct board_faults_fixture *f, size_t length, sim_ns now)
{
	static char text[256];
	uint8_t mosi[BOARD_FAULTS_FIXTURE_BYTES_MAX] = {0}, miso[BOARD_FAULTS_FIXTURE_BYTES_MAX];
	size_t at = 0, more;

	const struct spi_effect d = board_faults_spi(f->board_faults, mosi, length, BUS_NS, now);
	memset(miso, MISO_BYTE, sizeof miso);
	board_faults_mosi(f->board_faults, mosi, length);
	board_faults_miso(f->board_faults, miso, length);
	text[0] = '\0';
	if (d.brown_out)
		TEST_APPEND(text, "brown-out ");
	if (d.longer_ns > 0)
		TEST_APPEND(text, "+%" PRIu64 " ns ", d.longer_ns);
	for (size_t i = 0; i < sizeof mosi; i++) {
		if (mosi[i] != 0)
			TEST_APPEND(text, "mosi %zu ^%02x ", i, (unsigned)mosi[i]);
		if (miso[i] != MISO_BYTE)
			TEST_APPEND(text, "miso %zu ^%02x ", i, (unsigned)miso[i] ^ MISO_BYTE);
	}
	for (; (more = board_faults_command(f->board_faults, at, length)) > 0 && more < length; at += more)
		TEST_APPEND(text, "%zu-%zu ", at, at + more);
	if (at < length && more == 0)
		TEST_APPEND(text, "off at %zu ", at);
	return text;
}
