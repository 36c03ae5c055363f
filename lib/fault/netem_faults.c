/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a line of tc-netem(8) means, as faults. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/fault/netem_line.h"

struct list {
	const struct fault *base;
	struct fault *faults;
	size_t count;
};

/* Adds a fault called "NAME: WHAT" with the standard parameters of @p action. */
static struct fault *add(struct list *list, const char *action, const char *what)
{
	struct fault *fault = &list->faults[list->count++];

	*fault = *list->base;
	(void)snprintf(fault->name, sizeof fault->name, "%.48s: %s", list->base->name, what);
	fault->action = action_find(action);
	CHECK(fault->action != NULL);
	action_init(fault->action, &fault->params);
	return fault;
}

static void set(struct fault *fault, const char *key, uint64_t value)
{
	action_set_quantity(fault->action, &fault->params, key, value);
}

/* What is no quantity. */
static void set_text(struct fault *fault, const char *key, const char *text)
{
	struct error err;
	const struct param *row = param_find(fault->action->params, key);

	CHECK(row != NULL && param_set(row, &fault->params, text, &err));
}

static void set_signed(struct fault *fault, const char *key, int64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%" PRId64, value);
	set_text(fault, key, text);
}

static void set_probability(struct fault *fault, const char *key, uint64_t value)
{
	char text[UNIT_TEXT_MAX];

	set_text(fault, key, unit_format(UNIT_PROBABILITY, value, text));
}

static void set_times(struct fault *fault, const struct netem_times *times)
{
	set(fault, "time", times->time_ns);
	set(fault, "jitter", times->jitter_ns);
	set_text(fault, "distribution", times->distribution);
	set_text(fault, "table", times->table);
}

/* Where everything is hit, nothing is left to correlate. */
static void make_probable(struct fault *fault, uint64_t probability, uint64_t correlation)
{
	fault->match.probability = probability;
	fault->match.correlation = probability < UNIT_PROBABILITY_ONE ? correlation : 0;
}

static void add_loss(const struct netem *netem, struct list *list)
{
	/* The parameters of the models, as tc has them one behind the other. */
	static const struct {
		const char *action, *keys[NETEM_LOSSES_MAX];
	} models[] = {{"loss", {"percent", "correlation"}},
	              {"loss_state", {"p13", "p31", "p32", "p23", "p14"}},
	              {"gemodel", {"p", "r", "1-h", "1-k"}}};

	if (netem->loss == NULL)
		return;
	struct fault *fault = add(list, netem->loss, "loss");
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		for (size_t k = 0; k < netem->loss_count && strcmp(models[i].action, netem->loss) == 0; k++)
			set_probability(fault, models[i].keys[k], netem->losses[k]);
}

static void add_corrupt(const struct netem *netem, struct list *list)
{
	if (!netem->has_corrupt)
		return;
	struct fault *fault = add(list, "corrupt", "corrupt");
	make_probable(fault, netem->corrupt, netem->corrupt_correlation);
	set(fault, "bits", 1);
}

static void add_delay(const struct netem *netem, struct list *list)
{
	struct fault *fault;

	if (netem->reorder > 0) {
		fault = add(list, "reorder", "reorder");
		set(fault, "gap", netem->gap > 0 ? netem->gap : 1);
		make_probable(fault, netem->reorder, netem->reorder_correlation);
	}
	if (!netem->has_delay)
		return;
	fault = add(list, "delay", "delay");
	set_times(fault, &netem->delay);
	set(fault, "correlation", netem->delay.correlation);
	set_text(fault, "keep_order", "false");
}

static void add_rate(const struct netem *netem, struct list *list)
{
	struct fault *fault = add(list, "rate", netem->has_rate ? "rate" : "limit");

	set(fault, "rate", netem->rate.rate_bps);
	set_signed(fault, "overhead", netem->rate.overhead);
	set(fault, "cell_size", netem->rate.cell_size);
	set_signed(fault, "cell_overhead", netem->rate.cell_overhead);
	if (netem->has_limit)
		set(fault, "limit", netem->limit);
}

static void add_slot(const struct netem *netem, struct list *list)
{
	struct fault *fault = add(list, "slot", "slot");

	set(fault, "min_delay", netem->slot.min_ns);
	set(fault, "max_delay", netem->slot.max_ns);
	set(fault, "packets", netem->slot.packets);
	set(fault, "bytes", netem->slot.bytes);
	set_times(fault, &netem->slot.times);
}

static void add_link(const struct netem *netem, struct list *list)
{
	if (netem->has_rate || netem->has_limit)
		add_rate(netem, list);
	if (netem->has_slot)
		add_slot(netem, list);
}

static void add_duplicate(const struct netem *netem, struct list *list)
{
	if (netem->has_duplicate)
		make_probable(add(list, "duplicate", "duplicate"), netem->duplicate, netem->duplicate_correlation);
}

size_t netem_make(const struct netem *netem, const struct fault *base, struct fault *ret_faults)
{
	struct list list = {.base = base, .faults = ret_faults};

	/* Linux copies first, and then copy and frame each take their chances. */
	if (base->match.netem_exact)
		add_duplicate(netem, &list);
	add_loss(netem, &list);
	add_corrupt(netem, &list);
	add_delay(netem, &list);
	add_link(netem, &list);
	if (!base->match.netem_exact)
		add_duplicate(netem, &list);
	return list.count;
}
