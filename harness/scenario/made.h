/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a run is made from, beside its plan: the files that it reads and the program, as hashes, so
 * that a frozen plan can be told from one whose ground has moved.
 */
#ifndef SCENARIO_MADE_H
#define SCENARIO_MADE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/param.h"

#define MADE_HASH_MAX 40

/** Texts; an empty one is not known, or not read. Hashes are XXH3-128, 32 hexadecimal digits. */
struct made {
	char tool[64]; /**< version of the program and of the guest's protocol */
	/** of kernel, root file system and machine, the emulator's version included */
	char device_image[MADE_HASH_MAX];
	char image[MADE_HASH_MAX]; /**< of what the device downloads */
	char kernel[MADE_HASH_MAX], initramfs[MADE_HASH_MAX], overlay[MADE_HASH_MAX];
	/** of the tables and recordings that the faults read, one after another */
	char tables[MADE_HASH_MAX];
};

extern const struct param made_params[];

/**
 * Fills in this program. The guest's end of the protocol is in the root file system, ours is here,
 * so both count.
 */
void made_tool(struct made *made);

/**
 * Forgets what the device brings, so that a run on another device does not differ by it; all else
 * still must not.
 */
void made_forget_device(struct made *made);

/**
 * Hashes files, one after another.
 * @param paths Ends with NULL.
 * @param ret_hash Empty if there is no path, or if one of the files cannot be read.
 */
void made_hash(const char *const *paths, char ret_hash[MADE_HASH_MAX]);

/**
 * Finds the file that a plan was made with on another machine: beside the plan, if it is not where
 * it was.
 * @param plan Path of the plan. @param hash Of the file that is looked for; empty: not known.
 * @param path Where it was; the one beside the plan takes its place if it is the file looked for
 * and that at @p path is not, or if there is none at @p path.
 * @return whether it did.
 */
bool made_find_beside(const char *plan, const char *hash, char *path, size_t size);

/**
 * Says what differs between what a run was made from and what it is made from now: "the image, the
 * kernel"; empty if nothing does. What one of the two does not know is not compared.
 * @return ret_text.
 */
const char *made_differs(const struct made *was, const struct made *is, char *ret_text, size_t size);

#endif
