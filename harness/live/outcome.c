/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/outcome.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/session/decide.h"

static void fill_live(const struct outcome_facts *facts, struct verdict_live *ret_live)
{
	const struct bridge_status *status = facts->status;
	const struct skew_summary *skew = &status->skew;

	*ret_live = (struct verdict_live){.is = true,
	                                  .skew_p50_ns = skew->p50_ns,
	                                  .skew_p99_ns = skew->p99_ns,
	                                  .skew_max_ns = skew->max_ns,
	                                  .skew_limit_ns = skew->limit_ns,
	                                  .sent = skew->frames,
	                                  .beyond = skew->beyond,
	                                  .lost = facts->odd};
	for (unsigned i = 0; i < 2; i++)
		ret_live->lost += status->ends[i].lost_in + status->ends[i].lost_out;
}

static void say(struct verdict *verdict, enum verdict_kind kind, const char *text)
{
	verdict->kind = kind;
	(void)snprintf(verdict->reason, sizeof verdict->reason, "%s", text);
}

bool outcome_vouch(const struct outcome_facts *facts, struct verdict_live *ret_live, char *ret_reason, size_t size)
{
	const struct verdict_live *live = ret_live;
	const struct port_counters *ends = facts->status->ends;
	const uint64_t too_long = ends[TO_SERVER].too_long + ends[TO_DEVICE].too_long;
	char most[UNIT_TEXT_MAX], limit[UNIT_TEXT_MAX];

	fill_live(facts, ret_live);
	if (too_long > 0) {
		(void)snprintf(ret_reason, size,
		               "%" PRIu64
		               " frames were lost as they were longer than the interface takes; if their sender is on this host, "
		               "switch its segmentation offloads off (ethtool -K IF tso off gso off tx off)",
		               too_long);
		return false;
	}
	if (live->lost > 0) {
		(void)snprintf(ret_reason, size,
		               "%" PRIu64 " frames were lost that no fault asked for: %" PRIu64 " came and were not seen, %" PRIu64
		               " could not be sent",
		               live->lost, ends[TO_SERVER].lost_in + ends[TO_DEVICE].lost_in + facts->odd,
		               ends[TO_SERVER].lost_out + ends[TO_DEVICE].lost_out);
		return false;
	}
	if (live->beyond == 0)
		return true;
	(void)snprintf(ret_reason, size, "%" PRIu64 " of %" PRIu64 " frames left more than %s later than asked, the latest %s",
	               live->beyond, live->sent, unit_format(UNIT_DURATION, live->skew_limit_ns, limit),
	               unit_show_duration(live->skew_max_ns, most));
	return false;
}

void outcome_decide(const struct outcome_facts *facts, struct verdict *ret_verdict)
{
	char reason[VERDICT_TEXT_MAX];

	const bool good = outcome_vouch(facts, &ret_verdict->live, reason, sizeof reason);
	ret_verdict->virtual_ns = ret_verdict->wall_ns = facts->status->elapsed_ns;
	ret_verdict->frames = facts->status->frames[TO_SERVER] + facts->status->frames[TO_DEVICE];
	if (facts->ended == NULL) {
		say(ret_verdict, VERDICT_INCONCLUSIVE, facts->broken);
	} else if (!good) {
		say(ret_verdict, VERDICT_INCONCLUSIVE, reason);
	} else {
		(void)snprintf(reason, sizeof reason, "carried out until %s; what went on at its ends is not known here", facts->ended);
		say(ret_verdict, VERDICT_PASS, reason);
	}
}

static bool has_acted(const char *wanted, const struct plan *plan, const struct bridge_rule *rules, size_t count, const bool *found)
{
	for (size_t i = 0; i < count && found == NULL; i++)
		if (expect_means(wanted, rules[i].fault.name) && rules[i].counters.applied > 0)
			return true;
	for (size_t i = 0; found != NULL && i < plan->decisions.count; i++)
		if (found[i] && expect_means(wanted, plan->decisions.list[i].name))
			return true;
	return false;
}

static void count_decisions(const struct plan *plan, const bool *found, struct verdict *verdict)
{
	verdict->replay = true;
	verdict->decisions = plan->decisions.count;
	for (size_t i = 0; i < plan->decisions.count; i++) {
		verdict->unfound += !found[i];
		verdict->unfound_before += !found[i] && plan->decisions.list[i].time <= verdict->virtual_ns;
	}
	decide_replay(plan->least_found, verdict);
}

void outcome_count(const struct plan *plan, const struct bridge_rule *rules, size_t count, const bool *found, struct verdict *verdict)
{
	struct expectation asked = {.verdict = EXPECT_ANY};

	memcpy(asked.acted, plan->expect.acted, sizeof asked.acted);
	for (size_t i = 0; i < EXPECT_ACTED_MAX && asked.acted[i][0] != '\0'; i++)
		verdict->acted |= (uint32_t)has_acted(asked.acted[i], plan, rules, count, found) << i;
	if (found != NULL)
		count_decisions(plan, found, verdict);
	for (size_t i = 0; i < count && found == NULL && verdict->rule_count < VERDICT_RULES_MAX; i++) {
		verdict->rules[verdict->rule_count].seen = rules[i].counters.seen;
		verdict->rules[verdict->rule_count].matched = rules[i].counters.matched;
		verdict->rules[verdict->rule_count++].applied = rules[i].counters.applied;
	}
	decide_expectation(&asked, verdict);
}
