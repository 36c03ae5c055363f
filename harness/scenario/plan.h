/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A plan: a scenario in which nothing is implicit. What a session is built from, and what plan.yaml
 * holds.
 *
 * A scenario names a device; a plan holds the device itself, the seed and every parameter. Both are
 * the same grammar, so that `stutter run plan.yaml` repeats the session.
 */
#ifndef SCENARIO_PLAN_H
#define SCENARIO_PLAN_H

#include <stdio.h>

#include "lib/base/hash.h"
#include "lib/link/link.h"
#include "lib/fault/decision.h"
#include "lib/fault/fault.h"
#include "harness/judge/settings.h"
#include "harness/scenario/device.h"
#include "harness/scenario/made.h"
#include "harness/server/service_config.h"
#include "lib/verdict/planned.h"

/** The most seeds that a scenario, or a run, can ask for. */
/** So many tags can a scenario have, each of so many bytes with its end. */
#define PLAN_TAGS_MAX 16
#define PLAN_TAG_MAX 32

enum expected { EXPECT_PASS, EXPECT_FAIL, EXPECT_ANY };

/** So many faults can be asked for by `acted:`. */
#define EXPECT_ACTED_MAX 16

/** `expect:` what the session must come to. */
struct expectation {
	unsigned verdict;           /**< enum expected */
	char phase[16];             /**< of a failure: the phase in which it ended; empty: any */
	char judge[JUDGE_NAME_MAX]; /**< of a failure: the judge that finds it; empty: any */
	uint64_t at_least_ns;       /**< virtual time that the session takes; 0: not asked */
	uint64_t at_most_ns;
	/** of an expected failure: the client whose confirmed failure it is; empty: the device */
	char failure_of[64];
	/** of a failure: a pattern (glob(7)) that its reason has in it; empty: any */
	char reason[128];
	struct judge_settings judges;
	/** names of faults that must have acted; the list ends with "" or is full */
	char acted[EXPECT_ACTED_MAX][FAULT_NAME_MAX];
};

/** The keys of a struct expectation, those of the judges included. */
struct expect_table {
	struct param rows[8 + JUDGE_ROWS_MAX];
};
struct expect_table expect_table(void);

/** Sets every key to its standard value. */
void expect_init(struct expectation *expect);

/**
 * Whether a fault, or a decision of it, of this @p name is one that `acted: [WANTED]` asks for: one
 * of a netem line has its entry's name and a word of it.
 */
bool expect_means(const char *wanted, const char *name);

struct plan {
	char path[ERROR_FILE_MAX]; /**< of the scenario, as the user wrote it */
	char name[64], summary[PARAM_VALUE_MAX];
	/** by which suites and runs choose it; the list ends with "" or is full */
	char tags[PLAN_TAGS_MAX][PLAN_TAG_MAX];
	uint64_t seed;
	/**
	 * of the sessions that a scenario is for, unless the user says which; first 0: `seed` alone
	 */
	struct ordinals seeds;
	struct redraw redraw; /**< of what its faults draw */
	uint64_t deadline_ns;
	/** what the device downloads; empty: what the build makes */
	char image[DEVICE_PATH_MAX];
	/** a recorded session, which takes the place of the services; empty: none */
	char session[DEVICE_PATH_MAX];
	char session_data[DEVICE_PATH_MAX]; /**< the file that it names; empty: none */
	struct {
		bool image, kernel, initramfs, overlay;
		char overlay_word[16]; /**< by which a device names it */
	} standard;                    /**< which paths are those of the build */
	struct device device;
	struct link_config link;
	struct service_config server;
	struct expectation expect;
	size_t fault_count;
	struct fault *faults;
	struct decisions decisions; /**< of a frozen plan: what took effect */
	/** of a frozen plan: what its run was made from; empty in a scenario */
	struct made made;
	/** what a run is made from now, but for its device_image: plan_look() */
	struct made present;
	/** from what it was made from, and shows something all the same */
	bool may_differ;
	/** the scenario's own text; NULL if this is a plan that lacks it */
	char *scenario;
	/**
	 * of a replay, billionths: with fewer of the decisions before its end found it shows
	 * nothing
	 */
	uint64_t least_found;
	bool replay;                   /**< apply just the decisions, no faults and no dice */
	bool keeps_going;              /**< go on when a judge is lost for good */
	struct yaml_warnings warnings; /**< about its file, and its device's */
};

extern const struct param plan_params[];
extern const struct param redraw_params[];

/** The keys of a scenario that are no single values; ends with NULL. */
extern const char *const plan_parts[];

/** Where things are found that a scenario only names. */
struct paths {
	char devices[DEVICE_PATH_MAX];   /**< folder of device files */
	char scenarios[DEVICE_PATH_MAX]; /**< folder of scenarios */
	/** what the build made: kernel, root file system, image */
	char kernel[DEVICE_PATH_MAX];
	char initramfs[DEVICE_PATH_MAX];
	char clients[DEVICE_PATH_MAX]; /**< the overlay with other people's clients */
	char player[DEVICE_PATH_MAX];  /**< the overlay with the player of recorded sessions */
	char image[DEVICE_PATH_MAX];
	/** folder for snapshots of devices; empty: paths_open_cache() has to choose one */
	char snapshots[DEVICE_PATH_MAX];
	bool passing; /**< it is there for this run only */
};

