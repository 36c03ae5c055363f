/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Where a download goes: a file, or a part of the flash (install.h).
 */
#ifndef AGENT_STORE_H
#define AGENT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report.h"

struct store;

struct store_ops {
	/**
	 * Takes the bytes behind those that are there. At offset 0 whatever was there is forgotten.
	 */
	bool (*append)(struct store *store, uint64_t offset, const void *data, size_t size, struct failure *ret_why);
	/** Reads back what is there, from where it will be used. */
	bool (*read)(struct store *store, uint64_t offset, void *ret_data, size_t size, struct failure *ret_why);
};

/** The owner's structure begins with it. */
struct store {
	const struct store_ops *ops;
};

#define STORE_PATH_MAX 128

/** A file of the RAM disk. */
struct file_store {
	struct store store;
	char path[STORE_PATH_MAX];
};

/** Nothing is there yet. */
void file_store_init(struct file_store *ret_store, const char *folder, const char *name);

#endif
