/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/pool/beginnings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "harness/pool/handover.h"
#include "harness/session/session.h"

/* Before the first frame of the device, before its first connection, and before its first image. */
static const char *const phases[BEGINNING_DEPTH] = {"dhcp", "connect", "download"};

/*
 * What the members of a family have in common: the plan but for its faults, its name and what is
 * expected. When a session is over, at its deadline or because the device is silent, is told to the
 * guest as the time to call again, and so has to be the same.
 *
 * Where faults are drawn anew from an instant on, they are common, too, as the plan draws them
 * itself: up to that instant all of its redraws are that one session.
 */
static struct plan common_plan(const struct plan *plan)
{
	struct plan common = *plan;

	if (!plan->redraw.asked) {
		common.fault_count = 0;
		common.faults = NULL;
	}
	memset(&common.redraw, 0, sizeof common.redraw);
	common.scenario = NULL;
	common.replay = false;
	common.decisions = (struct decisions){0};
	memset(&common.made, 0, sizeof common.made);
	memset(common.summary, 0, sizeof common.summary);
	(void)snprintf(common.name, sizeof common.name, "beginning");
	expect_init(&common.expect);
	judge_settings_take_due(&common.expect.judges, &plan->expect.judges);
	return common;
}

uint64_t beginning_family(const struct plan *plan)
{
	const struct plan common = common_plan(plan);
	char *text = NULL;
	size_t size = 0;

	FILE *stream = open_memstream(&text, &size);
	if (stream == NULL)
		return 0;
	plan_write(&common, stream);
	/* By what is in the files, and not just by their names. */
	(void)fprintf(stream, "%s %s %s %s\n", plan->present.image, plan->present.kernel, plan->present.initramfs, plan->present.overlay);
	(void)fclose(stream);
	uint64_t hash = XXH3_64bits(text, size);
	free(text);
	return hash != 0 ? hash : 1;
}

static bool is_addressed(const struct match *match)
{
	return match->at[0] != '\0' || match->during[0] != '\0' || match->from.kind == EDGE_ADDRESS || match->from.ns > 0 ||
	       match->nth.first > 1;
}

unsigned beginning_depth(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		if (!is_addressed(&plan->faults[i].match))
			return 1;
	return BEGINNING_DEPTH;
}

/* -- making one -- */

/* A tree wants the first of them only. */
static bool hold_at_phases(struct beginnings *beginnings, struct beginning *beginning, const struct beginnings_wish *wish, int job_fd)
{
	for (size_t i = 0; i < (wish->depth > BEGINNING_DEPTH ? 1 : BEGINNING_DEPTH); i++) {
		const struct held_point point = {.phase = phases[i], .stop = beginnings->stop};
		if (!held_branch(&beginning->held[i], i == 0 ? wish->device : beginning->held[i - 1].engine, &point, wish->dir,
		                 i == 0 ? job_fd : -1))
			return false;
		beginning->count++;
	}
	return true;
}

static void make(struct beginnings *beginnings, struct beginning *beginning, const struct beginnings_wish *wish)
{
	struct handover handover = {.paths = *beginnings->paths, .is_common = true};
	const struct plan common = common_plan(wish->plan);
	struct error err;

	(void)snprintf(handover.image_hash, sizeof handover.image_hash, "%s", wish->image_hash);
	int job_fd = handover_write(&common, &handover, &err);
	if (job_fd < 0)
		return;
	(void)hold_at_phases(beginnings, beginning, wish, job_fd);
	(void)close(job_fd);
}

static void close_beginning(struct beginning *beginning)
{
	held_close(&beginning->walker);
	held_close(&beginning->whole);
	for (size_t i = 0; i < BEGINNING_MARKS; i++)
		held_close(&beginning->marks[i]);
	for (size_t i = 0; i < BEGINNING_DEPTH; i++)
		held_close(&beginning->held[i]);
	memset(beginning, 0, sizeof *beginning);
}

/* -- the tree -- */

/* The later of two that are there at a request, or before. */
static struct held *later(struct held *a, struct held *b, uint64_t request)
{
	if (b->engine == NULL || b->request > request)
		return a;
	return a == NULL || b->request > a->request ? b : a;
}

/* The last held one at a request, or before; NULL: there is none. */
static struct held *last_before(struct beginning *beginning, uint64_t request)
{
	struct held *last = NULL;

	for (size_t i = 0; i < BEGINNING_DEPTH; i++)
		last = later(last, &beginning->held[i], request);
	for (size_t i = 0; i < BEGINNING_MARKS; i++)
		last = later(last, &beginning->marks[i], request);
	return later(last, &beginning->walker, request);
}

/*
 * The session without faults at its very end. The first phase is where the tree begins; the others
 * are not worth their memory any more.
 */
static struct engine *whole_engine(struct beginnings *beginnings, struct beginning *beginning, const struct beginnings_wish *wish)
{
	const struct held_point point = {.phase = SESSION_HOLD_RESULT, .stop = beginnings->stop};

