/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PKTIF does not say what is in the ring. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

enum { PKTIF_LOST, PKTIF_FALSE };
static const char *const pktif_kinds[] = {"lost", "false", NULL};

struct rx_pktif_params {
	unsigned kind; /**< PKTIF_LOST or PKTIF_FALSE */
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(rx_pktif_params, kind, "kind", pktif_kinds, NULL,
                         "lost: the frame is stored and counted without it; false: the frame is lost, the flag comes"),
	{0},
};

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;
	const struct rx_pktif_params *fault = params;

	(void)medium;
	chip->rx_pktif_lost |= fault->kind == PKTIF_LOST;
	chip->rx_pktif_false |= fault->kind == PKTIF_FALSE;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_rx_pktif = {
	.name = "rx_pktif",
	.summary = "PKTIF does not say what is in the ring (like erratum 6)",
	.site = SITE_RX,
	.nic = "enc28j60",
	.params = rows,
	.params_size = sizeof(struct rx_pktif_params),
	.act = &act,
};
