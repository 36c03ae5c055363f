/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/run/shard.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/verdict/planned.h"

bool shard_read(const char *text, struct shard *ret_shard)
{
	return text != NULL && sscanf(text, "%zu/%zu", &ret_shard->number, &ret_shard->of) == 2 && ret_shard->number > 0 &&
	       ret_shard->number <= ret_shard->of && ret_shard->of <= PLANNED_SESSIONS_MAX;
}

static void add_missing(json_t *missing, const struct shard *shards, size_t count, size_t of)
{
	bool *there = memory_new(of + 1);

	for (size_t i = 0; i < count; i++)
		if (shards[i].of == of)
			there[shards[i].number] = true;
	for (size_t number = 1; number <= of; number++) {
		char *text = memory_format("%zu/%zu", number, of);
		if (!there[number])
			json_array_append_new(missing, json_string(text));
		free(text);
	}
	free(there);
}

static bool is_first_of_its_number(const struct shard *shards, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (shards[i].of == shards[index].of)
			return false;
	return true;
}

json_t *shards_missing(const json_t *shards)
{
	struct shard *list = memory_new((json_array_size(shards) + 1) * sizeof *list);
	json_t *missing = json_array();
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(shards); i++)
		count += shard_read(json_string_value(json_array_get(shards, i)), &list[count]);
	for (size_t i = 0; i < count; i++)
		if (is_first_of_its_number(list, i))
			add_missing(missing, list, count, list[i].of);
	free(list);
	return missing;
}
