/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame comes as another: with bits inverted, shorter, longer.
 */
#include <string.h>

#include "link/checksum.h"
#include "proxy/rule.h"

/* -- corrupt -- */

struct part {
	size_t from, length;
};

static struct part part_of(const struct rule *rule, const struct frame *frame)
{
	if (rule->fault.params.corrupt.part == CORRUPT_FRAME)
		return (struct part){0, frame->length};
	const struct packet packet = packet_parse(frame_bytes(frame));
	return (struct part){packet.payload.length > 0 ? (size_t)(packet.payload.data - frame->data) : 0, packet.payload.length};
}

/* @p places is sorted. The place-th of those that are not in it. */
static size_t skip_taken(const size_t *places, size_t count, size_t place)
{
	for (size_t i = 0; i < count && places[i] <= place; i++)
		place++;
	return place;
}

static void insert(size_t *places, size_t count, size_t place)
{
	size_t at = count;

	for (; at > 0 && places[at - 1] > place; at--)
		places[at] = places[at - 1];
	places[at] = place;
}

/* Each set of so many bits is equally likely; one bit more leaves the others where they are. */
static void draw_flips(const struct rule *rule, const struct passage *passage, struct part part, struct flips *flips)
{
	size_t places[FLIPS_MAX], total = part.length * 8;
	size_t wanted = rule->fault.params.corrupt.bits < total ? (size_t)rule->fault.params.corrupt.bits : total;

	for (size_t i = 0; i < wanted; i++) {
		uint64_t which = passage_which(passage, PURPOSE_PLACE) + i;
		size_t drawn = (size_t)random_below(rule->stream, passage_what(passage), which, total - i);
		size_t place = skip_taken(places, i, drawn);
		insert(places, i, place);
		(void)flips_add(flips, (uint16_t)(part.from + place / 8), (uint8_t)(1U << place % 8));
	}
}

/* Those that lie in the frame. */
static void take_flips(const struct flips *given, size_t length, struct flips *flips)
{
	for (size_t i = 0; i < given->count && given->list[i].offset < length; i++)
		(void)flips_add(flips, given->list[i].offset, given->list[i].mask);
}

static void apply_corrupt(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct corrupt_params *params = &rule->fault.params.corrupt;
	struct corrupt_params exact = {.mend = params->mend};

	if (params->bits > 0)
		draw_flips(rule, passage, part_of(rule, act->frame), &exact.flips);
	else
		take_flips(&params->flips, act->frame->length, &exact.flips);
	if (exact.flips.count == 0)
		return;
	act_own(act, act->frame->length);
	for (size_t i = 0; i < exact.flips.count; i++)
		act->frame->data[exact.flips.list[i].offset] ^= exact.flips.list[i].mask;
	if (params->mend)
		checksum_mend(act->frame->data, act->frame->length);
	act->applied = true;
	act->action = rule->fault.action;
	act->params.corrupt = exact;
}

const struct behaviour behaviour_corrupt = {.apply = apply_corrupt};

/* -- truncate -- */

static void apply_truncate(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct truncate_params *params = &rule->fault.params.truncate;
	size_t length = act->frame->length, left = params->by == 0 ? (size_t)params->to : 0;

	(void)passage;
	if (params->by > 0 && params->by < length)
		left = length - (size_t)params->by;
	if (left < ETHERNET_HEADER)
		left = ETHERNET_HEADER;
	if (left >= length)
		return;
	act_own(act, left);
	act->applied = true;
	act->action = rule->fault.action;
	act->params.truncate = (struct truncate_params){.to = left};
}

const struct behaviour behaviour_truncate = {.apply = apply_truncate};

/* -- pad -- */

static void apply_pad(struct rule *rule, const struct passage *passage, struct act *act)
{
	size_t length = (size_t)rule->fault.params.pad.to;

	(void)passage;
	if (length <= act->frame->length)
		return;
	act_own(act, length);
	act_tell(act, rule);
}

const struct behaviour behaviour_pad = {.apply = apply_pad};
