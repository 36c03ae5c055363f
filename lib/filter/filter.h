/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * pcap filter expressions (pcap-filter(7)), for Ethernet, with numeric addresses only: a filter
 * means the same everywhere.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include <stdbool.h>

#include <pcap/pcap.h>

#include "lib/fault/fault.h"

/**
 * Checks the filter of a fault of frames: it must be an expression, ask for no name, and agree with
 * the fault's address. The empty one is good.
 * @param ret_key The key that is wrong. @return false with @p err (no place).
 */
bool filter_check(const struct fault *fault, const char **ret_key, struct error *err);

/**
 * Compiles @p expression. @return false with @p err (no place). @param ret_program To be released
 * with pcap_freecode().
 */
bool filter_compile(const char *expression, struct bpf_program *ret_program, struct error *err);

#endif