	if (beginning->whole.engine != NULL || beginning->has_no_whole || beginning->count == 0)
		return beginning->whole.engine;
	beginning->has_no_whole = !held_branch(&beginning->whole, beginning->held[beginning->count - 1].engine, &point, wish->dir, -1);
	for (; !beginning->has_no_whole && beginning->count > 1; beginning->count--)
		held_close(&beginning->held[beginning->count - 1]);
	return beginning->whole.engine;
}

/*
 * Whoever walks by leaves one behind at each third of the way: what comes later in small batches
 * need not begin at the beginning.
 */
static void leave_marks(struct beginning *beginning, const struct held_point *point, const char *dir)
{
	for (size_t i = 0; i < BEGINNING_MARKS; i++) {
		const struct held_point mark = {.request = beginning->whole.request * (i + 1) / (BEGINNING_MARKS + 1), .stop = point->stop};
		const struct held *from = last_before(beginning, mark.request);
		if (mark.request <= point->request && beginning->marks[i].engine == NULL && from != NULL && from->request < mark.request)
			(void)held_branch(&beginning->marks[i], from->engine, &mark, dir, -1);
	}
}

/*
 * One session without faults is led on from request to request; to one that lies behind it another
 * is led.
 */
static struct engine *walk_to(struct beginnings *beginnings, struct beginning *beginning, const struct beginnings_wish *wish)
{
	const struct held_point point = {.request = wish->request, .stop = beginnings->stop};
	struct held *walker = &beginning->walker;

	leave_marks(beginning, &point, wish->dir);
	const struct held *from = last_before(beginning, wish->request);
	if (from == NULL || from->request == wish->request)
		return from != NULL ? from->engine : NULL;
	if (from == walker && held_go_on(walker, &point))
		return walker->engine;
	/* What has failed may be the walker; where it stood there is nobody now. */
	from = from == walker ? last_before(beginning, wish->request) : from;
	held_close(walker);
	return from != NULL && held_branch(walker, from->engine, &point, wish->dir, -1) ? walker->engine : NULL;
}

/* -- finding one -- */

static struct beginning *find(struct beginnings *beginnings, uint64_t family)
{
	for (size_t i = 0; i < BEGINNINGS_MAX; i++)
		if (beginnings->list[i].family == family)
			return &beginnings->list[i];
	return NULL;
}

static struct beginning *make_room(struct beginnings *beginnings, uint64_t family)
{
	struct beginning *oldest = &beginnings->list[0];

	for (size_t i = 1; i < BEGINNINGS_MAX; i++)
		if (beginnings->list[i].used < oldest->used)
			oldest = &beginnings->list[i];
	close_beginning(oldest);
	oldest->family = family;
	return oldest;
}

static struct engine *phase_engine(const struct beginning *beginning, unsigned depth, unsigned *ret_depth)
{
	*ret_depth = depth < beginning->count ? depth : (unsigned)beginning->count;
	return *ret_depth > 0 ? beginning->held[*ret_depth - 1].engine : NULL;
}

/*
 * What is left if there is no tree. A session that branches off before the first phase has nothing
 * to share.
 */
static unsigned phase_depth(const struct beginnings_wish *wish)
{
	return wish->depth == BEGINNING_AT ? 0 : wish->depth == BEGINNING_WHOLE ? beginning_depth(wish->plan) : wish->depth;
}

struct engine *beginnings_engine(struct beginnings *beginnings, const struct beginnings_wish *wish, unsigned *ret_depth)
{
	const uint64_t family = beginning_family(wish->plan);
	struct beginning *beginning = find(beginnings, family);
	struct engine *engine = NULL;

	if (beginning == NULL) {
		beginning = make_room(beginnings, family);
		make(beginnings, beginning, wish);
	}
	beginning->used = ++beginnings->uses;
	*ret_depth = wish->depth;
	if (wish->depth == BEGINNING_WHOLE)
		engine = whole_engine(beginnings, beginning, wish);
	else if (wish->depth == BEGINNING_AT)
		engine = walk_to(beginnings, beginning, wish);
	if (engine == NULL)
		engine = phase_engine(beginning, phase_depth(wish), ret_depth);
	return engine != NULL ? engine : wish->device;
}

void beginnings_drop(struct beginnings *beginnings, const struct plan *plan)
{
	struct beginning *beginning = find(beginnings, beginning_family(plan));

	if (beginning != NULL)
		close_beginning(beginning);
}

size_t beginnings_expect(struct beginnings *beginnings, uint64_t family, size_t count)
{
	size_t i = 0;

	while (i < BEGINNINGS_KNOWN && beginnings->known[i].family != family)
		i++;
	if (i == BEGINNINGS_KNOWN) {
		i = beginnings->known_next++ % BEGINNINGS_KNOWN;
		beginnings->known[i].family = family;
		beginnings->known[i].count = 0;
	}
	return beginnings->known[i].count += count;
}

void beginnings_close(struct beginnings *beginnings)
{
	for (size_t i = 0; i < BEGINNINGS_MAX; i++)
		close_beginning(&beginnings->list[i]);
}