/** Finds them beside the running program: in its build folder, or where `make install` put them. */
bool paths_find(struct paths *ret_places, struct error *err);

/** Where snapshots are kept, for people. */
#define PATHS_CACHE_ORDER \
	"$STUTTER_CACHE, else the first of these that nobody else can write into: build/snapshots of a work tree, stutter/ in " \
	"$XDG_CACHE_HOME, $HOME/.cache, .cache of the home that the system knows or $XDG_RUNTIME_DIR, a new folder in $TMPDIR for this run only"

/**
 * Chooses the folder for snapshots of booted devices and makes it. Others must not be able to write
 * there, as QEMU goes on from what it finds: it is the user's or root's, and no group but the
 * user's own can write into it. What the user names ($STUTTER_CACHE too, unless it is empty) is
 * taken or refused, all else passed over. Where the user has no place of their own there is one in
 * $TMPDIR with a name that nobody foresees, until paths_close_cache().
 * @param wanted By the user; NULL: nobody says.
 */
bool paths_open_cache(struct paths *paths, const char *wanted, struct error *err);

/** Removes a folder that was for one run only. */
void paths_close_cache(struct paths *paths);

/**
 * Reads a scenario or a plan and resolves it.
 * @param device Overrides the scenario's device, name or path; NULL: its own.
 * @param ret_plan To be released with plan_close().
 * @return false with @p err: everything that can be wrong before a session starts, missing files
 * included.
 */
bool plan_open(struct plan *ret_plan, const char *path, const char *device, const struct paths *paths, struct error *err);

/**
 * The same for the replay of a frozen plan: what only its faults would read need not be there.
 * @return false for a scenario, too.
 */
bool plan_open_frozen(struct plan *ret_plan, const char *path, const char *device, const struct paths *paths, struct error *err);
void plan_close(struct plan *plan);

/** Looks at the files and the program that a run of the plan is made from: fills plan->present. */
void plan_look(struct plan *plan);

/** A file that sessions of a plan are made from. */
struct plan_file {
	const char *path; /**< the plan's */
	/** what plan_look() found; NULL: it looks at several such files together */
	const char *hash;
};
#define PLAN_FILES_MAX (FAULTS_MAX + 7)

/**
 * Lists these files: the image, the device's, and what the far end and the faults read. @return how
 * many.
 */
size_t plan_files(const struct plan *plan, struct plan_file ret_files[PLAN_FILES_MAX]);

/**
 * Whether the device's files are still what plan_look() found, if it was called. @return false with
 * @p err.
 */
bool plan_check_device(const struct plan *plan, struct error *err);

/**
 * Says how what a frozen plan was made from differs from what is there now; empty if it does not,
 * and in a scenario.
 * @param device_image Hash of what the device boots; empty: not known yet. @return ret_text.
 */
const char *plan_differs(const struct plan *plan, const char *device_image, char *ret_text, size_t size);

/**
 * Reads what plan_write() wrote. What is no part of the text (scenario, present, may_differ,
 * least_found) is the caller's.
 * @param path Where the plan came from. @param replay As plan_open_frozen().
 */
bool plan_read(struct plan *ret_plan, const char *text, size_t length, const char *path, bool replay, const struct paths *paths,
               struct error *err);

/** Makes a plan a frozen one: what took effect, and what made the run. @param decisions Copied. */
void plan_freeze(struct plan *plan, const struct decisions *decisions, const char *device_image);

/**
 * Gives the plan a recorded session, in place of the one that it has. @return false with @p err if
 * it cannot be read.
 */
bool plan_take_session(struct plan *plan, const char *path, struct error *err);

/** Makes it the plan of the session with this seed, which sense_seed() has taken. */
void plan_set_seed(struct plan *plan, uint64_t seed);

/** The client that an expected failure is one of. */
const char *plan_failure_of(const struct plan *plan);

/**
 * What reports have to know of the session. @param device_image Hash of the device image that it
 * ran with; empty: not known.
 */
void plan_describe(const struct plan *plan, const char *device_image, struct planned_session *ret_planned);

/**
 * Hashes the plan together with what a run of it is made from, plan->present: two with one hash
 * come to one result.
 */
void plan_hash(const struct plan *plan, char ret_text[HASH_TEXT_MAX]);

/** Writes the plan as YAML that plan_open() reads to the same plan. */
void plan_write(const struct plan *plan, FILE *stream);

/**
 * Reads one fault as it stands in a scenario's list, such as "{name: slow, delay: 20ms}"; `netem`
 * and `preset` become several.
 * @param plan Whose it is to be. @param what The text's name, for errors with a place in it.
 * @param ret_faults To be released with free().
 */
bool plan_read_fault(const struct plan *plan, const char *text, const char *what, struct fault **ret_faults, size_t *ret_count,
                     struct error *err);

/**
 * Writes a fault on one line, as plan_read_fault() reads it, without what goes without saying. No
 * line feed.
 */
void plan_write_fault(FILE *stream, const struct fault *fault);

/** Writes one decision as it stands in a plan, on a line of its own. */
void plan_write_decision(FILE *stream, const struct decision *decision);

/**
 * Writes a frozen plan whose decisions are lines that plan_write_decision() wrote. @param lines ""
 * for none.
 */
void plan_write_frozen(const struct plan *plan, const char *lines, FILE *stream);

#endif
