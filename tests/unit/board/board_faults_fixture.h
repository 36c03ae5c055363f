/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The faults of a board without the board. A zeroed fixture takes faults, then it is opened.
 */
#ifndef TESTS_UNIT_BOARD_BOARD_FAULTS_FIXTURE_H
#define TESTS_UNIT_BOARD_BOARD_FAULTS_FIXTURE_H

#include "emulator/board/board_faults.h"
#include "tests/trace_text.h"

#define BOARD_FAULTS_FIXTURE_MAX 6U

struct board_faults_fixture {
	struct fault faults[BOARD_FAULTS_FIXTURE_MAX];
	size_t count;
	struct trace_text trace;
	struct board_faults *board_faults;
};

/** Adds a fault, before the fixture is opened. @param match "key=value;key=value", as is params. */
void board_faults_fixture_add(struct board_faults_fixture *f, const char *name, const char *match, const char *action, const char *params);
void board_faults_fixture_open(struct board_faults_fixture *f, uint64_t seed);
/** Opens it with one fault, whose name is "one". */
void board_faults_fixture_open_one(struct board_faults_fixture *f, const char *match, const char *action, const char *params);
/** Closes it and zeroes it, so that it takes the faults of the next test. */
void board_faults_fixture_close(struct board_faults_fixture *f);

/** Asserts how often a fault has matched and acted. */
void board_faults_fixture_counts(struct board_faults_fixture *f, size_t index, uint64_t matched, uint64_t applied);

#define BOARD_FAULTS_FIXTURE_BYTES_MAX 16U
/**
 * A message on the bus. @return the effects on it, in words: "" if there are none; valid until the
 * next call. @param length At most BOARD_FAULTS_FIXTURE_BYTES_MAX bytes.
 */
const char *board_faults_fixture_message(struct board_faults_fixture *f, size_t length, sim_ns now);

#endif
