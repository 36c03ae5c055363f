/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is said on the channel of orders between whoever started an engine (engine.h) and the
 * library inside it (inside/). Inside emulator/qemu only: both ends are of one build.
 *
 * The channel is a pair of sockets that keep messages whole (SOCK_SEQPACKET). The library speaks
 * first: struct notice, NOTICE_READY when the guest's request has come at which it was to stop, or
 * NOTICE_LACKS, with the names of what this QEMU does not have. Each order is then answered by
 * NOTICE_DONE with the process that carries it out, or by NOTICE_FAILED; if it is a branch, by
 * NOTICE_BRANCHED with its id before, since nobody else could reap one that fails. An engine that
 * goes on itself answers, and reads orders again only if it is to stop once more.
 */
#ifndef QEMU_ORDERS_H
#define QEMU_ORDERS_H

#include <limits.h>
#include <stdint.h>

/** The environment variable that tells the library its end of the channel. */
#define ORDERS_VARIABLE "STUTTER_ORDERS_FD"

/** Descriptors that come with an order, in this place of the message. */
enum { ORDER_FD_PAGE, ORDER_FD_JOB, ORDER_FD_PIPE, ORDER_FD_ORDERS, ORDER_FD_PORT, ORDER_FDS };

struct order {
	uint32_t branch; /**< fork, and let the child do it */
	/** ORDER_FD_ORDERS is there: what carries this out takes its further orders from there */
	uint32_t has_orders;
	/**
	 * what the session is comes with ORDER_FD_JOB: its world is built anew, and lives through
	 * what was recorded
	 */
	uint32_t anew;
	/** stop again at this request, counted from 1, and wait for orders; 0: never */
	uint64_t hold_at;
	/** stop again at the first request in this phase of the session; empty: never */
	char hold_phase[16];
	char dir[PATH_MAX]; /**< the session's folder from now on, which is there */
};

enum notice_kind { NOTICE_READY, NOTICE_LACKS, NOTICE_BRANCHED, NOTICE_DONE, NOTICE_FAILED };

#define NOTICE_TEXT_MAX 480

struct notice {
	uint32_t kind;
	int32_t pid; /**< NOTICE_BRANCHED, NOTICE_DONE: who carries the order out */
	/** NOTICE_READY: how many requests the guest has made, this one included */
	uint64_t request;
	char text[NOTICE_TEXT_MAX]; /**< NOTICE_LACKS, NOTICE_FAILED */
};

#endif
