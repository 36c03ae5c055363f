/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Inside of the form: the keys of session.yaml, as the tables that read and write them. */
#ifndef RECORDED_KEYS_H
#define RECORDED_KEYS_H

#include "lib/base/param.h"
#include "harness/recorded/recording.h"

/** Of the whole file. */
struct session_keys {
	uint64_t version;
	char source[RECORDING_NAME_MAX], recorded[RECORDING_WORD_MAX], data[RECORDING_NAME_MAX];
	uint32_t device;
	unsigned vantage;
};

/** Of a step of any kind; each kind has a table of those that it takes. */
struct step_keys {
	uint64_t at_ns, takes_ns, follows, wait_ns, port, tries, round_trip_ns;
	uint32_t address;
	bool tls;
	unsigned opening;
	char name[RECORDING_NAME_MAX], said[RECORDING_WORD_MAX];
};

/** Of a turn, but for what was said. */
struct turn_keys {
	unsigned from, close;
	uint64_t after_ns, bytes;
};

extern const struct param session_params[], turn_params[];
extern const struct param *const step_params[STEP_KINDS];

#endif
