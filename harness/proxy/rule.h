/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the proxy: a fault at work. Each is a file in faults/; proxy.c owns the chain and the
 * queue.
 *
 * A behaviour decides about one frame at a time. Whatever it decides by chance it draws with the
 * keys of fault/draw.h, so that no other rule and no other flow can move it. Whatever it decides is
 * told as an action with exact parameters, from which a frozen plan repeats it without a draw: a
 * loss model tells `drop`, a distribution tells `delay` with the time that was drawn.
 */
#ifndef PROXY_RULE_H
#define PROXY_RULE_H

#include "lib/address/address.h"
#include "lib/base/map.h"
#include "lib/fault/armed.h"
#include "lib/fault/draw.h"
#include "lib/link/packet.h"
#include "harness/proxy/proxy.h"

/** A frame on its way through the chain. */
struct passage {
	struct fault_event event; /**< it has come, of SITE_FRAME */
	struct packet packet;     /**< as it came */
	/** the chain repeats decisions, and what a rule did not do then has no decision */
	bool frozen;
	struct proxy *proxy;
};

/** What becomes of a frame, rule after rule. */
struct act {
	struct frame *frame; /**< the frame as it stands; act_own() before its bytes are changed */
	bool owned;          /* frame is a copy of the chain's own, not what came in */
	sim_ns release;      /**< when it leaves */
	bool drop;
	uint64_t hold; /**< > 0: it waits until so many more of its direction have come */
	bool express;  /**< it has jumped the queue: delays and rates further on leave it alone */
	/** a copy of it goes through the rules behind this one, those that are netem_exact */
	bool twinned;

	/* What this rule did, cleared before each. */
	bool applied; /**< it did something, so it is a cause */
	/** of what it has done before: not a decision that a frozen plan would repeat */
	bool consequence;
	/**
	 * the decision with exact parameters; NULL: `drop` or `delay`, as the fields above have
	 * changed
	 */
	const struct action *action;
	struct action_params params; /**< of action */
};

struct behaviour;

/* What every frame asks of it comes first, and what is a kilobyte of text last. */
struct rule {
	const struct behaviour *behaviour; /**< its action's, looked up once */
	void *state;                       /**< the behaviour's own */
	/** of `fault`; seen is counted only where a chain repeats decisions: proxy_counters() */
	struct armed_fault armed;
	uint64_t drops; /**< frames that went no further */
	/*
	 * frames that passed the chain before the rule was there, less what later changes have made
	 * of it
	 */
	uint64_t unseen;
	/** it has been taken away: it matches nothing, and goes on with what it has begun */
	bool retired;
	uint64_t place; /**< in the chain that decided */
	struct fault fault;
};

/**
 * What an action of the proxy's layer does: its action's `act`. Any function but apply may be NULL.
 */
struct behaviour {
	/** Acts on a frame that matched. */
	void (*apply)(struct rule *rule, const struct passage *passage, struct act *act);
	/**
	 * Sees every frame, matched or not, before the match. @return whether it acted; then
	 * apply() is not called.
	 */
	bool (*watch)(struct rule *rule, const struct passage *passage, struct act *act);
	/** apply() comes for every frame that matched, and asks armed_fault_picks() itself. */
	bool picks;
	/** It makes copies, and a copy is not copied again (twin.h). */
	bool copies;
	/** One of sch_netem's losses: it loses of a frame that was copied one of the two. */
	bool makes_good;
	/** Bytes of rule->state, zeroed. */
	size_t state_size;
	/** Prepares what the parameters ask for, behind state_size; fault_check() holds. */
	void (*open)(struct rule *rule);
	/** Releases what hangs on the state; the state itself is released by the chain. */
	void (*close)(struct rule *rule);
	/** Whether it acts at @p now whatever matches, such as an outage under way. */
	bool (*in_force)(const struct rule *rule, sim_ns now);
	/**
	 * The rule is taken away at @p now: what it has begun ends. @return whether something was
	 * under way; then @p ret_begun tells which decision began it, and @p ret_params what that
	 * decision has come to.
	 */
	bool (*cut)(const struct rule *rule, sim_ns now, sim_ns *ret_begun, struct action_params *ret_params);
	/** Whether something that it has begun cannot be ended: then it retires. */
	bool (*lasts)(const struct rule *rule);
};

/** Whether the frame is one that the rule is about; its filter is another question (filters.h). */
bool rule_matches(const struct rule *rule, const struct passage *passage);

/**
 * Whose state a rule keeps: that of a flow and direction; of a direction alone, if it is
 * netem_exact. @return a key.
 */
uint64_t rule_scope(const struct rule *rule, const struct passage *passage);

/** Makes act->frame a copy that may be changed, of @p length bytes: cut, or filled with zeros. */
void act_own(struct act *act, size_t length);

/** Forgets what a rule did, before the next. */
void act_clear(struct act *act);

/**
 * The rule did what an action with exact parameters does: one that draws nothing.
 * @return these parameters, all zero, for the caller to fill in.
 */
void *act_says(struct act *act, const struct action *action);

/** The rule did what its parameters say, and they are exact: it drew nothing. */
void act_tell(struct act *act, const struct rule *rule);

/**
 * A frame of the rule's own making leaves at @p release in @p direction; the chain behind the rule
 * does not see it. Takes @p frame over.
 */
void passage_emit(const struct passage *passage, const struct rule *rule, struct frame *frame, enum direction direction, sim_ns release);

#endif
