/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/engine/branching.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/pool/handover.h"
#include "harness/pool/page.h"
#include "emulator/qemu/engine.h"
#include "harness/session/folder.h"
#include "harness/session/session.h"

#define AWAIT_MS 300000

/* One process of the tree: the session itself, or a branch. */
struct member {
	struct session_page *page;
	int page_fd, pipes[2];
	char dir[PATH_MAX];
	pid_t pid;
};

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1000000;
}

static bool open_member(struct member *member, const char *dir, const char *name, struct error *err)
{
	(void)snprintf(member->dir, sizeof member->dir, "%s/%s", dir, name);
	member->page_fd = session_page_make(&member->page);
	return (member->page_fd >= 0 && pipe2(member->pipes, O_CLOEXEC) == 0 && folder_make(member->dir, err)) ||
	       error_set(err, "no page, pipe or folder for %s", name);
}

static void close_member(struct member *member)
{
	(void)close(member->page_fd);
	(void)close(member->pipes[0]);
	(void)close(member->pipes[1]);
	session_page_unmap(member->page);
}

static bool order(struct engine *engine, struct member *member, bool branch, uint64_t hold_at, int job_fd, struct engine **ret_held,
                  struct error *err)
{
	const struct engine_order wanted = {.branch = branch,
	                                    .hold_at = hold_at,
	                                    .dir = member->dir,
	                                    .page_fd = member->page_fd,
	                                    .job_fd = job_fd,
	                                    .pipe_fd = member->pipes[1]};

	return engine_order(engine, &wanted, &member->pid, ret_held, err);
}

/*
 * Waits for the end of a process; its progress reports are of no interest, but must not fill the
 * pipe.
 */
static bool await_end(struct member *member, struct error *err)
{
	char piece[4096];
	int status = 0;

	for (;;) {
		pid_t ended = waitpid(member->pid, &status, WNOHANG);
		if (ended == member->pid)
			break;
		if (ended < 0 && errno != EINTR)
			return error_set(err, "%s: no such child", member->dir);
		struct pollfd ready = {.fd = member->pipes[0], .events = POLLIN};
		if (poll(&ready, 1, 10) > 0)
			(void)!read(member->pipes[0], piece, sizeof piece);
	}
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0) || error_set(err, "%s ended with status %x", member->dir, (unsigned)status);
}

static bool same_file(const char *a, const char *b, const char *name)
{
	char command[3 * PATH_MAX];

	(void)snprintf(command, sizeof command, "cmp -s '%s/%s' '%s/%s'", a, name, b, name);
	return system(command) == 0;
}

static void compare(struct branching *branching, const char *session, const char *branch)
{
	static const char *const names[] = {"trace.txt", "device.pcapng", "server.pcapng", "console.log",
	                                    "plan.yaml", "addresses.txt", "series.csv"};

	for (size_t i = 0; i < sizeof names / sizeof names[0] && branching->differs[0] == '\0'; i++)
		if (!same_file(session, branch, names[i]))
			(void)snprintf(branching->differs, sizeof branching->differs, "%.400s/%s", branch, names[i]);
}

/*
 * The session goes on from point to point; at each a branch goes on to the end, before the session
 * does.
 */
static bool walk(struct branching *branching, struct engine *engine, struct member *session, const char *dir, struct error *err)
{
	struct error ended;

	for (size_t i = 0; i < branching->count; i++) {
		struct engine *same = NULL;
		char name[32];
		/* A session that ends before the point has closed its end of the channel. */
		if (!engine_await(engine, AWAIT_MS, NULL, &ended))
			return true;
		branching->reached++;
		struct member branch;
		(void)snprintf(name, sizeof name, "branch-%zu", i + 1);
		if (!open_member(&branch, dir, name, err))
			return false;
		double start = now_ms();
		bool good = order(engine, &branch, true, 0, -1, NULL, err);
		double took = now_ms() - start;
		branching->branch_ms = took > branching->branch_ms ? took : branching->branch_ms;
		good = good && await_end(&branch, err);
		close_member(&branch);
		uint64_t next = i + 1 < branching->count ? branching->points[i + 1] : 0;
		if (!good || !order(engine, session, false, next, -1, &same, err))
			return false;
	}
	return true;
}

