/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chip without errata whose fault sites answer with one effect, in operation: its ring is open,
 * and it does not hear its own frames. effects_fixture_*() set it up; the other functions act on
 * the chip in it. There is one effect at a time, and copies of the chip ask for it as well.
 */
#ifndef TESTS_CHIP_EFFECTS_FIXTURE_H
#define TESTS_CHIP_EFFECTS_FIXTURE_H

#include "tests/chip/fixture.h"

#define EFFECTS_FRAME 100u /* bytes of a frame that is sent */
#define EFFECTS_TX_AT 0x1a00u
#define EFFECTS_RING_END 0x19ffu
#define EFFECTS_NTH 3u

/* Such a chip, whose sites have nothing to ask. */
void effects_fixture_init(struct chip_fixture *f);
/* The same with an effect at a site's number, or with number 0 at every one of every site. */
void effects_fixture_start(struct chip_fixture *f, enum stutter_enc28j60_site site, unsigned number,
                           struct stutter_enc28j60_effect effect);

/* How often a site has asked since then, and with which number last. */
unsigned effects_asked(enum stutter_enc28j60_site site);
unsigned effects_last(enum stutter_enc28j60_site site);

/* Sends a frame, which is on the wire then. */
void effects_request(struct chip_fixture *f);
/* The same until it is sent, with the flags that belong to it. */
void effects_send_well(struct chip_fixture *f);
/* Receives a frame of 64 bytes. */
void effects_receive(struct chip_fixture *f, unsigned seed);
/* Reads PHID1: an MII operation. */
unsigned effects_phy_id(struct chip_fixture *f);

/* Starts with an effect at the EFFECTS_NTH number of a site, and sends as many frames. */
void effects_frames_until_the_nth(struct chip_fixture *f, enum stutter_enc28j60_site site,
                                  struct stutter_enc28j60_effect effect);
/* The same with a transmission that stalls. */
void effects_stall_at_the_nth(struct chip_fixture *f, bool flagged);

/* Fail unless the two chips are in the same state, and have told the same. */
void effects_same_chips(const struct chip_fixture *a, const struct chip_fixture *b);
void effects_same_events(const struct chip_fixture *a, const struct chip_fixture *b);

#endif
