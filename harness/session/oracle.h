/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The judges' questions beyond "did it finish": would a fleet survive this? One row a judge; their keys stand under `expect:` (scenario/judges.h).
 *
 * A judge hears what the device reports while the session runs, and is asked once at its end. The first that is not content makes the verdict a failure.
 */
#ifndef SESSION_ORACLE_H
#define SESSION_ORACLE_H

#include "guest/language/report.h"
#include "session/verdict.h"
#include "session/world.h"

/** So many failed attempts in a row make a leak: what is needed once is none, whenever that is. */
#define ORACLE_STEPS 3U

/** What a client uses after a failed attempt. */
struct oracle_usage {
	uint64_t files, heap;
};

/** What the judges have noted of the device's reports. */
struct oracle_notes {
	bool failed;                                /* a phase has failed */
	sim_ns failed_at;                           /* and when that was first */
	bool polled;                                /* the device went back to its poll loop after it */
	unsigned usages;                            /* reports of what the device's client uses, in the present phase */
	struct oracle_usage last[ORACLE_STEPS + 1]; /* a ring of the latest of them */
	struct oracle_usage step;   /* what each of ORACLE_STEPS failed attempts in a row has cost at least: the worst, of all phases */
	unsigned resets;            /* of the device, as the session has seen them */
	bool booted;                /* a system has come up since the last of them */
	char slot[REPORT_SLOT_MAX]; /* what the boot program chose last */
	char version[REPORT_VERSION_MAX];
	char wrong[VERDICT_TEXT_MAX]; /* the first boot that a judge is not content with; empty if there was none */
	char wrong_judge[16];
};

/** What a judge is asked about. */
struct oracle_case {
	const struct judges *limits;
	const struct world *world;
	const struct oracle_notes *notes;
	const struct verdict *verdict; /* as it stands before */
};

struct oracle {
	const char *name; /* its key */
	/** @return whether it is content; if not it says why in @p ret_why. A judge that is switched off is not asked. */
	bool (*is_content)(const struct oracle_case *asked, char ret_why[VERDICT_TEXT_MAX]);
	bool (*is_on)(const struct judges *limits);
	bool final;         /* not content once means never again: the session may end at once */
	bool asks_services; /* what it wants to know the emulator's services have seen: it is not asked where others are in their place */
};

/** All of them, in the order in which they are asked; ends with a NULL name. */
extern const struct oracle oracles[];

/** A report of the device, and a reset. */
void oracle_hear(struct oracle_notes *notes, const struct world *world, const struct report *report);
void oracle_reset(struct oracle_notes *notes);

/** @return a judge that is on and lost for good, with why; NULL: none is. To be asked while the session runs. */
const struct oracle *oracle_lost(const struct judges *limits, const struct world *world, const struct oracle_notes *notes,
                                 char ret_why[VERDICT_TEXT_MAX]);

/** Asks all judges that are on; @p verdict becomes a failure if one is not content, unless it is inconclusive. */
void oracle_judge(const struct judges *limits, const struct world *world, const struct oracle_notes *notes, struct verdict *verdict);

#endif
