/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What can go wrong: the actions. Each is one file in the layer that carries it out, with its
 * parameters, what a table cannot check of them, and what it does; and a line in that layer's
 * catalogue (X/faults/catalogue.c).
 *
 * The rows are the one source of the scenario's grammar, of resolved plans, of the help and of the
 * reference.
 */
#ifndef FAULT_ACTION_H
#define FAULT_ACTION_H

#include <stddef.h>

#include "lib/base/param.h"
#include "lib/fault/site.h"

#define FAULT_PATH_MAX 192 /**< of a file that a fault names */

/**
 * The parameters of an action, as its rows have them. What type they are, the action's own file
 * knows; others go by the keys.
 */
struct action_params {
	_Alignas(8) unsigned char bytes[640];
};

/** In which duplex something can happen at all. */
enum action_duplex { ACTION_ANY_DUPLEX, ACTION_HALF_DUPLEX, ACTION_FULL_DUPLEX };

struct fault;

struct action {
	const char *name, *summary;
	enum site site; /**< where it happens, and so which layer carries it out */
	/** the network chip that it is about (nic/nic.h); NULL: any, or none */
	const char *nic;
	const struct param *params; /**< the first is the one that a bare value sets */
	size_t params_size;         /**< of the struct that they are about */
	/** the key of the parameter that says how much of it there is; NULL: none does */
	const char *amount;
	/** the key of the parameter that names a file; NULL: it reads none */
	const char *file;
	/** the file is one of a link, and begins when the fault's window opens */
	bool is_recording;
	bool is_netems; /**< sch_netem does it, so it can be netem_exact */
	enum action_duplex duplex;
	/** Checks what the table cannot; NULL if nothing. */
	bool (*check)(const struct fault *fault, const char **ret_key, struct error *err);
	/** Whether it draws anything beside the probability of its match; NULL: never. */
	bool (*draws)(const struct action_params *params);
	/**
	 * What it does, as its layer has it: struct behaviour (proxy/rule.h), struct cable_fault
	 * (cable/cable.h), struct board_fault (board/fault.h) or struct service_fault
	 * (server/fault.h).
	 */
	const void *act;
};

/** Who carries it out. */
static inline enum fault_layer action_layer(const struct action *action)
{
	return fault_sites[action->site].layer;
}

/** What an action of @p layer does, in that layer's form; CHECKs that it is one of that layer. */
const void *action_act(const struct action *action, enum fault_layer layer);

/** The faults of a layer: X/faults/catalogue.c. */
struct fault_catalogue {
	const struct action *const *actions; /**< ends with NULL */
	/** Whether an action's `act` has what is called at the action's site. */
	bool (*is_whole)(const struct action *action);
	/** Checks what only this layer knows of a match; NULL if nothing. */
	bool (*check)(const struct fault *fault, const char **ret_key, struct error *err);
};

/**
 * All, by enum fault_layer; NULL: a layer without faults. The program defines it, since this
 * library knows no layer (harness/session/catalogues.c).
 */
extern const struct fault_catalogue *const fault_catalogues[LAYERS];

/** The parameters of an action that has none but `enabled`. */
struct plain_params {
	bool enabled;
};
extern const struct param plain_params[];

/**
 * For an action that always draws; that may be certain all the same, and then nothing drawn anew
 * differs.
 */
bool draws_always(const struct action_params *params);

/** CHECKs that every action is whole. */
void actions_check(void);

/** @return the @p index-th of all actions, from 0, or NULL behind the last. */
const struct action *action_at(size_t index);

/** @return how many there are. */
size_t actions_count(void);

/** @return the action called @p name, or NULL. */
const struct action *action_find(const char *name);

/** Sets all parameters to their standard values; those that have none are zero. */
void action_init(const struct action *action, struct action_params *ret_params);

/** The quantity that stands under @p key, which there must be. */
uint64_t action_quantity(const struct action *action, const struct action_params *params, const char *key);
void action_set_quantity(const struct action *action, struct action_params *params, const char *key, uint64_t value);

/** Whether "enabled: false" takes it out. */
bool action_is_taken_out(const struct action *action, const struct action_params *params);

#endif
