/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chip for unit tests: SPI commands by name, a link partner, and a record of the chip's events
 * and transmitted frames. chip_fixture_*() set it up; the other functions act on the chip in it.
 */
#ifndef TESTS_CHIP_FIXTURE_H
#define TESTS_CHIP_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emulator/enc28j60/enc28j60.h"
#include "emulator/enc28j60/registers.h"
#include "emulator/enc28j60/tables.h"

#define CHIP_EVENTS_MAX 512u
#define CHIP_OP_NS 1000u

struct chip_fixture {
	struct stutter_enc28j60 chip;
	uint64_t now_ns;
	struct stutter_enc28j60_event events[CHIP_EVENTS_MAX];
	unsigned event_count;
	uint8_t sent[STUTTER_ENC28J60_TX_FRAME_MAX];
	size_t sent_length;
	unsigned sent_count;
	enum stutter_enc28j60_frame_kind sent_kind; /* kind and number of the last frame */
	unsigned sent_number;
	unsigned cancel_count;
	enum stutter_enc28j60_frame_kind cancelled_kind;
	unsigned cancelled_number;
	unsigned backpressure_count; /* how often it began */
	bool backpressure;
	uint64_t backpressure_ns; /* when it last began or ended */
	bool answers_at_once;     /* transmission takes no time */
	void (*inject)(void *ctx, enum stutter_enc28j60_site site, unsigned number,
	               struct stutter_enc28j60_effect *ret_effect); /* NULL: none */
};

/* Powered, clock ready, link up, no events recorded. config may be NULL. */
void chip_fixture_init(struct chip_fixture *f, const struct stutter_enc28j60_config *config);
/* Likewise without errata: the chip as the data sheet describes it. */
void chip_fixture_init_ideal(struct chip_fixture *f);
/* Powered only: the clock is not ready yet. */
void chip_fixture_power_on(struct chip_fixture *f, const struct stutter_enc28j60_config *config);
/* A second fixture whose chip continues from the state of the first. */
void chip_fixture_copy(struct chip_fixture *to, const struct chip_fixture *from);
void chip_wait(struct chip_fixture *f, uint64_t ns);
/*
 * Calls inject at the chip's fault sites from now on, with the fixture as ctx. Copies inherit it.
 */
void chip_fixture_inject(struct chip_fixture *f,
                         void (*inject)(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                                        struct stutter_enc28j60_effect *ret_effect));

/* SPI commands on a register. The bank is switched as needed. */
uint8_t chip_rcr(struct chip_fixture *f, unsigned index);
uint16_t chip_rcr16(struct chip_fixture *f, unsigned index);
void chip_wcr(struct chip_fixture *f, unsigned index, uint8_t value);
void chip_wcr16(struct chip_fixture *f, unsigned index, uint16_t value);
void chip_bfs(struct chip_fixture *f, unsigned index, uint8_t mask);
void chip_bfc(struct chip_fixture *f, unsigned index, uint8_t mask);
void chip_src(struct chip_fixture *f);
void chip_rbm(struct chip_fixture *f, uint8_t *ret_bytes, size_t length);
void chip_wbm(struct chip_fixture *f, const uint8_t *bytes, size_t length);
uint16_t chip_phy_read(struct chip_fixture *f, uint8_t address);
void chip_phy_write(struct chip_fixture *f, uint8_t address, uint16_t value);

/* Sets up a receive ring and turns reception on, every frame accepted. */
void chip_open_ring(struct chip_fixture *f, uint16_t start, uint16_t end);
/* A frame of that many bytes, FCS included, with contents that depend on seed; at least 18 bytes.
 */
void chip_make_frame(uint8_t *ret_frame, size_t length, unsigned seed);
void chip_put_fcs(uint8_t *frame, size_t length);
void chip_receive(struct chip_fixture *f, const uint8_t *frame, size_t length);
/* Puts a control byte and a frame body at an address and sets the pointers; starts nothing. */
void chip_load(struct chip_fixture *f, uint16_t start, uint8_t control, const uint8_t *body,
               size_t length);
void chip_transmitted(struct chip_fixture *f, const struct stutter_enc28j60_tx_status *status);

unsigned chip_count_kind(const struct chip_fixture *f, enum stutter_enc28j60_event_kind kind);
unsigned chip_count_id(const struct chip_fixture *f, const char *id);
void chip_clear_events(struct chip_fixture *f);
uint32_t chip_random(uint32_t *state);

#endif