static bool run_tree(struct branching *branching, const struct plan *plan, const struct paths *paths, const char *dir, struct error *err)
{
	const struct qemu_image image = session_image(&plan->device);
	struct handover handover = {.paths = *paths};
	struct qemu_snapshot snapshot;
	struct member session;
	struct engine *held = NULL;
	char lacks[512];

	if (!folder_make(paths->snapshots, err) || !qemu_snapshot_ensure(&image, paths->snapshots, NULL, &snapshot, err) ||
	    !open_member(&session, dir, "session", err))
		return false;
	memcpy(handover.image_hash, snapshot.hash, sizeof handover.image_hash);
	struct engine *engine = engine_open(&image, &snapshot, NULL, lacks, sizeof lacks, err);
	int job_fd = engine != NULL ? handover_write(plan, &handover, err) : -1;
	bool good = job_fd >= 0 && order(engine, &session, false, branching->points[0], job_fd, &held, err) &&
	            walk(branching, engine, &session, dir, err) && await_end(&session, err);
	if (job_fd >= 0)
		(void)close(job_fd);
	engine_close(engine);
	for (size_t i = 0; good && i < branching->reached; i++) {
		char branch[PATH_MAX];
		(void)snprintf(branch, sizeof branch, "%s/branch-%zu", dir, i + 1);
		compare(branching, session.dir, branch);
	}
	close_member(&session);
	return good;
}

bool branching_run(struct branching *branching, uint64_t seed, const char *dir, struct error *err)
{
	struct paths paths;
	struct plan plan;

	branching->reached = 0;
	branching->differs[0] = '\0';
	branching->branch_ms = 0;
	if (!paths_find(&paths, err) || !plan_open(&plan, branching->scenario, NULL, &paths, err))
		return false;
	plan_set_seed(&plan, seed);
	bool good = run_tree(branching, &plan, &paths, dir, err);
	plan_close(&plan);
	return good;
}

/*
 * @return CPU seconds of a session that was started from a fresh engine; 0 with @p err if it did
 * not run.
 */
static double cpu_of_session(const struct plan *plan, const struct handover *handover, const struct qemu_image *image,
                             const struct qemu_snapshot *snapshot, const char *dir, const char *name, struct error *err)
{
	struct member member;
	char lacks[512];

	if (!open_member(&member, dir, name, err))
		return 0;
	struct engine *engine = engine_open(image, snapshot, NULL, lacks, sizeof lacks, err);
	int job_fd = engine != NULL ? handover_write(plan, handover, err) : -1;
	bool good = job_fd >= 0 && order(engine, &member, false, 0, job_fd, NULL, err) && await_end(&member, err);
	double seconds = good ? (double)member.page->verdict.outside_ns / 1e9 : 0;
	if (job_fd >= 0)
		(void)close(job_fd);
	engine_close(engine);
	close_member(&member);
	return seconds;
}

bool branching_measure(const char *scenario, const char *dir, double *ret_session_s, double *ret_played_s, struct error *err)
{
	struct handover recorded = {.bus = 0}, played = {.bus = 0};
	struct qemu_snapshot snapshot;
	struct paths paths;
	struct plan plan;

	if (!paths_find(&paths, err) || !plan_open(&plan, scenario, NULL, &paths, err))
		return false;
	const struct qemu_image image = session_image(&plan.device);
	recorded.paths = played.paths = paths;
	(void)snprintf(recorded.record, sizeof recorded.record, "%s/recorded", dir);
	(void)snprintf(played.play, sizeof played.play, "%s/recorded", dir);
	bool good = folder_make(paths.snapshots, err) && qemu_snapshot_ensure(&image, paths.snapshots, NULL, &snapshot, err);
	/* Recording costs something, too: it is not what is measured. */
	good = good && cpu_of_session(&plan, &recorded, &image, &snapshot, dir, "recorded-session", err) > 0;
	recorded.record[0] = '\0';
	*ret_session_s = good ? cpu_of_session(&plan, &recorded, &image, &snapshot, dir, "session", err) : 0;
	*ret_played_s = *ret_session_s > 0 ? cpu_of_session(&plan, &played, &image, &snapshot, dir, "played", err) : 0;
	plan_close(&plan);
	return *ret_played_s > 0;
}
