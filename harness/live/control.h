/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The control socket: a Unix socket with mode 0600 on which whoever may open it asks a running
 * bridge for something (requests.h), a line a request.
 *
 * How it works: the socket and its clients hang on an epoll instance of their own, whose descriptor
 * is the one side that the bridge waits for. Nothing here waits for a client: one that does not
 * take its answers, or sends a line that is too long, is hung up on.
 */
#ifndef LIVE_CONTROL_H
#define LIVE_CONTROL_H

#include <stddef.h>

#include "harness/live/bridge.h"

/** Of a socket, with its end (unix(7)). */
#define CONTROL_PATH_MAX 108
/** So many clients at once; one more has to wait. */
#define CONTROL_CLIENTS_MAX 8
/** Bytes of a request, without its line feed. */
#define CONTROL_LINE_MAX 16384U

struct control;

/**
 * Where the socket is when nobody says: in $XDG_RUNTIME_DIR, /run/user/UID, or for root in /run.
 * @return false with @p err if there is none of these.
 */
bool control_standard_path(char ret_path[CONTROL_PATH_MAX], struct error *err);

/**
 * Listens. A socket that nobody listens on any more is taken away first.
 * @return NULL with @p err: somebody listens there, the path is too long, or something else is
 * there.
 */
struct control *control_open(const char *path, struct error *err);

/** What a bridge waits for. */
struct bridge_side control_side(struct control *control);

/** Hangs up on all and removes the socket, as far as that is still permitted; NULL is fine. */
void control_close(struct control *control);

/**
 * The other end: asks for something and waits for the answer.
 * @param ret_answer A line without its line feed, to be released with free().
 * @return false with @p err if nobody answers.
 */
bool control_ask(const char *path, const char *request, char **ret_answer, struct error *err);

#endif
