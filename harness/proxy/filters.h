/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The pcap filters of a chain, asked together.
 *
 * How it works: most filters look at the same few bytes of the headers, and most frames of a
 * conversation have the same ones there. So the answers of all filters are remembered in a table,
 * under exactly those bytes that the filters look at (loads.h): the key is a handful of words of
 * the frame's head with all other bytes masked out, and the length if a filter asks for it. A frame
 * whose key is there costs a hash and a comparison, however many filters there are; for any other,
 * every filter runs once, and its answers take the place of those that had the same hash. Keys are
 * compared in full, so an answer is always what pcap_offline_filter() says of the frame at hand.
 *
 * Two things are not in the table. Filters that cannot be followed, or that look at what differs
 * from frame to frame, such as sequence numbers, checksums and payload, run alone for each frame:
 * their bit is unsure. And of frames that are not plain IPv4 (loads_plain()) every filter is
 * unsure.
 *
 * The alternative, one program made of all filters, would still have to run for every frame.
 */
#ifndef PROXY_FILTERS_H
#define PROXY_FILTERS_H

#include "lib/link/frame.h"

/**
 * Sets of filters have a bit a filter: filter i is bit i % FILTERS_BITS of word i / FILTERS_BITS.
 */
#define FILTERS_BITS 64U

struct filters;

/** What is known of all filters about one frame, in sets. */
struct filter_answers {
	const uint64_t *may; /**< a filter that is not in here does not take the frame */
	/**
	 * one that is in both must be asked with filters_take(); one that is only in the other
	 * takes the frame
	 */
	const uint64_t *unsure;
};

/**
 * @param expressions pcap filter expressions, which must compile; an empty one takes every frame.
 * @return to be released with filters_close().
 */
struct filters *filters_open(const char *const *expressions, size_t count);
void filters_close(struct filters *filters);

/** @return what is known about @p frame, valid until the next call. */
struct filter_answers filters_ask(struct filters *filters, const struct frame *frame);

/** Whether filter @p index takes @p frame: the filter itself runs. */
bool filters_take(const struct filters *filters, size_t index, const struct frame *frame);

/** The words of a set of @p count filters. */
static inline size_t filters_words(size_t count)
{
	return (count + FILTERS_BITS - 1) / FILTERS_BITS;
}

static inline void filters_add(uint64_t *set, size_t index)
{
	set[index / FILTERS_BITS] |= UINT64_C(1) << index % FILTERS_BITS;
}

static inline bool filters_has(const uint64_t *set, size_t index)
{
	return set[index / FILTERS_BITS] >> index % FILTERS_BITS & 1;
}

#endif
