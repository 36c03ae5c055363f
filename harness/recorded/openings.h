/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What becomes of a SYN in a replay: it is answered, refused or not answered, as the recording has
 * it. Pure.
 *
 * The openings at one address and port are those of the recording in their order; a SYN that comes
 * again is the same. If there are more of them than were recorded, they are answered where any was,
 * else they end as the last one did.
 */
#ifndef RECORDED_OPENINGS_H
#define RECORDED_OPENINGS_H

#include "lib/link/packet.h"
#include "harness/recorded/recording.h"

struct openings;

/** @param recording Borrowed. @return to be released with openings_close(). */
struct openings *openings_open(const struct recording *recording);
void openings_close(struct openings *openings);

/**
 * The next SYN.
 * @param ret_step The index of the step whose opening it is, if it comes for the first time;
 * SIZE_MAX: of none.
 */
enum opening openings_take(struct openings *openings, const struct packet *syn, size_t *ret_step);

#endif
