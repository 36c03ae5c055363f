/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What `sweep`, `hunt`, `shrink`, `explain` and `bisect` have in common on the command line: options, the search's folder, progress, and how a result is told.
 *
 * A search's folder holds search.json (the words it was begun with, and what came of it), results.jsonl (search/results.h), index.html, and what the command adds.
 */
#ifndef CLI_SEARCH_H
#define CLI_SEARCH_H

#include <jansson.h>

#include "cli/cli.h"
#include "cli/values.h"
#include "reports/search/told.h"
#include "search/search.h"

/** The options that all of these commands have; the first table of each. */
extern const struct cli_option cli_search_options[];

/** A search from its words to its result. */
struct cli_search {
	const struct cli_command *command;
	struct cli_values values; /**< those of the command line; of a search that is resumed, those it was begun with */
	struct cli_reading reading;
	char dir[DEVICE_PATH_MAX];
	struct search *search; /**< after cli_search_begin() */
	json_t *json;          /**< search.json: the command adds members to it; `told` is there and empty */
	json_t *told;          /**< its `told`, borrowed */
	/* The module's own. */
	struct search_options options;
	uint64_t budget_ns;
	bool quiet, colours, is_terminal, line_open;
	size_t last_done;
	uint64_t last_told_ms;
	struct resume_words *words;
};

/**
 * Reads the common options, and for --resume the words of then. Nothing is made yet; the command then reads its own options and its scenario (values.operands), so that all that is
 * wrong is told before anything starts.
 * @return CLI_GO_ON, or an exit status: an error was told.
 */
int cli_search_open(struct cli_search *cli, const struct cli_command *command, const struct cli_values *values);

/** Reads a scenario, or with @p frozen a plan of a session, as --device and --anyway want it, and looks at its files. @param ret_plan To be released with plan_close(). */
bool cli_search_read(struct cli_search *cli, const char *path, bool frozen, struct plan *ret_plan, struct error *err);

/** Makes the folder, or takes it over, and opens the search. @return as cli_search_open(). */
int cli_search_begin(struct cli_search *cli);

/**
 * Ends it: writes search.json and index.html, prints what was told, and where it lies.
 * @param code The exit status if all goes well; the search being broken, or files that cannot be written, make another.
 */
int cli_search_end(struct cli_search *cli, int code);

/**
 * Ends it with an error, which search.json and index.html tell before what was found until then. --resume is offered if the search may come to something else then.
 * @param code EXIT_USAGE: what was asked for does not fit what was found, which going on does not change. EXIT_INCONCLUSIVE: all else. EXIT_BUG is made of either if the search
 *        is broken.
 * @return the exit status.
 */
int cli_search_fail(struct cli_search *cli, const struct error *err, int code);

/** Releases everything. To be called in every case. */
void cli_search_close(struct cli_search *cli);

#endif
