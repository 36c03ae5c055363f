/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What `at`, `from` and `until` name: a frame on the wire (address/address.h), or an event at a
 * site (`enc.tx#7`, site.h).
 */
#ifndef FAULT_ADDRESS_H
#define FAULT_ADDRESS_H

#include "lib/fault/event.h"

struct fault_address {
	enum site site;       /**< SITE_FRAME: a frame */
	uint64_t first, last; /**< of a site: which of its events */
	struct address frame; /**< of SITE_FRAME */
};

/** @return false with @p err (no place) if @p text names nothing that can pass or happen. */
bool fault_address_parse(const char *text, struct fault_address *ret_address, struct error *err);

/** Whether @p event is meant. */
bool fault_address_is(const struct fault_address *address, const struct fault_event *event);

#endif
