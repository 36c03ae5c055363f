/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * One QEMU process: its command line, its start, its end. Inside emulator/qemu only.
 */
#ifndef QEMU_PROCESS_H
#define QEMU_PROCESS_H

#include <sys/types.h>

#include "emulator/qemu/explain.h"
#include "emulator/qemu/qemu.h"
#include "emulator/qemu/qmp.h"

#define PROCESS_CONSOLE EXPLAIN_CONSOLE
#define PROCESS_LOG EXPLAIN_LOG

struct process {
	pid_t pid;  /**< 0: none */
	int qmp_fd; /**< our end of QMP's channel; -1: none */
	int status; /**< of waitpid(), once it has ended */
	/** of an engine: what console and QEMU have said, in files without a name; -1 otherwise */
	int console_fd, log_fd;
	char console[PATH_MAX], log[PATH_MAX]; /**< the files that process_explain() reads */
};

/** How QEMU is started, besides what it is. */
struct process_options {
	/** its working directory, with console and log; NULL for an engine, which has neither */
	const char *dir;
	int incoming_fd; /**< an open snapshot to load; -1: a cold boot */
	int cpu;         /**< pins it to this core; -1: no pinning */
	/**
	 * of an engine: its end of the channel of orders, on which the library waits; -1: no engine
	 */
	int orders_fd;
};

/** The libraries that QEMU is started with, one or the other. */
extern const unsigned char process_lockstep[], process_lockstep_end[], process_inside[], process_inside_end[];

/** The folded defaults of @p image. */
struct qemu_image process_image(const struct qemu_image *image);

/** Writes the part of the command line that a snapshot depends on, as one text, to @p ret_text. */
void process_describe(const struct qemu_image *image, char *ret_text, size_t size);

/** Starts QEMU; with the library inside/ if it is to be an engine, with lockstep/ otherwise. */
bool process_start(struct process *ret_process, const struct qemu_image *image, const char *initrd, const struct process_options *options,
                   struct error *err);

/** Waits until a snapshot is loaded, and lets the guest run. */
bool process_go_on(struct qmp *qmp, struct error *err);

/** Writes how a process that was reaped ended to @p err. @return false. */
bool process_tell_end(int status, struct error *err);

/** Kills it if it still runs, reaps it, and closes what is open. */
void process_close(struct process *process);

/** Kills it if it still runs, and reaps it. */
void process_kill(struct process *process);

/**
 * Gives it a moment to end by itself, kills it then, and reaps it: its status tells of its own end
 * if there was one.
 */
void process_reap(struct process *process);

/**
 * Adds how it ended and the last lines of its console and of what it said itself to @p err. @return
 * false.
 */
bool process_explain(const struct process *process, struct error *err);

#endif
