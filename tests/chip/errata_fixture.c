/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/chip/errata_fixture.h"

struct stutter_enc28j60_config errata_fixture_config(unsigned erratum, bool on)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.errata = config.errata_worst = on ? STUTTER_ENC28J60_ERRATUM(erratum) : 0;
	return config;
}

void errata_fixture_init(struct chip_fixture *f, unsigned erratum, bool on)
{
	const struct stutter_enc28j60_config config = errata_fixture_config(erratum, on);

	chip_fixture_init(f, &config);
	chip_wcr16(f, ENC28J60_MAMXFLL, 1518);
	f->chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
	chip_clear_events(f);
}

void errata_request(struct chip_fixture *f)
{
	static const uint8_t body[ERRATA_FRAME] = {2};

	chip_load(f, ERRATA_TX_AT, TX_POVERRIDE | TX_PCRCEN, body, sizeof(body));
	chip_bfs(f, ENC28J60_ECON1, ECON1_TXRTS);
}

bool errata_txrts(struct chip_fixture *f)
{
	return chip_rcr(f, ENC28J60_ECON1) & ECON1_TXRTS;
}
