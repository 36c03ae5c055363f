/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/openings.h"

#include <stdlib.h>

#include "lib/base/memory.h"

/* The SYN that a step was opened with. */
struct opener {
	bool is;
	uint32_t address, sequence;
	uint16_t port;
};

struct openings {
	const struct recording *recording;
	struct opener *openers; /* of each step */
};

struct openings *openings_open(const struct recording *recording)
{
	struct openings *openings = memory_new(sizeof *openings);

	openings->recording = recording;
	openings->openers = memory_new((recording->step_count + 1) * sizeof *openings->openers);
	return openings;
}

void openings_close(struct openings *openings)
{
	if (openings == NULL)
		return;
	free(openings->openers);
	free(openings);
}

static bool is_same(const struct opener *opener, const struct packet *syn)
{
	return opener->is && opener->address == syn->source && opener->port == syn->source_port && opener->sequence == syn->tcp_seq;
}

enum opening openings_take(struct openings *openings, const struct packet *syn, size_t *ret_step)
{
	size_t next = SIZE_MAX;
	enum opening otherwise = OPENING_ANSWERED;
	bool any = false;

	*ret_step = SIZE_MAX;
	for (size_t i = 0; i < openings->recording->step_count; i++) {
		const struct step *step = &openings->recording->steps[i];
		if (step->kind != STEP_TCP || step->address != syn->destination || step->port != syn->destination_port)
			continue;
		if (is_same(&openings->openers[i], syn))
			return step->opening;
		if (next == SIZE_MAX && !openings->openers[i].is)
			next = i;
		if (!any || otherwise != OPENING_ANSWERED)
			otherwise = step->opening;
		any = true;
	}
	if (next == SIZE_MAX)
		return otherwise;
	openings->openers[next] = (struct opener){true, syn->source, syn->tcp_seq, syn->source_port};
	*ret_step = next;
	return openings->recording->steps[next].opening;
}
