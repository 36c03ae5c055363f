/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chip on a test bench: SPI commands by name, a cable, and a record of all it said and sent. */
#ifndef CHIP_RIG_H
#define CHIP_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emulator/enc28j60/enc28j60.h"
#include "emulator/enc28j60/registers.h"
#include "emulator/enc28j60/tables.h"

#define RIG_EVENTS_MAX 512u
#define RIG_OP_NS 1000u

struct rig {
	struct stutter_enc28j60 chip;
	uint64_t now_ns;
	struct stutter_enc28j60_event events[RIG_EVENTS_MAX];
	unsigned event_count;
	uint8_t sent[STUTTER_ENC28J60_TX_FRAME_MAX];
	size_t sent_length;
	unsigned sent_count;
	enum stutter_enc28j60_frame_kind sent_kind; /* of the last one, and its number */
	unsigned sent_number;
	unsigned cancel_count;
	enum stutter_enc28j60_frame_kind cancelled_kind;
	unsigned cancelled_number;
	unsigned backpressure_count; /* how often backpressure began */
	bool backpressure;
	uint64_t backpressure_ns; /* when it began or ended last */
	bool answers_at_once;     /* the wire takes every frame in no time */
	void (*inject)(void *ctx, enum stutter_enc28j60_site site, unsigned number,
	               struct stutter_enc28j60_effect *ret_effect); /* NULL: none */
};

/* Ready-made: powered, clock ready, cable in, link up, record empty. config may be NULL. */
void rig_start(struct rig *rig, const struct stutter_enc28j60_config *config);
/* The same without errata: the chip as the data sheet has it. */
void rig_start_ideal(struct rig *rig);
/* Only powered; the clock is not ready. */
void rig_power(struct rig *rig, const struct stutter_enc28j60_config *config);
/* Another rig that goes on from here. */
void rig_copy(struct rig *to, const struct rig *from);
void rig_wait(struct rig *rig, uint64_t ns);
/* From now on the chip asks at its sites; ctx is the rig. A copy of the rig asks too. */
void rig_disturb(struct rig *rig,
                 void (*inject)(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                                struct stutter_enc28j60_effect *ret_effect));

/* The bank is switched when needed. */
uint8_t rig_rcr(struct rig *rig, unsigned index);
uint16_t rig_rcr16(struct rig *rig, unsigned index);
void rig_wcr(struct rig *rig, unsigned index, uint8_t value);
void rig_wcr16(struct rig *rig, unsigned index, uint16_t value);
void rig_bfs(struct rig *rig, unsigned index, uint8_t mask);
void rig_bfc(struct rig *rig, unsigned index, uint8_t mask);
void rig_src(struct rig *rig);
void rig_rbm(struct rig *rig, uint8_t *ret_bytes, size_t length);
void rig_wbm(struct rig *rig, const uint8_t *bytes, size_t length);
uint16_t rig_phy_read(struct rig *rig, uint8_t address);
void rig_phy_write(struct rig *rig, uint8_t address, uint16_t value);

/* Sets up a receive ring and turns reception on, every frame accepted. */
void rig_open_ring(struct rig *rig, uint16_t start, uint16_t end);
/* A frame of that many bytes, FCS included, with contents that depend on seed; at least 18 bytes.
 */
void rig_frame(uint8_t *ret_frame, size_t length, unsigned seed);
void rig_seal(uint8_t *frame, size_t length);
void rig_receive(struct rig *rig, const uint8_t *frame, size_t length);
/* Puts a control byte and a frame body at an address and sets the pointers; starts nothing. */
void rig_load(struct rig *rig, uint16_t start, uint8_t control, const uint8_t *body, size_t length);
void rig_answer(struct rig *rig, const struct stutter_enc28j60_tx_status *status);

unsigned rig_count_kind(const struct rig *rig, enum stutter_enc28j60_event_kind kind);
unsigned rig_count_id(const struct rig *rig, const char *id);
void rig_forget(struct rig *rig);
uint32_t rig_random(uint32_t *state);

#endif
