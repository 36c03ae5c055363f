/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A board with an ENC28J60, as the guest's module sees it, on a link whose other end sends nothing.
 * A zeroed fixture takes faults, then it is opened.
 */
#ifndef TESTS_UNIT_BOARD_FIXTURE_H
#define TESTS_UNIT_BOARD_FIXTURE_H

#include "emulator/board/board.h"
#include "tests/trace_text.h"

#define BOARD_FIXTURE_POWER_ON SIM_S /**< when the board is powered on */
#define BOARD_FIXTURE_FAULTS_MAX 3U

struct board_fixture {
	struct sim sim;
	struct link link;
	struct board board;
	struct trace_text trace;
	struct fault faults[BOARD_FIXTURE_FAULTS_MAX];
	size_t fault_count;
	char decisions[256]; /**< "power_cut nor.op#2 " */
};

/** Adds a fault, before the fixture is opened. @param match "key=value;key=value", as is params. */
void board_fixture_add(struct board_fixture *f, const char *match, const char *action, const char *params);
/** @param up_at When the link comes up, such as "0ns". */
void board_fixture_open(struct board_fixture *f, const char *up_at);
/** Closes it and zeroes it, so that it takes the faults of the next test. */
void board_fixture_close(struct board_fixture *f);
void board_fixture_run(struct board_fixture *f, sim_ns ns);

#endif
