/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link that sends some frames at once now and then. */
#include "harness/proxy/jitter.h"
#include "harness/proxy/rule.h"

/** The link gives frames out only now and then, several at once; tc-netem's `slot`. */
struct slot_params {
	uint64_t min_ns;  /**< until the next slot, uniform */
	uint64_t max_ns;  /**< 0: as min_ns */
	uint64_t packets; /**< that one slot takes; 0: no limit */
	uint64_t bytes;   /**< 0: no limit */

	/* Instead of min_ns and max_ns, as those of struct delay_params. */
	uint64_t time_ns; /**< mean; 0: not asked */
	uint64_t jitter_ns;
	unsigned distribution;
	char table[FAULT_PATH_MAX];
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(slot_params, min_ns, "min_delay", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "minimum time to the next slot"),
	PARAM_ROW_QUANTITY(slot_params, max_ns, "max_delay", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "longest time until the next slot, uniform; 0ns: always min_delay"),
	PARAM_ROW_QUANTITY(slot_params, packets, "packets", UNIT_NONE, "0", 0, 0, "frames that one slot takes; 0: no limit"),
	PARAM_ROW_QUANTITY(slot_params, bytes, "bytes", UNIT_SIZE, "0B", 0, 0,
                           "a slot is over once it has taken so many bytes; 0B: no limit"),
	PARAM_ROW_QUANTITY(slot_params, time_ns, "time", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "mean time to the next slot, in place of a minimum and a maximum"),
	PARAM_ROW_QUANTITY(slot_params, jitter_ns, "jitter", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "jitter of this time, as for delay"),
	PARAM_ROW_CHOICE(slot_params, distribution, "distribution", jitter_distributions, "uniform", "distribution of this time"),
	PARAM_ROW_TEXT(slot_params, table, "table", "", "file of distribution 'table'"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct slot_params *params = fault_params(fault);
	bool has_range = params->min_ns > 0 || params->max_ns > 0;

	if (params->max_ns != 0 && params->max_ns < params->min_ns) {
		*ret_key = "max_delay";
		return error_set(err, "max_delay is less than min_delay");
	}
	if (has_range && params->time_ns > 0) {
		*ret_key = "time";
		return error_set(err, "give either 'min_delay' and 'max_delay' or 'time' and 'jitter', not both");
	}
	if (has_range || params->time_ns > 0)
		return jitter_check(params->time_ns, params->jitter_ns, params->distribution, params->table, ret_key, err);
	*ret_key = "min_delay";
	return error_set(err, "slots without a delay between them have no effect: give 'min_delay' or 'time'");
}

static bool draws(const struct action_params *params)
{
	const struct slot_params *slot = (const void *)params->bytes;

	return slot->time_ns > 0 ? slot->jitter_ns > 0 : slot->max_ns > slot->min_ns;
}

/* Nothing takes longer than a year, so that the clock does not run over. */
static sim_ns within_a_year(const struct passage *passage, sim_ns at)
{
	sim_ns last = passage->event.now + FAULT_TIME_MAX;

	return at < last ? at : last;
}

/* The slot of a direction that is open or opens next. */
struct opening {
	sim_ns at;
	uint64_t packets, bytes; /* that have left in it */
};

struct slots {
	struct opening openings[2];
	struct jitter jitter;
};

/* How long it is to the next slot. */
static uint64_t draw_wait(const struct rule *rule, uint64_t what, uint64_t which)
{
	const struct slot_params *params = fault_params(&rule->fault);
	uint64_t more = params->max_ns > params->min_ns ? params->max_ns - params->min_ns : 0;

	if (params->time_ns > 0)
		return jitter_draw(&((const struct slots *)rule->state)->jitter, rule->armed.stream, what, which);
	return params->min_ns + random_below(rule->armed.stream, what, which, more + 1);
}

/* The next slot comes some time after @p since. */
static void open_next(const struct rule *rule, const struct passage *passage, struct opening *opening, sim_ns since, enum purpose purpose)
{
	uint64_t wait = draw_wait(rule, draw_what(&passage->event), draw_which(&passage->event, purpose));

	*opening = (struct opening){.at = within_a_year(passage, since + wait)};
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct slot_params *params = fault_params(&rule->fault);
	struct opening *opening = &((struct slots *)rule->state)->openings[passage->event.direction];

	/* Who comes after a slot has passed waits for a new one. */
	if (opening->at < act->release)
		open_next(rule, passage, opening, act->release, PURPOSE_START);
	act->applied = opening->at > act->release;
	act->release = opening->at > act->release ? opening->at : act->release;
	opening->packets++;
	opening->bytes += act->frame->length;
	if ((params->packets > 0 && opening->packets >= params->packets) || (params->bytes > 0 && opening->bytes >= params->bytes))
		open_next(rule, passage, opening, opening->at, PURPOSE_SECOND);
}

static void open(struct rule *rule)
{
	const struct slot_params *params = fault_params(&rule->fault);

	jitter_open(&((struct slots *)rule->state)->jitter, params->time_ns, params->jitter_ns, params->distribution, params->table);
}

static void close(struct rule *rule)
{
	jitter_close(&((struct slots *)rule->state)->jitter);
}

static const struct behaviour behaviour = {.apply = apply, .state_size = sizeof(struct slots), .open = open, .close = close};

const struct action fault_slot = {
	.name = "slot",
	.summary = "frames come in bunches, when the next slot of their direction opens",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct slot_params),
	.file = "table",
	.is_netems = true,
	.check = check,
	.draws = draws,
	.act = &behaviour,
};
