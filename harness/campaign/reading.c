/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/reading.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/recorded/fit.h"

bool reading_open(struct reading *reading, bool frozen, const struct campaign_ops *ops, struct error *err)
{
	*reading = (struct reading){.frozen = frozen, .ops = ops};
	return paths_find(&reading->paths, err);
}

/* What tells the sessions of one from those of another: the folder that they lie in. */
static char *name_of(const struct plan *plan, const struct choice *choice)
{
	return memory_format("%s%s%s", plan->name, choice->several ? "/" : "", choice->several ? plan->device.name : "");
}

/* The place of what is wrong with a scenario among others is its beginning. */
static bool check_among_others(const struct reading *reading, const char *name, const char *path, struct error *err)
{
	bool good = true;

	for (size_t i = 0; good && i < reading->count; i++)
		good = strcmp(reading->names[i], name) != 0 || error_set(err,
		                                                         "another scenario of this run has the name '%s' too, "
		                                                         "and their sessions would share folders: rename one of them",
		                                                         name);
	return good || error_at(err, path, 1, 1);
}

/* With several devices, a folder is named by each. */
static bool check_device(const struct plan *plan, const struct choice *choice, struct error *err)
{
	const char *name = plan->device.name;

	if (!choice->several || (strchr(name, '/') == NULL && name[0] != '.' && name[0] != '\0'))
		return true;
	error_set(err, "the device's name '%s' cannot be a folder's name: use no slash and no leading dot", name);
	return error_at(err, choice->path, 1, 1);
}

bool reading_again(const struct reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err)
{
	struct plan plan;
	bool good = reading->frozen ? plan_open_frozen(&plan, choice->path, choice->device, &reading->paths, err)
	                            : plan_open(&plan, choice->path, choice->device, &reading->paths, err);

	if (good && (!recording_check_plan(&plan, err) || !recording_check_judges(&plan, err))) {
		plan_close(&plan);
		return false;
	}
	if (good && choice->suite != NULL)
		suite_require(choice->suite, &plan);
	if (good)
		*ret_plan = plan;
	return good;
}

static bool take_name(struct reading *reading, const struct plan *plan, const struct choice *choice, struct error *err)
{
	char *name = name_of(plan, choice);

	if (!check_device(plan, choice, err) || !check_among_others(reading, name, choice->path, err)) {
		free(name);
		return false;
	}
	reading->names = memory_resize(reading->names, reading->count + 2, sizeof *reading->names);
	reading->names[reading->count++] = name;
	reading->names[reading->count] = NULL;
	return true;
}

bool reading_next(struct reading *reading, const struct choice *choice, struct plan *ret_plan, struct error *err)
{
	struct plan plan;

	if (!reading_again(reading, choice, &plan, err))
		return false;
	for (size_t i = 0; i < plan.warnings.count && reading->ops->warning != NULL; i++)
		reading->ops->warning(reading->ops->ctx, &plan.warnings.list[i]);
	if (!take_name(reading, &plan, choice, err)) {
		plan_close(&plan);
		return false;
	}
	*ret_plan = plan;
	return true;
}

void reading_close(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++)
		free(reading->names[i]);
	free(reading->names);
	reading->names = NULL;
	reading->count = 0;
}
