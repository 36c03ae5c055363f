/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/pool/held.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/remove.h"
#include "harness/pool/page.h"

/* For a whole session, on a host that has little time for it. */
#define AWAIT_MS 600000

/* What a session that nobody looks at shares with whoever looks after it. */
struct nobody {
	struct session_page *page;
	int page_fd, pipe_fd;
};

static bool open_nobody(struct nobody *ret_nobody)
{
	ret_nobody->pipe_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	ret_nobody->page_fd = session_page_make(&ret_nobody->page);
	return ret_nobody->pipe_fd >= 0 && ret_nobody->page_fd >= 0;
}

static void close_nobody(const struct nobody *nobody)
{
	if (nobody->pipe_fd >= 0)
		(void)close(nobody->pipe_fd);
	if (nobody->page_fd < 0)
		return;
	session_page_unmap(nobody->page);
	(void)close(nobody->page_fd);
}

/*
 * Gives the order, and waits. An engine that was to go on itself is closed if it does not come
 * there. @return the engine at the point; NULL: it did not come there.
 */
static struct engine *lead(struct engine *from, bool branch, const struct held_point *point, const char *dir, int job_fd)
{
	struct engine *engine = NULL;
	struct nobody nobody;
	struct error err;
	pid_t pid;

	const bool opened = open_nobody(&nobody);
	const struct engine_order order = {.branch = branch,
	                                   .hold_at = point->request,
	                                   .hold_phase = point->phase,
	                                   .dir = dir,
	                                   .page_fd = nobody.page_fd,
	                                   .job_fd = job_fd,
	                                   .pipe_fd = nobody.pipe_fd};
	const bool ordered = opened && engine_order(from, &order, &pid, &engine, &err);
	const bool good = ordered && engine_await(engine, AWAIT_MS, point->stop, &err);
	if (!good && ordered)
		engine_abandon(engine);
	else if (!good && !branch)
		engine_close(from);
	close_nobody(&nobody);
	return good ? engine : NULL;
}

bool held_branch(struct held *ret_held, struct engine *from, const struct held_point *point, const char *beside, int job_fd)
{
	struct held held = {.engine = NULL};

	if ((size_t)snprintf(held.dir, sizeof held.dir, "%s.beginning-XXXXXX", beside) >= sizeof held.dir || mkdtemp(held.dir) == NULL)
		return false;
	held.engine = lead(from, true, point, held.dir, job_fd);
	/*
	 * The folder has served its purpose: what is open stays readable for branches, and whoever
	 * is led on in a folder of the same name opens nothing anew.
	 */
	(void)remove_tree(held.dir);
	if (held.engine == NULL)
		return false;
	held.request = engine_request(held.engine);
	*ret_held = held;
	return true;
}

bool held_go_on(struct held *held, const struct held_point *point)
{
	held->engine = lead(held->engine, false, point, held->dir, -1);
	if (held->engine == NULL)
		return false;
	held->request = engine_request(held->engine);
	return true;
}

void held_close(struct held *held)
{
	engine_close(held->engine);
	memset(held, 0, sizeof *held);
}
