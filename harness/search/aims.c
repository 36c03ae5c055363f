/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/aims.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/search/listing.h"

#define FILE_NAME "addresses.txt"

static struct aim *add(struct aims *aims)
{
	if (aims->count == aims->room) {
		aims->room = aims->room > 0 ? 2 * aims->room : 128;
		aims->list = memory_resize(aims->list, aims->room, sizeof *aims->list);
	}
	struct aim *aim = &aims->list[aims->count++];
	memset(aim, 0, sizeof *aim);
	return aim;
}

/* "to-server tcp.syn[80/1]#1..2". */
static bool take_line(void *ctx, const char *line, struct error *err)
{
	char whose[16], what[FAULT_AT_MAX];
	struct listing_entry entry;

	if (sscanf(line, "%15s %79s", whose, what) != 2)
		return true;
	if (!listing_read_entry(whose, what, &entry, err))
		return false;
	struct aim *aim = add(ctx);
	const bool is_frame = entry.site == SITES;
	(void)snprintf(aim->text, sizeof aim->text, "%.*s", (int)strcspn(what, "#"), what);
	aim->direction = entry.direction;
	aim->site = entry.site;
	aim->is_tcp = entry.is_tcp;
	aim->word = is_frame ? entry.address.frame.word : 0;
	aim->last = is_frame ? entry.address.frame.last : entry.address.last;
	return true;
}

bool aims_parse(struct aims *ret_aims, const char *text, struct error *err)
{
	*ret_aims = (struct aims){.count = 0};
	bool good = listing_parse(text, FILE_NAME, take_line, ret_aims, err);
	if (good && ret_aims->count == 0)
		good = error_set(err, FILE_NAME " has nothing that a fault could act on");
	if (!good)
		aims_close(ret_aims);
	return good;
}

bool aims_read(struct aims *ret_aims, const char *dir, struct error *err)
{
	char *text = listing_text(dir, FILE_NAME, err);
	const bool good = text != NULL && aims_parse(ret_aims, text, err);

	free(text);
	return good;
}

void aims_close(struct aims *aims)
{
	free(aims->list);
	memset(aims, 0, sizeof *aims);
}

static bool fits(const struct aim *aim, unsigned site, bool tcp_only)
{
	return aim->site == site && (!tcp_only || aim->is_tcp);
}

/* The index-th row that fits and has this word, from 0; ADDRESS_WORDS: any. */
static const struct aim *row_at(const struct aims *aims, unsigned site, bool tcp_only, unsigned word, uint64_t index)
{
	for (size_t i = 0; i < aims->count; i++) {
		const struct aim *aim = &aims->list[i];
		const bool is_word = word == ADDRESS_WORDS || aim->word == word;
		if (fits(aim, site, tcp_only) && is_word && index-- == 0)
			return aim;
	}
	return NULL;
}

const struct aim *aims_draw(const struct aims *aims, unsigned site, bool tcp_only, struct dice *dice)
{
	unsigned words[ADDRESS_WORDS], word_count = 0;
	uint64_t rows[ADDRESS_WORDS] = {0};

	for (size_t i = 0; i < aims->count; i++) {
		const struct aim *aim = &aims->list[i];
		if (!fits(aim, site, tcp_only))
			continue;
		if (rows[aim->word]++ == 0)
			words[word_count++] = aim->word;
	}
	if (word_count == 0)
		return NULL;
	const unsigned word = words[dice_below(dice, word_count)];
	return row_at(aims, site, tcp_only, word, dice_below(dice, rows[word]));
}

void aim_address(const struct aim *aim, uint64_t most, struct dice *dice, char ret_at[FAULT_AT_MAX])
{
	const uint64_t first = 1 + dice_below(dice, aim->last);
	const uint64_t left = aim->last - first + 1;
	const uint64_t count = dice_between(dice, 1, most < left ? most : left);

	if (count == 1)
		(void)snprintf(ret_at, FAULT_AT_MAX, "%s#%" PRIu64, aim->text, first);
	else
		(void)snprintf(ret_at, FAULT_AT_MAX, "%s#%" PRIu64 "..%" PRIu64, aim->text, first, first + count - 1);
}
