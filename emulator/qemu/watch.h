/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Looks after a running QEMU while the caller blocks in a read: notices its end, the guest's panic,
 * silence and the caller's stop flag. Inside emulator/qemu only.
 */
#ifndef QEMU_WATCH_H
#define QEMU_WATCH_H

#include <pthread.h>
#include <stdatomic.h>

#include "emulator/qemu/qemu.h"
#include "emulator/qemu/qmp.h"

struct watch {
	pthread_t thread;
	bool running;
	pid_t pid;
	struct qmp *qmp; /* the thread's own, until it is joined */
	unsigned silence_s;
	const volatile sig_atomic_t *stop;
	int quit[2];          /* a pipe: closing its write end ends the thread */
	atomic_uint requests; /* counts what the caller has read */
	atomic_bool reading;  /* the caller waits for the guest */
	/* a write end that keeps the request FIFO open until QEMU has its own; -1: none */
	atomic_int holder_fd;
	enum qemu_end end; /* valid once the thread is joined */
};

/** Starts the thread. Everything but thread, running, quit and end is filled in by the caller. */
bool watch_start(struct watch *watch, struct error *err);

/**
 * Ends the thread, at once if @p now, otherwise when it has found out why QEMU ended. @return why.
 */
enum qemu_end watch_join(struct watch *watch, bool now);

/** Closes the holder, so that the end of QEMU is the end of the FIFO. */
void watch_release_holder(struct watch *watch);

#endif
