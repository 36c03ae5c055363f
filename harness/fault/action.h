/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What can happen: the actions, in one table for each layer that carries them out.
 *
 * The tables are the one source of the scenario's grammar, of resolved plans, of the help and of the reference.
 */
#ifndef FAULT_ACTION_H
#define FAULT_ACTION_H

#include "base/param.h"
#include "fault/params.h"

/** Where a fault belongs: who carries it out. */
enum fault_layer {
	LAYER_PROXY,  /**< frames between wire and far end */
	LAYER_LINK,   /**< the cable */
	LAYER_BOARD,  /**< chip, SPI bus, INT line, supply, flash */
	LAYER_SERVER, /**< the services of the far end */
};

enum fault_kind {
	FAULT_DROP,
	FAULT_DELAY,
	FAULT_OUTAGE,
	FAULT_GEMODEL,
	FAULT_CORRUPT,
	FAULT_TRUNCATE,
	FAULT_PAD,
	FAULT_MTU,
	FAULT_FORGE,
	FAULT_REBIND,
	FAULT_FIREWALL,
	FAULT_MAHIMAHI,
	FAULT_LINK_TRACE,
	FAULT_LOSS,
	FAULT_LOSS_STATE,
	FAULT_RATE,
	FAULT_SLOT,
	FAULT_REORDER,
	FAULT_HOLD,
	FAULT_DUPLICATE,
	FAULT_CARRIER,
	FAULT_BABBLE,
	FAULT_PAUSE,
	FAULT_COLLISION,
	FAULT_TX_STALL,
	FAULT_TX_FLAGS,
	FAULT_LINK_PULSE,
	FAULT_RX_POINTER,
	FAULT_RX_OVERFLOW,
	FAULT_RX_UNCOUNTED,
	FAULT_RX_ERROR,
	FAULT_RX_PKTIF,
	FAULT_RX_PATTERN,
	FAULT_MII_STUCK,
	FAULT_SPI_BIT,
	FAULT_SPI_STUCK,
	FAULT_SPI_CUT,
	FAULT_SPI_STALL,
	FAULT_SPI_SLOW,
	FAULT_BROWN_OUT,
	FAULT_INT_LOST,
	FAULT_INT_STUCK,
	FAULT_INT_DOUBLE,
	FAULT_CLKRDY,
	FAULT_WARM_START,
	FAULT_POWER_CUT,
	FAULT_NOR_ROT,
	FAULT_NOR_STUCK,
	FAULT_NOR_SLOW,
	FAULT_HTTP_STATUS,
	FAULT_HTTP_DELAY,
	FAULT_HTTP_TRUNCATE,
	FAULT_HTTP_LENGTH,
	FAULT_HTTP_RANGE,
	FAULT_HTTP_REDIRECT,
	FAULT_HTTP_BODY,
	FAULT_HTTP_RESET,
	FAULT_ZERO_WINDOW,
	FAULT_TLS_STALL,
	FAULT_TLS_CERTIFICATE,
	FAULT_TLS_ALERT,
	FAULT_DNS,
	FAULT_DHCP,
	FAULT_NTP,
	FAULT_SERVER_DOWN,
	FAULT_KINDS,
};

struct fault;

/** A row of a table of actions. */
struct action {
	enum fault_kind kind;
	const char *name, *summary;
	enum fault_layer layer;
	const char *site;           /**< where it happens, e.g. "enc.tx" (point.h); NULL if it has none */
	const struct param *params; /**< for a union action_params */
	/** Checks what the table cannot; NULL if nothing. */
	bool (*check)(const struct fault *fault, const char **ret_key, struct error *err);
};

/** The tables; each ends with a NULL name. */
extern const struct action actions_proxy[], actions_link[], actions_board[], actions_flash[], actions_server[];

/** The parameters of an action that has none but `enabled`. */
extern const struct param plain_params[];

/** @return the @p index-th of all actions, from 0, or NULL behind the last. */
const struct action *action_at(size_t index);

/** @return the action called @p name, or NULL. */
const struct action *action_find(const char *name);

#endif
