/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Beginnings that sessions have in common: the same device, far end and seed until a fault acts.
 *
 * How it works. A session without faults is run up to certain phases and held there, in an engine each (qemu/engine.h). Another session of the family is branched from the
 * last of them, and lives through what the held one has recorded: its own world, with its own faults, is asked the same and must answer the same, byte for byte
 * (qemu/inside/inside.h, inside_rehearse()). Then the guest cannot know which of them it was talking to, and the session is what it would have been from power on. If
 * an answer differs, a fault has acted before, and the session is started again from an earlier point. So nobody has to know beforehand when a fault can act.
 *
 * The rejected alternative: to exchange the faults of a world that is under way. All that counts, draws or remembers would have to be put right by hand.
 */
#ifndef CAMPAIGN_BEGINNINGS_H
#define CAMPAIGN_BEGINNINGS_H

#include <signal.h>

#include "campaign/page.h"
#include "qemu/engine.h"
#include "scenario/plan.h"

/** Families at once; the one that was used least lately makes room. */
#define BEGINNINGS_MAX 3
/** The phases that sessions are held at, and so how deep a beginning can be. */
#define BEGINNING_DEPTH 3

struct beginning {
	uint64_t family;
	struct engine *held[BEGINNING_DEPTH]; /* the first count of them */
	size_t count;
	struct session_page *page;
	int page_fd;
	unsigned long used;
};

struct beginnings {
	struct beginning list[BEGINNINGS_MAX];
	unsigned long uses;
	const struct places *places;
	const volatile sig_atomic_t *stop;
};

/** What a plan's family has in common, as a number; 0 if that cannot be told. */
uint64_t beginning_family(const struct plan *plan);

/** How deep a beginning it is worth to try for a plan: how much has passed before its faults are meant to act. */
unsigned beginning_depth(const struct plan *plan);

/**
 * The engine that the sessions of a family are branched from.
 * @param device The engine that stands at the first request of the family's device, to make the beginning from if there is none yet.
 * @param depth The deepest point wanted, from 1.
 * @param dir Beside this folder there are others for a moment.
 * @param ret_depth The point that it is at; 0: @p device itself, since there is no beginning.
 */
struct engine *beginnings_engine(struct beginnings *beginnings, struct engine *device, const char *image_hash, const struct plan *plan,
                                 const char *dir, unsigned depth, unsigned *ret_depth);

void beginnings_close(struct beginnings *beginnings);

#endif
