/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * For how long a device has been silent, in time that it had: a process that does not get to the
 * processor cannot speak.
 *
 * Counted are the CPU time of the process, and time on the wall in which none of its threads wants
 * the processor, which is what a device looks like that waits for something that never comes.
 */
#ifndef QEMU_SILENCE_H
#define QEMU_SILENCE_H

#include <stdint.h>
#include <sys/types.h>

struct silence {
	pid_t pid;
	uint64_t requests; /* at the last look */
	uint64_t cpu_ns;   /* of the process, when it last made a request */
	/* the last look; how long it has been found at rest since its last request */
	uint64_t looked_ms, rested_ms;
	uint64_t rest_cpu_ns; /* of the process, at the last look */
};

/** A process begins to be listened to. */
void silence_begin(struct silence *silence, pid_t pid);

/**
 * To be called a few times a second. @param requests How many it has made so far. @return seconds
 * of silence.
 */
uint64_t silence_lasts(struct silence *silence, uint64_t requests);

#endif
