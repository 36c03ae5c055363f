/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame comes with bits inverted. */
#include <string.h>

#include "lib/fault/flips.h"
#include "lib/link/checksum.h"
#include "harness/proxy/rule.h"

enum { CORRUPT_FRAME, CORRUPT_PAYLOAD };

/** Bits of the frame are inverted: at places that are drawn, or at those that are given. */
struct corrupt_params {
	uint64_t bits; /**< how many are drawn; 0: flips says which */
	/** of the frame in which they are drawn: CORRUPT_FRAME, CORRUPT_PAYLOAD */
	unsigned part;
	struct flips flips; /**< what lies behind the frame's end stays as it is */
	bool mend;          /**< checksums are made right again, so that nobody notices */
};

static const char *const corrupt_parts[] = {"frame", "payload", NULL};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(corrupt_params, bits, "bits", UNIT_NONE, "0", 0, FLIPS_MAX, "number of bits, at positions that are drawn"),
	PARAM_ROW_CHOICE(corrupt_params, part, "part", corrupt_parts, "frame",
                         "part of the frame they are drawn from: all of it, or the payload of TCP, UDP or ICMP"),
	PARAM_ROW_CUSTOM(corrupt_params, flips, "xor", &flips_codec, "",
                         "bits that are inverted instead; what lies behind the frame's end is left out"),
	PARAM_ROW_BOOL(corrupt_params, mend, "mend", "false", "true corrects the checksums of IPv4, TCP, UDP and ICMP afterwards"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct corrupt_params *params = fault_params(fault);

	if ((params->bits > 0) != (params->flips.count > 0))
		return true;
	*ret_key = params->bits > 0 ? "xor" : "corrupt";
	return error_set(err, "give either the number of bits or their positions: 'bits' or 'xor'");
}

static bool draws(const struct action_params *params)
{
	return ((const struct corrupt_params *)(const void *)params->bytes)->bits > 0;
}

struct part {
	size_t from, length;
};

static struct part part_of(const struct rule *rule, const struct frame *frame)
{
	const struct corrupt_params *params = fault_params(&rule->fault);

	if (params->part == CORRUPT_FRAME)
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
	const struct corrupt_params *params = fault_params(&rule->fault);
	size_t places[FLIPS_MAX], total = part.length * 8;
	size_t wanted = params->bits < total ? (size_t)params->bits : total;

	for (size_t i = 0; i < wanted; i++) {
		uint64_t which = draw_which(&passage->event, PURPOSE_PLACE) + i;
		size_t drawn = (size_t)random_below(rule->armed.stream, draw_what(&passage->event), which, total - i);
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

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct corrupt_params *params = fault_params(&rule->fault);
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
	memcpy(act_says(act, rule->fault.action), &exact, sizeof exact);
}

static const struct behaviour behaviour = {.apply = apply};

const struct action fault_corrupt = {
	.name = "corrupt",
	.summary = "bits of the frame are inverted",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct corrupt_params),
	.is_netems = true,
	.check = check,
	.draws = draws,
	.act = &behaviour,
};
