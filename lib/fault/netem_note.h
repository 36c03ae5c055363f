/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What whoever brings tc's words along must know: where they mean something else here than they do
 * to Linux, and how much.
 */
#ifndef FAULT_NETEM_NOTE_H
#define FAULT_NETEM_NOTE_H

#include "lib/fault/fault.h"

#define NETEM_NOTE_MAX 256

/**
 * @param ret_text "loses 5% of the frames here and 0.189% on Linux, where a correlation moves the
 * rate".
 * @return false if there is nothing to say, as of every fault that is netem_exact, and where the
 * two would read the same.
 */
bool netem_note(const struct fault *fault, char ret_text[NETEM_NOTE_MAX]);

#endif
