/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a loop over slots. A session is a process that shares a page with the pool
 * (page.h) and writes messages into a pipe; the loop starts jobs in their order, polls the pipes,
 * and ends what is silent, over its limit or no longer wanted. A job is waiting, running or done,
 * and goes back to waiting only if the beginning that it was started from turns out not to be its
 * own (beginnings.h).
 */
#include "harness/pool/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/pool/beginnings.h"
#include "harness/pool/engines.h"
#include "harness/pool/families.h"
#include "harness/pool/worker.h"
#include "emulator/qemu/explain.h"
#include "harness/session/folder.h"
#include "harness/session/decide.h"

#define LOOK_MS 200

/*
 * How long a session that was told to stop may take to come to the guest's next request, before it
 * is killed.
 */
#define STOP_MS 2000

/*
 * So much memory must be left for another session beside those that run; one alone is always
 * started.
 */
#define MEMORY_KB 262144

size_t pool_cores(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

struct pool {
	struct job *jobs;
	size_t count, next; /* the next job to start, of order */
	size_t *order;
	/*
	 * Those of the family at hand of which it is known where they branch off: they wait until
	 * it is known of all.
	 */
	struct job **found;
	size_t found_count;
	const struct pool_options *options;
	enum transport transport;
	struct engines *engines, own;
	struct job *running[POOL_JOBS_MAX]; /* by slot */
	char over_limit[96];                /* why a session is ended that takes too long */
};

static bool keeps_engines(const struct pool *pool)
{
	return pool->engines != &pool->own;
}

uint64_t pool_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void end_without_verdict(struct job *job, bool ours, const char *why)
{
	char hash[sizeof job->verdict.image_hash];

	memcpy(hash, job->verdict.image_hash, sizeof hash);
	memset(&job->verdict, 0, sizeof job->verdict);
	memcpy(job->verdict.image_hash, hash, sizeof hash);
	job->verdict.kind = VERDICT_INCONCLUSIVE;
	job->verdict.ours = ours;
	job->verdict.virtual_ns = job->virtual_ns;
	memcpy(job->verdict.phase, job->phase, sizeof job->verdict.phase);
	(void)snprintf(job->verdict.reason, sizeof job->verdict.reason, "%s", why);
	decide_expectation(&job->plan.expect, &job->verdict);
	job->state = JOB_DONE;
}

static bool start_inside(struct pool *pool, struct job *job, int page_fd, int pipe, struct error *err)
{
	const struct engines_job wanted = {.plan = &job->plan,
	                                   .dir = job->dir,
	                                   .bus = pool->options->bus,
	                                   .alone = pool->options->live != NULL || !pool->options->share ||
	                                            (pool->count == 1 && !keeps_engines(pool)) || job->alone,
	                                   .wall = pool->options->live != NULL ? &pool->options->live->wall : NULL,
	                                   .port_fd = job->port_fd,
	                                   .depth = job->depth,
	                                   .request = job->branches_at,
	                                   .page_fd = page_fd,
	                                   .pipe_fd = pipe};

	job->is_inside = folder_make(job->dir, err) &&
	                 engines_start(pool->engines, &wanted, &job->pid, job->verdict.image_hash, &job->depth, err);
	if (job->is_inside)
		silence_begin(&job->silence, job->pid);
	return job->is_inside;
}

static bool start_process(struct pool *pool, struct job *job, int page_fd, int pipe, struct error *err)
{
	char text[sizeof pool->engines->lacks + 128];

	if (pool->transport == TRANSPORT_INSIDE && start_inside(pool, job, page_fd, pipe, err))
		return true;
	if (pool->transport == TRANSPORT_INSIDE && pool->engines->lacks[0] == '\0')
		return false;
	if (pool->transport == TRANSPORT_INSIDE && pool->options->warn != NULL) {
		(void)snprintf(text, sizeof text,
		               "this QEMU lacks %s: sessions run beside it, not inside, which is slower (--transport=fifo)",
		               pool->engines->lacks);
		pool->options->warn(pool->options->ctx, text);
	}
	pool->transport = TRANSPORT_FIFO;
	const struct worker_job worker = {.plan = &job->plan,
	                                  .dir = job->dir,
	                                  .paths = pool->options->paths,
	                                  .bus = pool->options->bus,
	                                  .page = job->page,
	                                  .pipe = pipe,
	                                  .wall = pool->options->live != NULL ? &pool->options->live->wall : NULL,
	                                  .port_fd = job->port_fd};
	return worker_start(&worker, &job->pid, err);
}

static bool give_up(struct job *job, const struct error *err)
{
	end_without_verdict(job, false, err->text);
	folder_complete(job->dir, &job->plan, &job->verdict);
	return false;
}

static size_t count_running(const struct pool *pool)
{
	size_t count = 0;

	for (size_t slot = 0; slot < POOL_JOBS_MAX; slot++)
		count += pool->running[slot] != NULL;
	return count;
}

/* What is at the far end of a session in wall time goes when the session does. */
static bool enter(const struct pool *pool, struct job *job, struct error *err)
{
	const struct pool_live *live = pool->options->live;

	job->port_fd = 0;
	if (live == NULL || live->enter == NULL)
		return true;
	job->has_entered = folder_make(job->dir, err) && live->enter(live->ctx, job, &job->port_fd, err);
	return job->has_entered;
}

static void leave(const struct pool *pool, struct job *job)
{
	if (job->has_entered)
		pool->options->live->leave(pool->options->live->ctx, job);
	job->has_entered = false;
}

/* @return whether it runs now; if it does not it is done, or it waits for memory. */
static bool start(struct pool *pool, struct job *job)
{
	struct error err = {.text = ""};
	int ends[2] = {-1, -1};
	int page_fd;

	job->stopped_ms = job->virtual_ns = 0;
	job->ended_for = NULL;
	job->phase[0] = '\0';
	/* Before there is a pipe, whose end nobody else is to have. */
	if (!enter(pool, job, &err))
		return give_up(job, &err);
	if (pipe2(ends, O_CLOEXEC) != 0 || (page_fd = session_page_make(&job->page)) < 0) {
		error_set(&err, "cannot start the session (pipe or memory): %s; see `ulimit -n`, or run fewer with --jobs",
		          strerror(errno));
		if (ends[0] >= 0) {
			close(ends[0]);
			close(ends[1]);
		}
		leave(pool, job);
		return give_up(job, &err);
	}
	job->pipe = ends[0];
	bool good = start_process(pool, job, page_fd, ends[1], &err);
	/* Behind it, since a device that nobody has booted before is booted there. */
	job->started_ms = pool_now_ms();
	close(page_fd);
	close(ends[1]);
	if (good) {
		job->state = JOB_RUNNING;
		return true;
	}
	close(ends[0]);
	session_page_unmap(job->page);
	leave(pool, job);
	/* What is short now may be there again when another session has ended. */
	if (pool->engines->refuses && count_running(pool) > 0)
		return false;
	return give_up(job, &err);
}

/* What a process that has died without a verdict has died of. */
static void explain_end(struct job *job, int status)
{
	const struct qemu_page *page = &job->page->qemu;
	const char *who = job->is_inside ? "QEMU" : "the session's process";
	struct error err;
	bool ours = false;

	if (job->ended_for != NULL) {
		error_set(&err, "%s", job->ended_for);
	} else if (page->crash.number != 0 && (page->crash.in_world || page->crash.in_harness)) {
		ours = true;
		error_set(&err, "stutter itself failed, with signal %d (%s) at 0x%" PRIx64, (int)page->crash.number,
		          strsignal((int)page->crash.number), page->crash.offset);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == QEMU_STATUS_BROKEN) {
		ours = true;
		error_set(&err, "stutter could not begin the session");
	} else if (WIFSIGNALED(status)) {
		error_set(&err, "%s was killed by signal %d (%s)", who, WTERMSIG(status), strsignal(WTERMSIG(status)));
	} else {
		error_set(&err, "%s ended with exit status %d and without a verdict", who, WEXITSTATUS(status));
	}
	if (!page->stop)
		explain_in(job->dir, &err);
	end_without_verdict(job, ours, err.text);
	folder_complete(job->dir, &job->plan, &job->verdict);
}

static void reap(struct job *job)
{
	int status = 0;

	close(job->pipe);
	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	bool misfit = job->state != JOB_DONE && job->depth > 0 && WIFEXITED(status) && WEXITSTATUS(status) == QEMU_STATUS_MISFIT;
	if (misfit) {
		job->state = JOB_WAITING;
		job->branches_at = job->page->qemu.misfit;
	} else if (job->state != JOB_DONE)
		explain_end(job, status);
	session_page_unmap(job->page);
}

/* Reads one message of a worker; tells whether the worker is at its end. */
static bool listen_to(struct job *job)
{
	struct session_message message;
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
	job->verdict = job->page->verdict;
	job->state = JOB_DONE;
	reap(job);
	return true;
}

static void tell(const struct pool *pool, const struct job *job)
{
	if (pool->options->changed != NULL)
		pool->options->changed(pool->options->ctx, job);
}

/* Whether the host has the memory for one session more, if those that run take as much yet. */
static bool has_memory(size_t running)
{
	FILE *stream = fopen("/proc/meminfo", "re");
	unsigned long available = ULONG_MAX;
	char line[128];

	while (stream != NULL && fgets(line, sizeof line, stream) != NULL && sscanf(line, "MemAvailable: %lu", &available) != 1)
		;
	if (stream != NULL)
		(void)fclose(stream);
	return available >= MEMORY_KB * (running + 1);
}

static const char *ask_hold(const struct pool *pool, const struct job *job)
{
	return pool->options->hold != NULL ? pool->options->hold(pool->options->ctx, job) : NULL;
}

/* -- which is next -- */

static int compare_requests(const void *a, const void *b)
{
	const struct job *left = *(struct job *const *)a, *right = *(struct job *const *)b;

	if (left->branches_at != right->branches_at)
		return left->branches_at < right->branches_at ? -1 : 1;
	return left < right ? -1 : left > right;
}

/*
 * It is known of a session where it branches off from the one without faults. They are run in that
 * order, in which that one passes by.
 */
static void add_found(struct pool *pool, struct job *job)
{
	pool->found[pool->found_count++] = job;
	qsort(pool->found, pool->found_count, sizeof(struct job *), compare_requests);
}

static bool is_found_out_about(const struct pool *pool)
{
	for (size_t slot = 0; slot < POOL_JOBS_MAX; slot++)
		if (pool->running[slot] != NULL && pool->running[slot]->depth == BEGINNING_WHOLE)
			return true;
	return false;
}

static bool is_at_end(const struct pool *pool)
{
	return pool->next == pool->count && pool->found_count == 0;
}

/* @return NULL if there is none, or none until it is known of others where they branch off. */
static struct job *next_job(const struct pool *pool)
{
	struct job *job = pool->next < pool->count ? &pool->jobs[pool->order[pool->next]] : NULL;

	if (pool->found_count == 0 || (job != NULL && job->group == pool->found[0]->group))
		return job;
	return is_found_out_about(pool) ? NULL : pool->found[0];
}

static void take_next(struct pool *pool, const struct job *job)
{
	if (pool->found_count == 0 || job != pool->found[0]) {
		pool->next++;
		return;
	}
	pool->found_count--;
	memmove(&pool->found[0], &pool->found[1], pool->found_count * sizeof pool->found[0]);
}

/* Passes over the jobs that are not to be run. @return as next_job(). */
static struct job *pass_over(struct pool *pool)
{
	struct job *job;

	while ((job = next_job(pool)) != NULL && (job->held_for = ask_hold(pool, job)) != NULL) {
		take_next(pool, job);
		end_without_verdict(job, false, job->held_for);
		tell(pool, job);
	}
	return job;
}

static void fill_slots(struct pool *pool)
{
	struct job *job;

	for (size_t slot = 0; slot < pool->options->side_by_side; slot++) {
		if (pool->running[slot] != NULL)
			continue;
		size_t running = count_running(pool);
		if ((running > 0 && !has_memory(running)) || (job = pass_over(pool)) == NULL)
			return;
		if (start(pool, job))
			pool->running[slot] = job;
		else if (job->state == JOB_WAITING)
			return;
		take_next(pool, job);
		tell(pool, job);
	}
}

static void end_job(struct job *job, const char *why)
{
	job->ended_for = why;
	(void)kill(job->pid, SIGKILL);
}

/* Told at every look: a worker that has just been forked may not listen yet. */
static void stop_job(struct job *job)
{
	if (!job->is_inside) {
		(void)kill(job->pid, SIGTERM);
		return;
	}
	job->page->qemu.stop = 1;
	if (job->stopped_ms == 0)
		job->stopped_ms = pool_now_ms();
	else if (pool_now_ms() - job->stopped_ms > STOP_MS)
		end_job(job, "stopped");
}

static void stop_all(struct pool *pool)
{
	static const char not_run[] = "not run: the run was stopped before";

	for (size_t slot = 0; slot < POOL_JOBS_MAX; slot++)
		if (pool->running[slot] != NULL)
			stop_job(pool->running[slot]);
	for (size_t i = 0; i < pool->found_count; i++)
		end_without_verdict(pool->found[i], false, not_run);
	pool->found_count = 0;
	for (; pool->next < pool->count; pool->next++)
		end_without_verdict(&pool->jobs[pool->order[pool->next]], false, not_run);
}

static bool is_over_limit(const struct pool *pool, const struct job *job)
{
	uint64_t limit = pool->options->wall_limit_ms;

	return limit > 0 && pool_now_ms() - job->started_ms > limit;
}

/*
 * A world in wall time may wait for the wall for as long as a device has no supply: the device is
 * not to blame for that.
 */
static bool is_silent(const struct pool *pool, struct job *job)
{
	if (pool->options->live != NULL && job->page->qemu.in_world)
		silence_begin(&job->silence, job->pid);
	return silence_lasts(&job->silence, job->page->qemu.requests) >= QEMU_SILENCE_S;
}

/* A worker looks after its own QEMU. */
static void look_after_sessions(struct pool *pool)
{
	static const char silent[] = "the device never answered: no request for " QEMU_SILENCE_TEXT " s of processor time or rest";

	for (size_t slot = 0; slot < POOL_JOBS_MAX; slot++) {
		struct job *job = pool->running[slot];
		if (job == NULL || job->ended_for != NULL)
			continue;
		job->held_for = ask_hold(pool, job);
		if (job->held_for != NULL)
			end_job(job, job->held_for);
		else if (is_over_limit(pool, job))
			end_job(job, pool->over_limit);
		else if (job->is_inside && is_silent(pool, job))
			end_job(job, silent);
	}
}

/*
 * A session that does not have the beginning that it was started from is started from an earlier
 * point; or waits for its turn, if that was done to find out where it branches off. @return whether
 * it runs.
 */
static bool again(struct pool *pool, struct job *job)
{
	struct error err;

	if (job->state != JOB_WAITING)
		return false;
	if (pool->options->stop != NULL && *pool->options->stop) {
		error_set(&err, "stopped");
		return give_up(job, &err);
	}
	if (job->depth == BEGINNING_WHOLE) {
		job->depth = BEGINNING_AT;
		add_found(pool, job);
		return false;
	}
	job->depth = job->depth == BEGINNING_AT ? 0 : job->depth - 1;
	if (start(pool, job))
		return true;
	if (job->state == JOB_WAITING) {
		error_set(&err, "not enough memory to start the session; run fewer with --jobs");
		return give_up(job, &err);
	}
	return false;
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
		if (listen_to(job)) {
			leave(pool, job);
			pool->running[slots[i]] = again(pool, job) ? job : NULL;
		}
		tell(pool, job);
	}
	return count;
}

