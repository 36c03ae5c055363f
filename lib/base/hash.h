/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file XXH3 with 128 bits, in the notation of xxhsum: what plans, images and runs are known by.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

/** 32 hexadecimal digits. */
#define HASH_TEXT_MAX 33

XXH3_state_t *hash_begin(void);
void hash_add(XXH3_state_t *state, const void *bytes, size_t length);

/** Adds what a file holds. @return false if it cannot be read; errno says why. */
bool hash_add_file(XXH3_state_t *state, const char *path);

/** Writes the hash of what was added by now. */
void hash_tell(const XXH3_state_t *state, char ret_text[HASH_TEXT_MAX]);

/** The same, and releases the state. */
void hash_end(XXH3_state_t *state, char ret_text[HASH_TEXT_MAX]);

/** The hash of a file; empty if it cannot be read. */
void hash_file(const char *path, char ret_text[HASH_TEXT_MAX]);

/**
 * Any digest, key or signature as two lower case digits a byte.
 * @param ret_text Room for 2 * @p length + 1. @return @p ret_text.
 */
const char *hash_hex(const uint8_t *bytes, size_t length, char *ret_text);

#endif
