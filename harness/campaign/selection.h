/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which scenarios the operands of a command name: files, folders and suites, narrowed by tags.
 */
#ifndef CAMPAIGN_SELECTION_H
#define CAMPAIGN_SELECTION_H

#include "harness/scenario/suite.h"

/** A scenario, and how it is to be run. */
struct choice {
	char *path;
	char *device;              /**< in place of the scenario's own; NULL: its own */
	bool several;              /**< it is there with other devices, too */
	struct ordinals seeds;     /**< first 0: what the scenario says */
	const struct suite *suite; /**< that it comes from; NULL: none */
};

struct selection {
	struct choice *list;
	size_t count;
	struct suite *suites; /**< that were named */
	size_t suite_count;
};

/**
 * What narrows a selection, or goes before what suites say; NULL and 0 where the user does not say.
 */
struct selection_wish {
	const char *tag, *device;
};

/**
 * Finds all that @p operands name: files as they are, folders as the scenarios in and below them in
 * order of name, suites as what they list. Behind a name without an ending, `.yaml` may be left
 * out.
 * @param ret_selection To be released with selection_close().
 */
bool selection_open(struct selection *ret_selection, char *const *operands, const struct selection_wish *wish, struct error *err);
void selection_close(struct selection *selection);

/** What the files in a folder are to be; others in it are left out. */
enum selection_kind { SELECTION_SCENARIOS, SELECTION_SUITES, SELECTION_DEVICES };

/**
 * The *.yaml files of a kind in and below a folder, in order of name.
 * @param ret_paths To be released with selection_free_paths(); ends with NULL.
 */
bool selection_walk(const char *folder, enum selection_kind kind, char ***ret_paths, struct error *err);
void selection_free_paths(char **paths);

#endif
