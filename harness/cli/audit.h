/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The audit: a lint for drivers. What the guest did with the chip that the datasheet forbids
 * (findings), does not know but silicon bears (notes), or that this model lacks, gathered from a
 * session's trace into a table.
 */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include "harness/pool/pool.h"

/** Prints the table of a session that has ended. */
void audit_print(const struct job *job);

#endif
