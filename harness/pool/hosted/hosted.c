/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session inside QEMU's process: takes the job that came with the orders, runs it, and ends the
 * process. Part of the library that the pool has engines started with, and not of the program.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/pool/handover.h"
#include "harness/pool/hosted/statics.h"
#include "harness/pool/page.h"
#include "emulator/qemu/inside/inside.h"
#include "harness/session/session.h"

enum { STATUS_DONE = 0, STATUS_BROKEN = QEMU_STATUS_BROKEN };

/* The session's connections to the pool; a branch has its own. */
struct hosted {
	struct session_hold hold; /* first: what the session knows of this */
	struct session_page *page;
	int pipe;
	struct qemu *qemu;
	struct handover handover;
	struct wall *wall; /* NULL: time is virtual */
	int port;          /* of WALL_TAP */
};

static struct qemu *give_device(void *ctx, const struct plan *plan, const char *dir, char ret_hash[QEMU_HASH_SIZE], struct error *err)
{
	const struct hosted *hosted = ctx;

	(void)plan;
	(void)dir;
	if (hosted->wall != NULL && !wall_connect(hosted->wall, hosted->port, err))
		return NULL;
	memcpy(ret_hash, hosted->handover.image_hash, QEMU_HASH_SIZE);
	return hosted->qemu;
}

static bool connect_to(struct hosted *hosted, const struct inside_order *order)
{
	hosted->page = session_page_map(order->page_fd);
	if (hosted->page == NULL)
		return false;
	inside_share(&hosted->page->qemu);
	hosted->pipe = order->pipe_fd;
	hosted->hold.at = order->hold_at;
	hosted->hold.phase = order->hold_phase;
	return true;
}

_Noreturn static void run_session(const struct inside_order *order, struct qemu *qemu);

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "stutter: %s\n", what);
	_exit(STATUS_BROKEN);
}

static uint64_t cpu_ns(void)
{
	struct timespec used;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * SIM_S + (uint64_t)used.tv_nsec;
}

/*
 * For measuring: the guest and QEMU do what they did in a session, and nobody else does anything.
 */
_Noreturn static void play(struct hosted *hosted)
{
	struct verdict verdict = {.kind = VERDICT_INCONCLUSIVE, .reason = "played back"};
	uint64_t before = cpu_ns();

	verdict.requests = inside_play(hosted->handover.play, hosted->qemu);
	verdict.outside_ns = cpu_ns() - before;
	hosted->page->verdict = verdict;
	session_message_done(hosted->pipe);
	_exit(STATUS_DONE);
}

/*
 * Another session takes over from the one that is held: it has a world of its own, which lives
 * through the same.
 */
_Noreturn static void begin_anew(const struct inside_order *order, struct qemu *qemu)
{
	statics_restore();
	inside_moved();
	inside_rehearse();
	run_session(order, qemu);
}

static const char *wait_for_orders(struct session_hold *hold)
{
	struct hosted *hosted = (struct hosted *)hold;
	const struct inside_order *order = inside_hold();

	if (order->anew)
		begin_anew(order, hosted->qemu);
	if (!connect_to(hosted, order))
		_exit(STATUS_BROKEN);
	return order->dir;
}

static void moved(struct session_hold *hold)
{
	(void)hold;
	inside_moved();
}

static void tell_progress(void *ctx, uint64_t virtual_ns, const char *phase)
{
	struct hosted *hosted = ctx;

	session_message_progress(&hosted->pipe, virtual_ns, phase);
}

_Noreturn static void run_session(const struct inside_order *order, struct qemu *qemu)
{
	static struct hosted hosted;
	static struct plan plan;
	static struct verdict verdict;
	static char dir[DEVICE_PATH_MAX];
	struct error err = {.text = ""};

	(void)signal(SIGPIPE, SIG_IGN);
	hosted = (struct hosted){.hold = {.wait = wait_for_orders, .moved = moved}, .qemu = qemu};
	if (!connect_to(&hosted, order))
		fail("the page shared with the pool cannot be mapped");
	if (!handover_read(order->job_fd, &plan, &hosted.handover, &err))
		fail(err.text);
	if (hosted.handover.play[0] != '\0')
		play(&hosted);
	if (hosted.handover.is_common || hosted.handover.record[0] != '\0')
		inside_record();
	(void)snprintf(dir, sizeof dir, "%s", order->dir);
	hosted.port = order->port_fd;
	if (hosted.handover.is_live)
		hosted.wall = wall_open(&hosted.handover.wall);
	const struct session_options options = {.dir = dir,
	                                        .start = give_device,
	                                        .hold = &hosted.hold,
	                                        .requests_shared = hosted.page->qemu.requests,
	                                        .outside = hosted.wall != NULL ? wall_outside(hosted.wall) : NULL,
	                                        .bus = hosted.handover.bus,
	                                        .progress = tell_progress,
	                                        .ctx = &hosted};
	session_run(&plan, &options, &verdict);
	if (hosted.handover.record[0] != '\0' && !inside_save(hosted.handover.record, &err))
		fail(err.text);
	hosted.page->verdict = verdict;
	session_message_done(hosted.pipe);
	_exit(STATUS_DONE);
}

_Noreturn void inside_session(const struct inside_order *order, struct qemu *qemu)
{
	statics_keep();
	run_session(order, qemu);
}
