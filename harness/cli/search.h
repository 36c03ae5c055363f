/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What `sweep`, `hunt`, `shrink`, `explain` and `bisect` have in common on the command line:
 * options, the campaign and the folder that a search stands on, progress, and how its end is told.
 */
#ifndef CLI_SEARCH_H
#define CLI_SEARCH_H

#include "harness/campaign/campaign.h"
#include "harness/cli/values.h"
#include "reports/search/told.h"
#include "harness/search/folder.h"

/** The options that all of these commands have; the first table of each. */
extern const struct cli_option cli_search_options[];

/** A search from its words to its result. */
struct cli_search {
	const struct cli_command *command;
	/** those of the command line; of a search that goes on, those it was begun with */
	struct cli_values values;
	struct campaign *campaign;
	bool goes_on; /**< with one that was left */
	/** of one that goes on from cli_search_open() on, else from cli_search_begin() on */
	char dir[DEVICE_PATH_MAX];
	struct search *search; /**< after cli_search_begin() */
	struct search_folder folder;
	json_t *json; /**< of the folder: search.json, and its `told` */
	json_t *told;
	/* The module's own. */
	uint64_t budget_ns;
	bool quiet, colours, is_terminal, line_open;
	uint64_t last_told_ms;
	struct resume_words words; /* of one that goes on */
	struct campaign_ops ops;
	struct search_options options;
};

/**
 * Reads the common options, and for --resume the words of then. Nothing is made yet; the command
 * then reads its own options and its scenario (values.operands), so that all that is wrong is told
 * before anything starts.
 * @return CLI_GO_ON, or an exit status: an error was told.
 */
int cli_search_open(struct cli_search *cli, const struct cli_command *command, const struct cli_values *values);

/** Makes the folder, or takes it over, and opens the search. @return as cli_search_open(). */
int cli_search_begin(struct cli_search *cli);

/**
 * Ends it: writes search.json and index.html, prints what was told, and where it lies.
 * @param code The exit status if all goes well; the search being broken, or files that cannot be
 *        written, make another.
 */
int cli_search_end(struct cli_search *cli, int code);

/**
 * Ends it with an error, which search.json and index.html tell before what was found until then.
 * --resume is offered if the search may come to something else then.
 * @param code EXIT_USAGE: what was asked for does not fit what was found, which going on does not
 *        change. EXIT_INCONCLUSIVE: all else. EXIT_BUG is made of either if the search is broken.
 * @return the exit status.
 */
int cli_search_fail(struct cli_search *cli, const struct error *err, int code);

/** Releases everything. To be called in every case. */
void cli_search_close(struct cli_search *cli);

#endif
