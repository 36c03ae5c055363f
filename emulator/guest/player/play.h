/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The player as a function: in the device it is a program around it (device.c), on the host a
 * command.
 */
#ifndef PLAYER_PLAY_H
#define PLAYER_PLAY_H

#include <stddef.h>
#include <stdint.h>

#define PLAY_LINE_MAX 400

/**
 * Plays a script over the sockets of this process.
 * @param text The script; it is changed, and must stay.
 * @param ready Called before the first step.
 * @param ret_first The first difference; empty: there is none.
 * @return how many differences there were.
 */
unsigned play_script(char *text, size_t length, void (*ready)(uint64_t lease_us), const char **ret_first);

/* -- of whoever plays -- */

/** Something is to be told, such as "step 2 turn 1 differs: ...". */
void play_event(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** It cannot go on. */
_Noreturn void play_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
