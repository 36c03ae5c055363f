/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * QEMU's control channel: commands, their answers, and the events between them. Inside
 * emulator/qemu only.
 */
#ifndef QEMU_QMP_H
#define QEMU_QMP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

#define QMP_BUFFER_SIZE 65536

/** Events that were seen, as bits. */
#define QMP_PANICKED 1U
#define QMP_SHUTDOWN 2U
#define QMP_CLOSED 4U /**< the other end is gone */

struct qmp {
	int fd; /**< borrowed */
	unsigned events;
	size_t length;
	char buffer[QMP_BUFFER_SIZE];
};

void qmp_init(struct qmp *ret_qmp, int fd);

/** Milliseconds of a monotonic wall clock, the clock of all deadlines here. */
uint64_t qmp_now_ms(void);

/** Sends a command whose answer nobody waits for; qmp_wait() passes over it. */
bool qmp_send(struct qmp *qmp, const char *command, json_t *arguments, struct error *err);

/**
 * Sends a command and waits for its answer.
 * @param arguments Taken over; NULL: none.
 * @param ret_answer The value of "return", to be released by the caller; NULL: not wanted.
 */
bool qmp_command(struct qmp *qmp, const char *command, json_t *arguments, uint64_t deadline_ms, json_t **ret_answer, struct error *err);

/** As qmp_command(), for a command whose answer has a text member "status". */
bool qmp_status(struct qmp *qmp, const char *command, uint64_t deadline_ms, char *ret_status, size_t size, struct error *err);

/**
 * Waits until one of @p events was seen, the channel is closed or the deadline is over. @return the
 * events seen so far.
 */
unsigned qmp_wait(struct qmp *qmp, unsigned events, uint64_t deadline_ms);

#endif
