/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "campaign/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session/judge.h"
#include "session/session.h"

#define LOOK_MS 200

/* What a worker writes into its pipe; smaller than PIPE_BUF, so it comes whole. The verdict lies in memory that both see. */
struct message {
	bool is_done;
	uint64_t virtual_ns;
	char phase[32];
};

_Static_assert(sizeof(struct message) <= 4096, "a message must fit PIPE_BUF");

size_t pool_cores(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

/* The n-th core that this process may use. */
static int core_of(size_t slot)
{
	cpu_set_t set;
	size_t wanted = slot % pool_cores();

	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return -1;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET((size_t)cpu, &set) && wanted-- == 0)
			return cpu;
	return -1;
}

/* -- in the worker -- */

static volatile sig_atomic_t worker_stop;

static void stop_worker(int signal_number)
{
	(void)signal_number;
	worker_stop = 1;
}

static void send_message(int pipe, const struct message *message)
{
	/* If nobody listens any more there is nobody to tell. */
	ssize_t written = write(pipe, message, sizeof *message);
	(void)written;
}

static void send_progress(void *ctx, uint64_t virtual_ns, const char *phase)
{
	struct message message;

	memset(&message, 0, sizeof message);
	message.virtual_ns = virtual_ns;
	(void)snprintf(message.phase, sizeof message.phase, "%s", phase);
	send_message(*(const int *)ctx, &message);
}

_Noreturn static void work(const struct job *job, const struct pool_options *options, int pipe, pid_t parent)
{
	const struct sigaction on_stop = {.sa_handler = stop_worker};
	struct session_options session = {.dir = job->dir,
	                                  .places = options->places,
	                                  .bus = options->bus,
	                                  .stop = &worker_stop,
	                                  .progress = send_progress,
	                                  .ctx = &pipe};
	struct message message;

	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	(void)sigaction(SIGTERM, &on_stop, NULL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	session.cpu = core_of((size_t)job->slot);
	memset(&message, 0, sizeof message);
	message.is_done = true;
	session_run(&job->plan, &session, job->shared);
	send_message(pipe, &message);
	_exit(0);
}

/* -- in the pool -- */

static void end_without_verdict(struct job *job, const char *why)
{
	memset(&job->verdict, 0, sizeof job->verdict);
	job->verdict.kind = VERDICT_INCONCLUSIVE;
	(void)snprintf(job->verdict.reason, sizeof job->verdict.reason, "%s", why);
	judge_expectation(&job->plan.expect, &job->verdict);
	job->state = JOB_DONE;
}

static void start(struct job *job, const struct pool_options *options, int slot)
{
	int ends[2];

	job->slot = slot;
	job->shared = mmap(NULL, sizeof *job->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (job->shared == MAP_FAILED) {
		end_without_verdict(job, "no memory for the session's verdict");
		return;
	}
	if (pipe2(ends, O_CLOEXEC) != 0) {
		end_without_verdict(job, "no pipe for the session's process");
		return;
	}
	fflush(NULL);
	const pid_t parent = getpid();
	job->pid = fork();
	if (job->pid == 0) {
		close(ends[0]);
		work(job, options, ends[1], parent);
	}
	close(ends[1]);
	if (job->pid < 0) {
		close(ends[0]);
		end_without_verdict(job, "no process for the session");
		return;
	}
	(void)setpgid(job->pid, job->pid);
	job->pipe = ends[0];
	job->state = JOB_RUNNING;
}

static void reap(struct job *job)
{
	char why[96];
	int status = 0;

	close(job->pipe);
	(void)munmap(job->shared, sizeof *job->shared);
	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (job->state == JOB_DONE)
		return;
	if (WIFSIGNALED(status))
		(void)snprintf(why, sizeof why, "the session's process was ended by signal %d (%s)", WTERMSIG(status),
		               strsignal(WTERMSIG(status)));
	else
		(void)snprintf(why, sizeof why, "the session's process ended with status %d and without a verdict", WEXITSTATUS(status));
	end_without_verdict(job, why);
}

/* Reads one message of a worker; tells whether the worker is at its end. */
static bool listen_to(struct job *job)
{
	struct message message;
	ssize_t length = read(job->pipe, &message, sizeof message);

	if (length < 0 && errno == EINTR)
		return false;
	if (length != (ssize_t)sizeof message) {
		reap(job);
		return true;
	}
	if (!message.is_done) {
		job->virtual_ns = message.virtual_ns;
		memcpy(job->phase, message.phase, sizeof job->phase);
		return false;
	}
	job->verdict = *job->shared;
	job->state = JOB_DONE;
	reap(job);
	return true;
}

struct pool {
	struct job *jobs;
	size_t count, next; /* the next job to start */
	const struct pool_options *options;
	struct job *running[POOL_JOBS_MAX]; /* by slot */
};

static void tell(const struct pool *pool, const struct job *job)
{
	if (pool->options->changed != NULL)
		pool->options->changed(pool->options->ctx, job);
}

static void fill_slots(struct pool *pool)
{
	for (size_t slot = 0; slot < pool->options->side_by_side && pool->next < pool->count; slot++) {
		if (pool->running[slot] != NULL)
			continue;
		struct job *job = &pool->jobs[pool->next++];
		start(job, pool->options, (int)slot);
		if (job->state == JOB_RUNNING)
			pool->running[slot] = job;
		tell(pool, job);
	}
}

/* Sent at every look: a worker that has just been forked may not listen yet. */
static void stop_all(struct pool *pool)
{
	for (size_t slot = 0; slot < POOL_JOBS_MAX; slot++)
		if (pool->running[slot] != NULL)
			(void)kill(pool->running[slot]->pid, SIGTERM);
	for (; pool->next < pool->count; pool->next++)
		end_without_verdict(&pool->jobs[pool->next], "not run: the run was stopped before");
}

static size_t wait_for_workers(struct pool *pool)
{
	struct pollfd fds[POOL_JOBS_MAX];
	size_t slots[POOL_JOBS_MAX], count = 0;

	for (size_t slot = 0; slot < POOL_JOBS_MAX; slot++)
		if (pool->running[slot] != NULL) {
			fds[count] = (struct pollfd){.fd = pool->running[slot]->pipe, .events = POLLIN};
			slots[count++] = slot;
		}
	if (count == 0 || poll(fds, count, LOOK_MS) <= 0)
		return count;
	for (size_t i = 0; i < count; i++) {
		struct job *job = pool->running[slots[i]];
		if (fds[i].revents == 0)
			continue;
		if (listen_to(job))
			pool->running[slots[i]] = NULL;
		tell(pool, job);
	}
	return count;
}

void pool_run(struct job *jobs, size_t count, const struct pool_options *options)
{
	struct pool pool = {.jobs = jobs, .count = count, .options = options};

	do {
		if (options->stop != NULL && *options->stop)
			stop_all(&pool);
		fill_slots(&pool);
	} while (wait_for_workers(&pool) > 0 || pool.next < pool.count);
}
