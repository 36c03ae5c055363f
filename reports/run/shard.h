/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The shards that a run was cut into, as run.json writes them: "2/8". */
#ifndef REPORTS_RUN_SHARD_H
#define REPORTS_RUN_SHARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct shard {
	size_t number; /**< from 1 */
	size_t of;     /**< at most PLANNED_SESSIONS_MAX */
};

/** @param text May be NULL. @return false if it is no shard. */
bool shard_read(const char *text, struct shard *ret_shard);

/**
 * @param shards Of a merged run: an array of texts; anything else in it is passed over. NULL: none.
 * @return those that are not among them: each number that one of them is of must be complete. An
 * array of texts, to be released with json_decref().
 */
json_t *shards_missing(const json_t *shards);

#endif
