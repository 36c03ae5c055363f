/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/reach.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "lib/base/hash.h"
#include "lib/base/memory.h"
#include "reports/file.h"

/* The last bit of a set of amounts. */
#define LAST_BIT 31

/* -- items -- */

static uint32_t bit_of(uint64_t amount)
{
	unsigned bit = 0;

	for (; amount > 0 && bit < LAST_BIT; amount >>= 1)
		bit++;
	return UINT32_C(1) << bit;
}

static uint64_t key_of(const char *text)
{
	return XXH3_64bits(text, strlen(text));
}

const struct reach_item *reach_find(const struct reach *reach, const char *text)
{
	const uint64_t at = map_find(&reach->places, key_of(text));

	return at > 0 ? &reach->list[at - 1] : NULL;
}

/* The item of this text, which is made if it is not there. */
static struct reach_item *item_of(struct reach *reach, const char *text)
{
	char cut[REACH_TEXT_MAX];

	(void)snprintf(cut, sizeof cut, "%s", text);
	uint64_t *at = map_at(&reach->places, key_of(cut));
	if (*at > 0)
		return &reach->list[*at - 1];
	if (reach->count == reach->room) {
		reach->room = reach->room > 0 ? 2 * reach->room : 128;
		reach->list = memory_resize(reach->list, reach->room, sizeof *reach->list);
	}
	struct reach_item *item = &reach->list[reach->count++];
	memset(item, 0, sizeof *item);
	memcpy(item->text, cut, sizeof cut);
	item->sessions = 1;
	*at = reach->count;
	return item;
}

void reach_count(struct reach *reach, const char *text, uint64_t times)
{
	item_of(reach, text)->total += times;
}

void reach_amount(struct reach *reach, const char *text, uint64_t amount)
{
	item_of(reach, text)->amounts |= bit_of(amount);
}

void reach_settle(struct reach *reach)
{
	for (size_t i = 0; i < reach->count; i++) {
		struct reach_item *item = &reach->list[i];
		if (item->total > 0 || item->amounts == 0)
			item->amounts |= bit_of(item->total);
		item->total = 0;
	}
}

void reach_close(struct reach *reach)
{
	map_close(&reach->places);
	free(reach->list);
	memset(reach, 0, sizeof *reach);
}

/* -- sets of sessions -- */

static bool is_news(const struct reach *map, const struct reach_item *item)
{
	const struct reach_item *known = reach_find(map, item->text);

	return known == NULL || (item->amounts & ~known->amounts) != 0;
}

size_t reach_news(const struct reach *map, const struct reach *session)
{
	size_t news = 0;

	for (size_t i = 0; i < session->count; i++)
		news += is_news(map, &session->list[i]);
	return news;
}

bool reach_is_new(const struct reach *map, const struct reach *session)
{
	return reach_news(map, session) > 0;
}

size_t reach_merge(struct reach *map, const struct reach *session)
{
	const size_t news = reach_news(map, session);

	for (size_t i = 0; i < session->count; i++) {
		const bool is_there = reach_find(map, session->list[i].text) != NULL;
		struct reach_item *item = item_of(map, session->list[i].text);
		item->amounts |= session->list[i].amounts;
		item->sessions += is_there;
	}
	return news;
}

/* -- a file of it -- */

#define FILE_MARK "reach 1"

bool reach_keep(const struct reach *reach, const char *dir, const char *key, struct error *err)
{
	char name[HASH_TEXT_MAX + sizeof REACH_FOLDER];
	struct report_file file;

	(void)snprintf(name, sizeof name, REACH_FOLDER "/%s", key);
	if (!report_folder_make(dir, REACH_FOLDER, err) || !report_file_open(&file, dir, name, err))
		return false;
	(void)fprintf(file.stream, FILE_MARK "\n");
	for (size_t i = 0; i < reach->count; i++)
		(void)fprintf(file.stream, "%08" PRIx32 " %s\n", reach->list[i].amounts, reach->list[i].text);
	return report_file_close(&file, err);
}

bool reach_kept(struct reach *ret_reach, const char *dir, const char *key)
{
	char *path = memory_format("%s/" REACH_FOLDER "/%s", dir, key), *text = memory_file(path), *rest = NULL;
	const char *line = text != NULL ? strtok_r(text, "\n", &rest) : NULL;
	bool good = line != NULL && strcmp(line, FILE_MARK) == 0;

	*ret_reach = (struct reach){.count = 0};
	while (good && (line = strtok_r(NULL, "\n", &rest)) != NULL) {
		char *end;
		const unsigned long amounts = strtoul(line, &end, 16);
		good = end == line + 8 && *end == ' ';
		if (good)
			item_of(ret_reach, end + 1)->amounts |= (uint32_t)amounts;
	}
	free(text);
	free(path);
	if (!good)
		reach_close(ret_reach);
	return good;
}
