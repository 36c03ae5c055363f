/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * One QEMU process: its command line, its start, its end. Inside emulator/qemu only.
 */
#ifndef QEMU_PROCESS_H
#define QEMU_PROCESS_H

#include <sys/types.h>

#include "qemu/qemu.h"

#define PROCESS_CONSOLE "console.log"
#define PROCESS_LOG "qemu.log"

struct process {
	pid_t pid;  /**< 0: none */
	int qmp_fd; /**< our end of the control channel; -1: none */
	int status; /**< of waitpid(), once it has ended */
	char dir[PATH_MAX];
};

/** The folded defaults of @p image. */
struct qemu_image process_image(const struct qemu_image *image);

/** Writes the part of the command line that a snapshot depends on, as one text, to @p ret_text. */
void process_describe(const struct qemu_image *image, char *ret_text, size_t size);

/**
 * Starts QEMU in @p dir.
 * @param incoming_fd An open snapshot to load; -1: a cold boot.
 * @param cpu Pins it to this core; -1: no pinning.
 */
bool process_start(struct process *ret_process, const struct qemu_image *image, const char *initrd, const char *dir, int incoming_fd,
                   int cpu, struct error *err);

/** Kills it if it still runs, and reaps it. */
void process_kill(struct process *process);

/** Gives it a moment to end by itself, kills it then, and reaps it: its status tells of its own end if there was one. */
void process_reap(struct process *process);

/** Adds how it ended and the last lines of its console and of what it said itself to @p err. @return false. */
bool process_explain(const struct process *process, struct error *err);

#endif
