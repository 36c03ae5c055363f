/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A map from 64-bit keys to 64-bit values, for what the fault chain remembers of each flow. Looking
 * up never depends on the order of keys.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_entry {
	uint64_t key, value;
	int used;
};

struct map {
	struct map_entry *entries;
	size_t count, room; /* room is 0 or a power of two */
};

/** The value of @p key, made with 0 if it was not there; the pointer holds until the next call. */
uint64_t *map_at(struct map *map, uint64_t key);

/** The value of @p key, or 0 if it is not there. */
uint64_t map_find(const struct map *map, uint64_t key);

void map_close(struct map *map);

#endif
