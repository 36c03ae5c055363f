/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Beginnings that sessions have in common: the same device, far end and seed until a fault acts.
 *
 * How it works. A session without faults is run up to certain phases and held there, in an engine
 * each (qemu/engine.h). Another session of the family is branched from the last of them, and lives
 * through what the held one has recorded: its own world, with its own faults, is asked the same and
 * must answer the same, byte for byte (qemu/inside/inside.h, inside_rehearse()). Then the guest
 * cannot know which of them it was talking to, and the session is what it would have been from
 * power on. If an answer differs, a fault has acted before, and the session is started again from
 * an earlier point. So nobody has to know beforehand when a fault can act.
 *
 * The tree. Where engines are kept over many sessions of a family, as a search does, the session
 * without faults is run to its result and held there. Any other that is branched from it ends at
 * once, with the first request that it answers otherwise: this costs what its world costs, without
 * a guest, up to there. One that never answers otherwise goes on to its end, which is near. When it
 * is known of all sessions at hand where they branch off, a second one without faults, the walker,
 * is led along and held at these requests in turn, and each session is branched off where it has to
 * be: it has all of the beginning that it can have. At each third of the way a copy stays behind,
 * for later batches. What is held of a family is so bounded: the first phase, two marks, the walker
 * and the whole. A session that branches off before the first phase starts from the device, as one
 * of a small family does; and a session without faults that comes to no result, or dies, makes no
 * tree: the phases remain.
 *
 * That a session is right does not depend on any of this: it lives through the beginning in its own
 * world wherever it was branched off, and ends with QEMU_STATUS_MISFIT if it does not answer the
 * same.
 *
 * Sessions whose faults are drawn anew from an instant on (`redraw:`) are a family of their own:
 * what is held of it is the session with these faults, drawn as its plan does, and so it has all in
 * common with them up to that instant.
 *
 * The rejected alternative: to exchange the faults of a world that is under way. All that counts,
 * draws or remembers would have to be put right by hand.
 */
#ifndef POOL_BEGINNINGS_H
#define POOL_BEGINNINGS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/pool/held.h"
#include "emulator/qemu/engine.h"
#include "harness/scenario/plan.h"

/** Families at once; the one that was used least lately makes room. */
#define BEGINNINGS_MAX 3
/**
 * Families that are remembered, so that what comes in small batches is found to be worth a
 * beginning.
 */
#define BEGINNINGS_KNOWN 64

/** So many places of a tree stay held, evenly over the session without faults. */
#define BEGINNING_MARKS 2

/**
 * How deep a beginning is: 0 is the device's own; then the phases that sessions are held at; then
 * those of the tree.
 */
enum {
	BEGINNING_DEPTH = 3, /**< how many phases there are */
	/**
	 * all of the session without faults: which request another branches off at is found out so
	 */
	BEGINNING_WHOLE,
	BEGINNING_AT, /**< up to a certain request */
};

struct beginning {
	uint64_t family;
	struct held held[BEGINNING_DEPTH]; /* at the phases, the first count of them */
	size_t count;
	struct held whole, marks[BEGINNING_MARKS], walker; /* the tree's, if there are */
	bool has_no_whole;                                 /* it has no result */
	unsigned long used;
};

struct beginnings {
	struct beginning list[BEGINNINGS_MAX];
	unsigned long uses;
	struct {
		uint64_t family;
		size_t count;
	} known[BEGINNINGS_KNOWN];
	size_t known_next;
	const struct paths *paths;
	const volatile sig_atomic_t *stop;
};

/** What is wanted of a beginning. */
struct beginnings_wish {
	/**
	 * stands at the first request of the family's device: to make the beginning from if there
	 * is none yet
	 */
	struct engine *device;
	const char *image_hash;
	const struct plan *plan;
	const char *dir;  /**< beside this folder there are others for a moment */
	unsigned depth;   /**< from 1 */
	uint64_t request; /**< of BEGINNING_AT */
};

/** What a plan's family has in common, as a number; 0 if that cannot be told. */
uint64_t beginning_family(const struct plan *plan);

/**
 * How deep a beginning it is worth to try for a plan: how much has passed before its faults are
 * meant to act.
 */
unsigned beginning_depth(const struct plan *plan);

/**
 * The engine that a session is to be branched from.
 * @param ret_depth The point that it is at; 0: the device itself, since there is no such beginning.
 */
struct engine *beginnings_engine(struct beginnings *beginnings, const struct beginnings_wish *wish, unsigned *ret_depth);

/**
 * Ends the beginning of a plan's family, one of whose engines has failed; it is made anew when it
 * is wanted again.
 */
void beginnings_drop(struct beginnings *beginnings, const struct plan *plan);

/**
 * So many sessions of a family are about to be run. @return how many that makes, with those before,
 * as far as is remembered.
 */
size_t beginnings_expect(struct beginnings *beginnings, uint64_t family, size_t count);

void beginnings_close(struct beginnings *beginnings);

#endif