/* Sessions in wall time share nothing, nor do those that run beside QEMU. */
static void put_in_order(struct pool *pool)
{
	const struct families_wish wish = {.jobs = pool->jobs,
	                                   .count = pool->count,
	                                   .side_by_side = pool->options->side_by_side,
	                                   .kept = keeps_engines(pool) ? &pool->engines->beginnings : NULL};

	for (size_t i = 0; i < pool->count; i++)
		pool->order[i] = i;
	if (pool->options->share && pool->options->live == NULL && pool->transport == TRANSPORT_INSIDE)
		families_put_in_order(&wish, pool->order);
}

void pool_run(struct job *jobs, size_t count, const struct pool_options *options)
{
	struct pool pool = {.jobs = jobs,
	                    .count = count,
	                    .options = options,
	                    .order = memory_new(count * sizeof *pool.order),
	                    .found = memory_new(count * sizeof *pool.found),
	                    .transport = options->transport};

	(void)snprintf(pool.over_limit, sizeof pool.over_limit, "the session took longer than --wall-limit, %" PRIu64 ".%03" PRIu64 " s",
	               options->wall_limit_ms / 1000, options->wall_limit_ms % 1000);
	pool.engines = options->engines != NULL ? options->engines : &pool.own;
	if (!keeps_engines(&pool))
		engines_open(pool.engines, options->paths, options->stop);
	/* That was told when it was found. */
	if (pool.engines->lacks[0] != '\0')
		pool.transport = TRANSPORT_FIFO;
	pool.engines->refuses = false;
	put_in_order(&pool);
	do {
		if (options->stop != NULL && *options->stop)
			stop_all(&pool);
		fill_slots(&pool);
		look_after_sessions(&pool);
		if (options->tick != NULL)
			options->tick(options->ctx);
	} while (wait_for_workers(&pool) > 0 || !is_at_end(&pool));
	if (!keeps_engines(&pool))
		engines_close(pool.engines);
	free(pool.order);
	free(pool.found);
}
