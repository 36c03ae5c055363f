/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * pcap filter expressions (pcap-filter(7)), for Ethernet, with numeric addresses only: a filter means the same everywhere.
 */
#ifndef FAULT_FILTER_H
#define FAULT_FILTER_H

#include <stdbool.h>

#include <pcap/pcap.h>

#include "lib/base/error.h"

/** @return false with @p err (no place) if @p filter is no expression, or asks for a name; the empty one is good. */
bool filter_check(const char *filter, struct error *err);

/** Compiles @p expression. @return false with @p err (no place). @param ret_program To be released with pcap_freecode(). */
bool filter_compile(const char *expression, struct bpf_program *ret_program, struct error *err);

#endif
