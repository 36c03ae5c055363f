/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chip with one erratum at its worst, or without any. errata_fixture_*() set it up; the other
 * functions act on the chip in it.
 */
#ifndef TESTS_CHIP_ERRATA_FIXTURE_H
#define TESTS_CHIP_ERRATA_FIXTURE_H

#include "tests/chip/fixture.h"

#define ERRATA_TX_AT 0x1a00u
#define ERRATA_FRAME 100u /* bytes of a frame that is sent */
#define ON true
#define OFF false

/* The configuration of a chip with the erratum (ON), or with none (OFF). */
struct stutter_enc28j60_config errata_fixture_config(unsigned erratum, bool on);
/* Such a chip, which does not hear its own frames. No events are recorded. */
void errata_fixture_init(struct chip_fixture *f, unsigned erratum, bool on);

/* Sends a frame, which is on the wire then. */
void errata_request(struct chip_fixture *f);
bool errata_txrts(struct chip_fixture *f);

#endif
