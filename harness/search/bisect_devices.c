/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bisection runs: the plan for the device of each revision, which may have to be built. */
#include "harness/search/bisect.h"

#include <stdio.h>
#include <string.h>

bool bisect_read_plan(const struct bisect_options *options, const char *device, struct plan *ret_plan, struct error *err)
{
	const bool good = options->by_chance ? plan_open(ret_plan, options->plan, device, options->paths, err)
	                                     : plan_open_frozen(ret_plan, options->plan, device, options->paths, err);

	if (!good)
		return false;
	plan_look(ret_plan);
	ret_plan->may_differ = options->may_differ;
	ret_plan->least_found = options->least;
	if (device != NULL)
		made_forget_device(&ret_plan->made);
	return true;
}

const char *bisect_name(const struct bisect *bisect, size_t at, char *ret_text, size_t size)
{
	const struct revision *revision = &bisect->options.revisions->list[at];

	(void)snprintf(ret_text, size, "%s%s%.80s%s", revision->name, revision->subject[0] != '\0' ? " \"" : "", revision->subject,
	               revision->subject[0] != '\0' ? "\"" : "");
	return ret_text;
}

/* -- progress -- */

/*
 * How many sessions are left by certainty: a look for each halving, and the proof of a revision
 * with one parent.
 */
static size_t sessions_left(const struct bisect *bisect)
{
	size_t left = 2 * BISECT_PROOF;

	for (size_t suspects = bisect->suspects.count; suspects > 1; suspects = (suspects + 1) / 2)
		left++;
	return left;
}

void bisect_stage(struct bisect *bisect, const char *stage)
{
	const struct search_counts counts = search_counts(bisect->options.search);

	search_stage(bisect->options.search, bisect->options.by_chance ? 0 : counts.run + counts.cached + sessions_left(bisect), stage);
}

/* -- devices -- */

static bool read_subject(struct bisect *bisect, size_t at, const char *device)
{
	struct subject *subject = &bisect->subjects[at];
	struct error err = {.text = ""};

	subject->has_plan = bisect_read_plan(&bisect->options, device, &subject->plan, &err);
	if (!subject->has_plan)
		(void)error_format(&err, subject->why_not, sizeof subject->why_not);
	return subject->has_plan;
}

/*
 * Whether a file of a device is another's by now: two that name the same one must have found the
 * same in it.
 */
static bool is_written_over(const struct bisect *bisect, const char *path, const char *hash, size_t file, size_t *ret_by)
{
	for (size_t i = 0; i < bisect->options.revisions->count; i++) {
		const struct plan *plan = &bisect->subjects[i].plan;
		const char *const paths[] = {plan->device.kernel, plan->device.initramfs, plan->device.overlay},
				  *const hashes[] = {plan->present.kernel, plan->present.initramfs, plan->present.overlay};
		if (bisect->subjects[i].has_plan && strcmp(paths[file], path) == 0 && strcmp(hashes[file], hash) != 0) {
			*ret_by = i;
			return true;
		}
	}
	return false;
}

/*
 * What a device names has to stay as it is until the end: sessions of it are run again and again.
 */
static bool check_files(const struct bisect *bisect, size_t at, struct error *err)
{
	const struct plan *plan = &bisect->subjects[at].plan;
	const char *const paths[] = {plan->device.kernel, plan->device.initramfs, plan->device.overlay}, *const hashes[] = {
														 plan->present.kernel,
														 plan->present.initramfs,
														 plan->present.overlay};
	const char *name = bisect->options.revisions->list[at].name;
	size_t by;

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (builds_in_checkout(bisect->options.builds, paths[i]))
			return error_set(
				err,
				"the device of revision %s names %s, which lies in the checkout and is gone with the next revision; "
				"the build command has to leave it beside $STUTTER_DEVICE",
				name, paths[i]);
		if (is_written_over(bisect, paths[i], hashes[i], i, &by))
			return error_set(err,
			                 "the devices of the revisions %s and %s name the same file with different content, %s; the build "
			                 "command has to leave what it makes beside $STUTTER_DEVICE",
			                 bisect->options.revisions->list[by].name, name, paths[i]);
	}
	return true;
}

enum step bisect_prepare(struct bisect *bisect, size_t at, struct error *err)
{
	const struct bisect_options *options = &bisect->options;
	struct subject *subject = &bisect->subjects[at];
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX] = "", stage[128];

	if (subject->has_plan || subject->why_not[0] != '\0')
		return STEP_DONE;
	if (options->builds == NULL) {
		(void)read_subject(bisect, at, options->revisions->list[at].id);
		return STEP_DONE;
	}
	(void)snprintf(stage, sizeof stage, "building %s", options->revisions->list[at].name);
	bisect_stage(bisect, stage);
	const enum build_outcome outcome = builds_get(options->builds, options->revisions->list[at].id, device, why, err);
	if (outcome == BUILD_STOPPED) {
		(void)search_is_over(options->search); /* so it knows that it was cut short */
		return STEP_HELD;
	}
	if (outcome == BUILD_BROKEN)
		return STEP_BROKEN;
	if (outcome == BUILD_FAILED)
		(void)snprintf(subject->why_not, sizeof subject->why_not, "%s", why);
	else
		subject->is_built = read_subject(bisect, at, device);
	return !subject->is_built || check_files(bisect, at, err) ? STEP_DONE : STEP_BROKEN;
}
