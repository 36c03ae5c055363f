/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/draw.h"

#include "lib/fault/crandom.h"

uint64_t draw_what(const struct fault_event *event)
{
	return event->site == SITE_FRAME ? event->flow * 2 + (event->direction == TO_DEVICE) : event->site;
}

static uint64_t which_of(uint64_t number, enum purpose purpose)
{
	return number << 8 | purpose;
}

uint64_t draw_which(const struct fault_event *event, enum purpose purpose)
{
	if (event->site != SITE_FRAME)
		return event->number | (uint64_t)purpose << 56;
	return which_of(event->number, purpose) + (event->twin ? PURPOSE_TWIN : 0);
}

uint64_t draw_correlated(struct random_stream stream, const struct fault_event *event, struct map *last, enum purpose purpose,
                         enum purpose repeat, uint64_t correlation)
{
	uint64_t what = draw_what(event);

	if (correlation == 0)
		return draw_which(event, purpose);
	/* The number of the event whose draw counts; 0: there was none yet. */
	uint64_t *drawn = map_at(last, what);
	if (*drawn == 0 || !random_happens(stream, what, draw_which(event, repeat), correlation))
		*drawn = event->number;
	return draw_which(&(struct fault_event){.site = event->site, .number = *drawn}, purpose);
}

uint32_t draw_crandom(struct random_stream stream, const struct fault_event *event, struct map *last, enum purpose purpose,
                      uint64_t correlation)
{
	const uint32_t drawn = (uint32_t)(random_bits(stream, draw_what(event), draw_which(event, purpose)) >> 32);

	if (correlation == 0)
		return drawn;
	/* The last result plus 1; 0: there was none yet, and one is drawn in its place. */
	uint64_t *kept = map_at(last, event->direction);
	uint32_t mixed = *kept != 0 ? (uint32_t)(*kept - 1)
	                            : (uint32_t)(random_bits(stream, event->direction, PURPOSE_LAST + purpose) >> 32);
	(void)crandom_mix(drawn, &mixed, crandom_share(correlation));
	*kept = (uint64_t)mixed + 1;
	return mixed;
}
