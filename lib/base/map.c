/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/map.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

#define ROOM_FIRST 64

/* Keys may be close together; the multiplier (2^64 / golden ratio) spreads them. */
static struct map_entry *find(const struct map *map, uint64_t key)
{
	size_t at = (size_t)((key * 0x9e3779b97f4a7c15U) >> 32) & (map->room - 1);

	while (map->entries[at].used && map->entries[at].key != key)
		at = (at + 1) & (map->room - 1);
	return &map->entries[at];
}

static void grow(struct map *map)
{
	struct map old = *map;

	map->room = old.room > 0 ? old.room * 2 : ROOM_FIRST;
	map->entries = memory_new(map->room * sizeof *map->entries);
	for (size_t i = 0; i < old.room; i++)
		if (old.entries[i].used)
			*find(map, old.entries[i].key) = old.entries[i];
	free(old.entries);
}

uint64_t *map_at(struct map *map, uint64_t key)
{
	if ((map->count + 1) * 4 > map->room * 3)
		grow(map);
	struct map_entry *entry = find(map, key);
	if (!entry->used) {
		*entry = (struct map_entry){.key = key, .used = 1};
		map->count++;
	}
	return &entry->value;
}

uint64_t map_find(const struct map *map, uint64_t key)
{
	return map->room > 0 ? find(map, key)->value : 0;
}

void map_close(struct map *map)
{
	free(map->entries);
	memset(map, 0, sizeof *map);
}
