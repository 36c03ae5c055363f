/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the proxy: the chain itself, as proxy.c lets frames through it. Here it is opened,
 * changed and closed.
 */
#ifndef PROXY_CHAIN_H
#define PROXY_CHAIN_H

#include "harness/proxy/filters.h"
#include "harness/proxy/queue.h"
#include "harness/proxy/rule.h"

/* A frame that waits for others to overtake it. */
struct held {
	struct frame *frame;
	enum direction direction;
	uint64_t left; /* so many more */
};

/* A frame of a rule's own making. */
struct made {
	const struct rule *rule;
	struct frame *frame;
	enum direction direction;
	sim_ns release;
};

/* Which rules a frame concerns, as sets with a bit a rule (filters.h). */
struct concerns {
	size_t words;
	uint64_t *of_direction[2];
	uint64_t *watching;   /* they see every frame */
	uint64_t *by_address; /* their windows do */
};

struct proxy {
	struct proxy_ops ops;
	void *ctx;
	size_t rule_count;
	struct rule *rules;
	struct filters *filters; /* one a rule, and the sets; NULL if it is frozen */
	struct concerns concerns;
	struct {
		sim_ns from;                   /* SIM_NEVER: it is not asked for, or has come */
		struct random_stream *streams; /* one a rule, that it draws from then */
	} redraw;
	uint64_t passages;          /* frames that went through the rules, unless it is frozen */
	struct proxy_cause *causes; /* of the frame under way; one a rule at most */
	bool frozen;
	size_t watchers; /* rules that see every frame */
	/* frozen: hash of address and direction to the index of the first rule, plus 1 */
	struct map decisions;
	size_t *next;        /* frozen: the next rule of the same address, plus 1 */
	size_t *order;       /* frozen: rules by their places, and then as they were decided */
	struct map ordinals; /* by flow and direction: frames so far */
	uint64_t frames;     /* ids given */
	struct queue queue;
	struct held *held;
	size_t held_count, held_room;
	struct made *made; /* for the frame under way, in the order of their rules */
	size_t made_count, made_room;
	uint64_t last_place;         /* that was given to a rule */
	char phase[FAULT_PHASE_MAX]; /* that the session is in */
};

/**
 * Makes a rule of a fault. @param rule All zero; the rule knows where it lies
 * (armed_fault_moves()).
 */
void chain_open_rule(struct proxy *proxy, struct rule *rule, const struct fault *fault, struct random_stream stream);
void chain_close_rule(struct rule *rule);

/**
 * When the rules are where they stay: compiles their filters and says which of them a frame
 * concerns. What was there before is released.
 */
void chain_open_sets(struct proxy *proxy);

/** The key of a decision: its address and its direction. */
uint64_t chain_key(const char *at, enum direction direction);

#endif
