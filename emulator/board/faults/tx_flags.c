/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrong flags of a frame that is sent well. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

struct tx_flags_params {
	bool lose_txif, raise_txerif;
	bool early_txif; /**< TXIF comes up when the transmission begins, and again when it ends */
};

static const struct param rows[] = {
	PARAM_ROW_BOOL(tx_flags_params, lose_txif, "lose_txif", "false", "TXIF is not set"),
	PARAM_ROW_BOOL(tx_flags_params, raise_txerif, "raise_txerif", "false", "TXERIF is set as well"),
	PARAM_ROW_BOOL(tx_flags_params, early_txif, "early_txif", "false",
                       "TXIF is set when the transmission begins, and again at its end"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct tx_flags_params *params = fault_params(fault);

	if (params->lose_txif || params->raise_txerif || params->early_txif)
		return true;
	*ret_key = "tx_flags";
	return error_set(err, "no flag given: use one or more of lose_txif, raise_txerif and early_txif");
}

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;
	const struct tx_flags_params *fault = params;

	(void)medium;
	chip->tx_no_txif |= fault->lose_txif;
	chip->tx_txerif |= fault->raise_txerif;
	chip->tx_early_txif |= fault->early_txif;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_tx_flags = {
	.name = "tx_flags",
	.summary = "the frame is sent, its interrupt flags are wrong",
	.site = SITE_TX,
	.nic = "enc28j60",
	.params = rows,
	.params_size = sizeof(struct tx_flags_params),
	.check = check,
	.act = &act,
};
