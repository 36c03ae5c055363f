/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Kinds of fault that a sweep tries, and the groups of addresses that each fits: a table, in which
 * another kind is one row.
 *
 * Amounts are such that a good client of an update gets over them, and a weak one need not: longer
 * than common timeouts, shorter than an update's patience.
 */
#ifndef SEARCH_KINDS_H
#define SEARCH_KINDS_H

#include "harness/search/targets.h"

#define KIND_PARAMS_MAX 3

/** How a kind says where it happens. */
enum kind_how {
	KIND_AT,   /**< it happens to what passes there */
	KIND_FROM, /**< it begins when that passes: what happens to the cable */
	KIND_ONCE, /**< it has no address: power on */
};

struct kind {
	const char *name;   /**< for people, and the name of its faults */
	const char *action; /**< of the catalogue (fault/action.h) */
	uint32_t sorts;     /**< bits, KIND_SORT(): where it fits */
	enum kind_how how;
	bool tcp_only; /**< fits only frames of TCP */
	struct {
		const char *key, *value;
	} params[KIND_PARAMS_MAX];
};

#define KIND_SORT(sort) (UINT32_C(1) << (sort))

/**
 * All kinds; ends with a NULL name. In the order of the layers, and so of the table that is told.
 */
extern const struct kind kinds[];

/** How many there are. */
size_t kinds_count(void);

/** Whether a fault of this kind can act at such an address. */
bool kind_fits(const struct kind *kind, const struct target *target);

/** The fault of this kind at this address. */
void kind_fault(const struct kind *kind, const struct target *target, struct fault *ret_fault);

/** "drop, to-server tcp.syn[80/1]#1". @return ret_text. */
const char *kind_say(const struct kind *kind, const struct target *target, char *ret_text, size_t size);

#endif
