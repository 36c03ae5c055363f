/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A judge: one question to a session beyond "did the device report success?", such as whether what
 * it installed was signed.
 *
 * Each judge is one file: its parameters, which are keys under `expect:`, what it notes while the
 * session runs, and what it finds wrong. A judge knows the device's reports, the frames and struct
 * evidence, and never the world that these come from, so each can be asked in a test without one.
 * What runs them is judges.h.
 *
 * The rows are the one source of the scenario's grammar, of resolved plans, of the help and of the
 * reference.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/param.h"
#include "emulator/guest/language/report.h"
#include "harness/judge/catalogue.h"
#include "harness/judge/evidence.h"
#include "lib/link/packet.h"

/** How the summary of the row begins that switches a judge on. */
#define JUDGE_WORD "judge: "

/**
 * What a judge finds wrong, for people: half a sentence each, without a capital letter and a full
 * stop.
 */
struct complaint {
	char why[EVIDENCE_TEXT_MAX];
	char more[EVIDENCE_TEXT_MAX]; /**< what helps to understand it; empty if there is nothing */
};

/**
 * Which of several failures a session is said to have: the one that is about the first of these.
 */
enum judge_concern {
	JUDGE_OF_SYSTEM,  /**< what runs on the device */
	JUDGE_OF_OUTCOME, /**< whether what the device says of the update is so */
	JUDGE_OF_CONDUCT, /**< what the device does to others, and after a failure */
};
#define JUDGE_CONCERNS 3

struct judge {
	const char *name;
	/** The first is the judge's own key, a bool or a quantity: false and 0 switch it off */
	const struct param *params;
	/** Of the struct that they are about; at most JUDGE_PARAMS_MAX */
	size_t params_size;
	/** Of what it notes while a session runs, zero at its start; 0: nothing */
	size_t notes_size;
	enum judge_concern concern;
	bool final; /**< not content once means never again: the session may end at once */
	/**
	 * It is about what the emulator's services have seen, and not asked where others are in
	 * their place
	 */
	bool asks_services;

	/**
	 * Checks what the table cannot; NULL if nothing.
	 * @param ret_key The key that is wrong.
	 * @return false with @p err (no place).
	 */
	bool (*check)(const void *params, const char **ret_key, struct error *err);

	/* What it takes part in while the session runs; NULL: nothing. */
	void (*hear)(void *notes, const struct report *report, const struct evidence *evidence);
	/** The device has been reset */
	void (*reset)(void *notes);
	/** Of the device, before any fault */
	void (*see)(void *notes, const void *params, const struct packet *packet, sim_ns now);

	/**
	 * When the session is to end if nothing happens until then; NULL: a judge that does not
	 * wait for anything. One that has it is asked only after the session has ended for this
	 * reason, and must complain.
	 */
	sim_ns (*due)(const void *params, const struct evidence *evidence);

	/**
	 * @return whether it is content; if not it says why in @p ret_complaint, which is empty
	 * before.
	 */
	bool (*ask)(const void *params, const void *notes, const struct evidence *evidence,
	            struct complaint *ret_complaint);
};

/** All of them, in the order of the catalogue. */
extern const struct judge *const judge_catalogue[JUDGES_COUNT];

/** @return the judge called @p name, or NULL. */
const struct judge *judge_find(const char *name);

/** CHECKs that every judge is whole. */
void judge_check(void);

/** Says what is wrong. @return false, so that a judge can end with it. */
bool judge_complain(struct complaint *ret_complaint, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** A time in seconds, for people. */
double judge_seconds(sim_ns time);

/** Parameters of the many judges that are just on or off, or have a limit. */
struct judge_switch {
	bool on;
};
struct judge_limit {
	uint64_t most;
};

#define JUDGE_ROW_SWITCH(name, standard, text) \
	PARAM_ROW_BOOL(judge_switch, on, name, standard, JUDGE_WORD text)
#define JUDGE_ROW_LIMIT(name, unit, standard, most_max, text) \
	PARAM_ROW_QUANTITY(judge_limit, most, name, unit, standard, 0, most_max, JUDGE_WORD text)

#endif
