/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * All judges, in the order in which their keys stand under `expect:`. A new one is a file of its
 * own (judge.h says what is in it) and one line more here.
 */
#ifndef JUDGE_CATALOGUE_H
#define JUDGE_CATALOGUE_H

#define JUDGES(J) \
	J(applied) \
	J(told) \
	J(poll) \
	J(heal) \
	J(hang) \
	J(whole) \
	J(traffic) \
	J(storm) \
	J(verified) \
	J(bootable) \
	J(truth) \
	J(leak)

/** The longest name of one, with its end. */
#define JUDGE_NAME_MAX 16

#define JUDGE_NUMBER(name) JUDGE_NUMBER_##name,
enum { JUDGES(JUDGE_NUMBER) JUDGES_COUNT };

#endif
