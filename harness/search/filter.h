/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which kinds of fault and which addresses a sweep is narrowed to, in words: `drop,tcp.syn` is the
 * loss of every SYN.
 *
 * A word names an action or a kind of fault, a group of addresses ("control", "spi.msg"), or what a
 * frame carries ("tls.server_hello"). Of words about faults any may fit, and of words about
 * addresses any may; a fault must fit the former and its address the latter.
 */
#ifndef SEARCH_FILTER_H
#define SEARCH_FILTER_H

#include "harness/scenario/plan.h"
#include "harness/search/kinds.h"

#define FILTER_KINDS_MAX 128

struct filter {
	bool kinds[FILTER_KINDS_MAX];     /**< by the index in kinds[] */
	bool cannot_be[FILTER_KINDS_MAX]; /**< the device or its link cannot meet with it */
	uint32_t sorts;                   /**< of addresses, bits: KIND_SORT() */
	uint64_t words;                   /**< of addresses, bits: enum address_word */
	uint32_t phases;                  /**< bits: index into the phases of the targets */
	bool any_kind, any_target;        /**< no word is about it */
};

/** Lets everything pass. */
void filter_init(struct filter *filter);

/** Reads words with commas between them. @return false with @p err: a word that means nothing. */
bool filter_read(struct filter *filter, const char *words, struct error *err);

/**
 * Whether all of these words are phases that the device's client can be in, as far as that is known
 * before any session is there.
 */
bool filter_check_phases(const char *words, const struct device *device, struct error *err);

/**
 * Reads names of phases with commas between them. @return false with @p err: one that the session
 * does not have.
 */
bool filter_read_phases(struct filter *filter, const char *phases, const struct targets *targets, struct error *err);

/**
 * Leaves out kinds that this device, on this link, cannot meet with, such as collisions in full
 * duplex.
 */
void filter_leave_out(struct filter *filter, const struct plan *plan, const struct targets *targets);

/** @param kind An index below FILTER_KINDS_MAX. */
bool filter_takes_kind(const struct filter *filter, size_t kind);
bool filter_takes_target(const struct filter *filter, const struct target *target);

#endif
