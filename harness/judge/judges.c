/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/judge/judges.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

static void set_to_work(struct judges *judges, const struct judge_settings *settings,
                        const struct judge *judge)
{
	judges->list[judges->count++] = (struct judge_at_work){
		.judge = judge,
		.params = judge_params(settings, judge),
		.notes = judge->notes_size > 0 ? memory_new(judge->notes_size) : NULL,
	};
}

void judges_open(struct judges *judges, const struct judge_settings *settings)
{
	memset(judges, 0, sizeof *judges);
	for (int concern = 0; concern < JUDGE_CONCERNS; concern++)
		for (size_t i = 0; i < JUDGES_COUNT; i++) {
			const struct judge *judge = judge_catalogue[i];
			if ((int)judge->concern == concern && judge_is_on(settings, judge))
				set_to_work(judges, settings, judge);
		}
}

void judges_close(struct judges *judges)
{
	for (size_t i = 0; i < judges->count; i++)
		free(judges->list[i].notes);
	memset(judges, 0, sizeof *judges);
}

/* -- while the session runs -- */

void judges_hear(struct judges *judges, const struct report *report,
                 const struct evidence *evidence)
{
	for (size_t i = 0; i < judges->count; i++)
		if (judges->list[i].judge->hear != NULL)
			judges->list[i].judge->hear(judges->list[i].notes, report, evidence);
}

void judges_reset(struct judges *judges)
{
	for (size_t i = 0; i < judges->count; i++)
		if (judges->list[i].judge->reset != NULL)
			judges->list[i].judge->reset(judges->list[i].notes);
}

void judges_see(struct judges *judges, struct bytes frame, sim_ns now)
{
	struct packet packet;
	bool is_read = false;

	for (size_t i = 0; i < judges->count; i++) {
		if (judges->list[i].judge->see == NULL)
			continue;
		if (!is_read)
			packet = packet_parse(frame);
		is_read = true;
		judges->list[i].judge->see(judges->list[i].notes, judges->list[i].params, &packet,
		                           now);
	}
}

/* -- asking -- */

static bool is_content(const struct judge_at_work *at_work, const struct evidence *evidence,
                       struct complaint *ret_complaint)
{
	ret_complaint->why[0] = ret_complaint->more[0] = '\0';
	return at_work->judge->ask(at_work->params, at_work->notes, evidence, ret_complaint);
}

sim_ns judges_due(const struct judges *judges, const struct evidence *evidence,
                  const struct judge **ret_judge)
{
	const struct judge *first = NULL;
	sim_ns due = SIM_NEVER;

	for (size_t i = 0; i < judges->count; i++) {
		const struct judge_at_work *at_work = &judges->list[i];
		const sim_ns at = at_work->judge->due != NULL
		                          ? at_work->judge->due(at_work->params, evidence)
		                          : SIM_NEVER;
		if (at < due) {
			due = at;
			first = at_work->judge;
		}
	}
	if (ret_judge != NULL)
		*ret_judge = first;
	return due;
}

const struct judge *judges_lost(const struct judges *judges, const struct evidence *evidence,
                                struct complaint *ret_complaint)
{
	for (size_t i = 0; i < judges->count; i++)
		if (judges->list[i].judge->final &&
		    !is_content(&judges->list[i], evidence, ret_complaint))
			return judges->list[i].judge;
	return NULL;
}

bool judges_ask(const struct judges *judges, const struct judge *judge,
                const struct evidence *evidence, struct complaint *ret_complaint)
{
	size_t i = 0;

	while (i < judges->count && judges->list[i].judge != judge)
		i++;
	CHECK_INT(i, <, judges->count);
	return is_content(&judges->list[i], evidence, ret_complaint);
}

static bool can_be_asked(const struct judge *judge, const struct evidence *evidence)
{
	return judge->due == NULL && (!judge->asks_services || evidence->services != NULL);
}

const struct judge *judges_ask_all(const struct judges *judges, const struct evidence *evidence,
                                   struct complaint *ret_complaint)
{
	for (size_t i = 0; i < judges->count; i++)
		if (can_be_asked(judges->list[i].judge, evidence) &&
		    !is_content(&judges->list[i], evidence, ret_complaint))
			return judges->list[i].judge;
	return NULL;
}
