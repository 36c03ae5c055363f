/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/pool/worker.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/session/folder.h"
#include "harness/session/session.h"

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

/* What the session is given: itself, to find the snapshot by, and its pipe. */
struct worker {
	int pipe; /* first: for session_message_progress() */
	const struct worker_job *job;
	struct wall *wall; /* NULL: time is virtual */
};

static struct qemu *restore(void *ctx, const struct plan *plan, const char *dir, char ret_hash[QEMU_HASH_SIZE], struct error *err)
{
	const struct worker *worker = ctx;
	struct qemu_image image = session_image(&plan->device);
	/*
	 * Worker and QEMU take turns, on one core: on that where the host's scheduler has put the
	 * worker, since it knows what else runs.
	 */
	const struct qemu_options options = {.session_dir = dir, .cpu = sched_getcpu(), .stop = &stopped};
	const char *snapshots = worker->job->paths->snapshots;
	struct qemu_snapshot snapshot;

	image.log_dir = dir;
	if (worker->wall != NULL && !wall_connect(worker->wall, worker->job->port_fd, err))
		return NULL;
	if (!folder_make(snapshots, err) || !qemu_snapshot_ensure(&image, snapshots, &stopped, &snapshot, err))
		return NULL;
	memcpy(ret_hash, snapshot.hash, QEMU_HASH_SIZE);
	return qemu_restore(&image, &snapshot, &options, err);
}

_Noreturn static void work(const struct worker_job *job, pid_t parent)
{
	const struct sigaction on_stop = {.sa_handler = stop};
	struct worker worker = {job->pipe, job, job->wall != NULL ? wall_open(job->wall) : NULL};
	const struct session_options session = {.dir = job->dir,
	                                        .start = restore,
	                                        .outside = worker.wall != NULL ? wall_outside(worker.wall) : NULL,
	                                        .bus = job->bus,
	                                        .progress = session_message_progress,
	                                        .ctx = &worker};

	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	(void)sigaction(SIGTERM, &on_stop, NULL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	session_run(job->plan, &session, &job->page->verdict);
	session_message_done(job->pipe);
	_exit(0);
}

bool worker_start(const struct worker_job *job, pid_t *ret_pid, struct error *err)
{
	const pid_t parent = getpid();

	fflush(NULL);
	*ret_pid = fork();
	if (*ret_pid == 0)
		work(job, parent);
	if (*ret_pid < 0)
		return error_set(err, "cannot start a process for the session: %s", strerror(errno));
	(void)setpgid(*ret_pid, *ret_pid);
	return true;
}
