/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What `bisect` is asked for: the plan, how it is tested, and among which revisions. */
#ifndef CLI_BISECT_OPTIONS_H
#define CLI_BISECT_OPTIONS_H

#include "harness/cli/search.h"
#include "harness/search/bisect.h"

/** Its own options. */
extern const struct cli_option cli_bisect_options[];

/** What the command line asks for. */
struct bisect_wish {
	struct cli_search cli;
	struct bisect_options bisect;
	struct revisions revisions;
	struct builds builds;
	bool has_builds;
	char good[REPOSITORY_HASH_MAX], bad[REPOSITORY_HASH_MAX];
};

/** Reads them, the plan and the revisions, of which cli_search_open() has read the common ones. */
bool cli_bisect_read(struct bisect_wish *wish, struct error *err);

#endif
