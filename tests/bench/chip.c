/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chip alone: what a register access, a byte of the buffer and a frame cost. */
#include <string.h>

#include "lib/base/check.h"
#include "tests/bench/bench.h"
#include "emulator/enc28j60/enc28j60.h"
#include "emulator/enc28j60/registers.h"

#define FRAME_LENGTH 1518U
#define BLOCK 1024U
#define TX_START 0x1a00U
#define RX_END 0x19ffU
#define STEP_NS 1000U
#define TARGET_REGISTER_NS 100
#define TARGET_BYTE_NS 5
#define TARGET_FRAME_NS 10000

enum { OP_RCR = 0x00, OP_RBM = 0x3a, OP_WCR = 0x40, OP_WBM = 0x7a, OP_BFS = 0x80, OP_BFC = 0xa0 };

struct bench_chip {
	struct stutter_enc28j60 chip;
	uint64_t now_ns;
	unsigned sent;
	uint16_t read_pointer;
	uint8_t frame[FRAME_LENGTH], bytes[FRAME_LENGTH + 8];
};

static void on_transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct bench_chip *bench = ctx;

	(void)frame;
	bench->sent++;
	stutter_enc28j60_transmitted(&bench->chip, &(struct stutter_enc28j60_tx_status){0}, now_ns);
}

static const struct stutter_enc28j60_ops ops = {.transmit = on_transmit};

static void transfer(struct bench_chip *bench, uint8_t *bytes, size_t length)
{
	bench->now_ns += STEP_NS;
	stutter_enc28j60_transfer(&bench->chip, bytes, bytes, length, bench->now_ns);
}

static void command(struct bench_chip *bench, uint8_t op, unsigned index, uint8_t value)
{
	uint8_t bytes[2] = {(uint8_t)(op | (index & 0x1f)), value};

	transfer(bench, bytes, sizeof bytes);
}

static void write_register(struct bench_chip *bench, unsigned index, uint8_t value)
{
	command(bench, OP_BFC, ENC28J60_ECON1, ECON1_BSEL);
	command(bench, OP_BFS, ENC28J60_ECON1, (uint8_t)(index >> 5));
	command(bench, OP_WCR, index, value);
}

static void write_pointer(struct bench_chip *bench, unsigned index, unsigned value)
{
	write_register(bench, index, (uint8_t)value);
	write_register(bench, index + 1, (uint8_t)(value >> 8));
}

static void open_chip(struct bench_chip *bench)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	memset(bench, 0, sizeof *bench);
	/* Erratum 13 ends a transmission now and then; what is measured is one that is sent. */
	config.errata = 0;
	stutter_enc28j60_init(&bench->chip, &config, &ops, bench, 0);
	bench->now_ns = 1000000;
	stutter_enc28j60_run(&bench->chip, bench->now_ns);
	stutter_enc28j60_set_link(&bench->chip, true, bench->now_ns);
	bench->now_ns += 1000000000;
	write_pointer(bench, ENC28J60_ERXSTL, 0);
	write_pointer(bench, ENC28J60_ERXNDL, RX_END);
	write_pointer(bench, ENC28J60_ERXRDPTL, RX_END);
	write_register(bench, ENC28J60_ERXFCON, ERXFCON_CRCEN);
	write_register(bench, ENC28J60_MACON1, MACON1_MARXEN);
	write_pointer(bench, ENC28J60_MAMXFLL, FRAME_LENGTH);
	command(bench, OP_BFS, ENC28J60_ECON1, ECON1_RXEN);
	for (size_t i = 0; i < FRAME_LENGTH - 4; i++)
		bench->frame[i] = (uint8_t)(i * 7);
	bench->frame[0] = 0;
	bench->frame[12] = 0x08;
	bench->frame[13] = 0x00;
	uint32_t fcs = stutter_enc28j60_fcs(bench->frame, FRAME_LENGTH - 4);
	for (unsigned i = 0; i < 4; i++)
		bench->frame[FRAME_LENGTH - 4 + i] = (uint8_t)(fcs >> 8 * i);
}

static void access_register(void *ctx)
{
	uint8_t bytes[2] = {OP_RCR | (ENC28J60_EIR & 0x1f), 0};

	transfer(ctx, bytes, sizeof bytes);
}

static void write_block(void *ctx)
{
	struct bench_chip *bench = ctx;

	bench->bytes[0] = OP_WBM;
	transfer(bench, bench->bytes, BLOCK + 1);
}

/* A frame comes in, and the host reads and frees it as a driver does. */
static void frame_in(void *ctx)
{
	struct bench_chip *bench = ctx;

	bench->now_ns += STEP_NS;
	stutter_enc28j60_receive(&bench->chip, bench->frame, FRAME_LENGTH, bench->now_ns);
	CHECK_INT(stutter_enc28j60_peek(&bench->chip, ENC28J60_EPKTCNT), ==, 1);
	write_pointer(bench, ENC28J60_ERDPTL, bench->read_pointer);
	bench->bytes[0] = OP_RBM;
	transfer(bench, bench->bytes, 1 + 6 + FRAME_LENGTH);
	bench->read_pointer = (uint16_t)(bench->bytes[1] | bench->bytes[2] << 8);
	/* Erratum 14: an odd ERXRDPT only. */
	write_pointer(bench, ENC28J60_ERXRDPTL, bench->read_pointer == 0 ? RX_END : bench->read_pointer - 1U);
	command(bench, OP_BFS, ENC28J60_ECON2, ECON2_PKTDEC);
}

static void frame_out(void *ctx)
{
	struct bench_chip *bench = ctx;
	unsigned before = bench->sent;

	write_pointer(bench, ENC28J60_EWRPTL, TX_START);
	bench->bytes[0] = OP_WBM;
	bench->bytes[1] = 0;
	memcpy(bench->bytes + 2, bench->frame, 60);
	transfer(bench, bench->bytes, 2 + FRAME_LENGTH - 4);
	write_pointer(bench, ENC28J60_ETXSTL, TX_START);
	write_pointer(bench, ENC28J60_ETXNDL, TX_START + FRAME_LENGTH - 4);
	command(bench, OP_BFS, ENC28J60_ECON1, ECON1_TXRTS);
	CHECK_INT(bench->sent, ==, before + 1);
}

void bench_chip(void)
{
	static struct bench_chip bench;

	open_chip(&bench);
	bench_report("chip: a register read over SPI", bench_call_ns(access_register, &bench, 1000000), "ns", TARGET_REGISTER_NS, true);
	write_pointer(&bench, ENC28J60_EWRPTL, TX_START);
	bench_report("chip: a byte into the buffer, in blocks of 1024", bench_call_ns(write_block, &bench, 20000) / BLOCK, "ns",
	             TARGET_BYTE_NS, true);
	open_chip(&bench);
	bench_report("chip: a frame of 1518 B in, read and freed", bench_call_ns(frame_in, &bench, 20000), "ns", TARGET_FRAME_NS, true);
	open_chip(&bench);
	bench_report("chip: a frame of 1518 B written and sent", bench_call_ns(frame_out, &bench, 20000), "ns", TARGET_FRAME_NS, true);
}
