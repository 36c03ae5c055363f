/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A register-accurate model of the Winbond W25Q64JV, a serial NOR flash of 8 MiB behind SPI.
 *
 *                       +---------+
 *        in     /CS 1 --|         |-- 8 VCC
 *       out  DO/IO1 2 --| W25Q64  |-- 7 IO3         not connected: no hold, no quad
 *               IO2 3 --|   JV    |-- 6 CLK   in
 *               GND 4 --|         |-- 5 DI/IO0 in
 *                       +---------+
 *
 * Lifecycle: nor_init() is power on; then any call in any order, each with the instant at which it
 * happens. There is no close: the chip is plain data. The memory array is not part of it, because
 * it is large and outlives it: the caller gives it. Copying both is a snapshot; nor_attach() gives
 * the copies to each other.
 *
 * Time: `now_ns` never goes backwards. Every call first does what was due until then. The chip has
 * no clock and no pin that moves by itself, so nobody need wake it, but for a power cut that an
 * effect has asked for: nor_cut_at() says when.
 *
 * Three kinds of wrong: what the guest must not do is an event (finding), what this model lacks is
 * an event (not modelled), and a caller that breaks this contract is ended by abort() with both
 * values on standard error.
 *
 * Citations: DS is the data sheet "W25Q64JV, 3V 64M-bit serial flash memory with dual, quad SPI";
 * its sections are named by their titles, since their numbers differ from revision to revision.
 * JESD216 is JEDEC's standard of the parameters that the chip tells about itself.
 */
#ifndef NOR_NOR_H
#define NOR_NOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DS "General descriptions": 32,768 pages of 256 bytes; sectors of 4 KiB, blocks of 32 and 64 KiB.
 */
#define NOR_SIZE 0x800000u
#define NOR_PAGE 256u
#define NOR_SECTOR 0x1000u
#define NOR_NEVER UINT64_MAX

/* Bits of the status registers (DS "Status registers"). */
enum {
	NOR_SR1_BUSY = 0x01,
	NOR_SR1_WEL = 0x02,
	NOR_SR1_BP = 0x1c, /* BP2:0 */
	NOR_SR1_TB = 0x20,
	NOR_SR1_SEC = 0x40,
	NOR_SR1_SRP = 0x80,
	NOR_SR2_SRL = 0x01,
	NOR_SR2_QE = 0x02,
	NOR_SR2_LB = 0x38, /* LB3:1 */
	NOR_SR2_CMP = 0x40,
	NOR_SR3_WPS = 0x04,
	NOR_SR3_DRV = 0x60, /* DRV1:0 */
};

/* What came with an event. */
enum nor_event_kind {
	NOR_EVENT_POWER,   /* text: "on" or "off" */
	NOR_EVENT_RESET,   /* by the command 99h */
	NOR_EVENT_PROGRAM, /* op#n has begun; address, length */
	NOR_EVENT_ERASE,   /* op#n has begun; address, length */
	NOR_EVENT_STATUS,  /* op#n has begun: the status registers are written, for good */
	NOR_EVENT_TORN,    /* op#n was cut short; value: how far it was, in thousandths */
	/* the silicon misbehaves because ops->inject said so; op#n; text: how */
	NOR_EVENT_INJECTED,
	/* the guest did what the data sheet forbids, or what does not do what it seems to */
	NOR_EVENT_FINDING,
	NOR_EVENT_NOT_MODELLED, /* the guest relies on what this model lacks */
};

/* Something worth a line in a trace. Strings are constants and outlive the event. */
struct nor_event {
	uint64_t now_ns;
	enum nor_event_kind kind;
	uint64_t number;     /* op#n, 0 if the event is not about an operation */
	uint32_t address;    /* in the array */
	uint32_t length;     /* bytes from there on, 0 if none */
	uint32_t value;      /* see the kinds; for findings the opcode */
	const char *command; /* the name of the command in the data sheet, NULL if none */
	/* FINDING, NOT_MODELLED: stable short name such as "program-set"; else NULL */
	const char *id;
	const char *text;    /* for people, never NULL */
	const char *section; /* source, NULL if none */
};

/*
 * Where the surroundings may make the chip misbehave. Each counts from 1 since nor_init(), across
 * every power cycle.
 */
enum nor_site {
	NOR_SITE_OP,   /* a program, an erase or a write of the status registers begins: nor.op#n */
	NOR_SITE_READ, /* the array is about to be read: nor.read#n; the hook may call nor_rot() */
};

/* How the chip misbehaves in an operation. All zero: not at all. */
struct nor_effect {
	unsigned slow_factor; /* it takes so many times as long; 0 and 1: as long as ever */
	uint64_t stuck_ns;    /* BUSY stays set for so much longer than it takes */
	/* the supply fails during the operation: the chip is off from then on, until nor_power() */
	bool cut;
	unsigned cut_permille; /* when: at this part of the operation, 0 to 1000 */
};

/* Either may be NULL. */
struct nor_ops {
	void (*event)(void *ctx, const struct nor_event *event);
	/*
	 * Asked at every site: fills the effect, which is zeroed and is of no interest at
	 * NOR_SITE_READ.
	 */
	void (*inject)(void *ctx, enum nor_site site, uint64_t number, struct nor_effect *ret_effect);
};

/* DS "AC electrical characteristics" and "Power-up timing"; typical values by default. */
struct nor_config {
	/* tBP1 30 us, tBP2 2.5 us; not more than tPP 0.4 ms */
	uint64_t first_byte_ns, next_byte_ns, page_ns;
	/* tSE 45 ms, tBE1 120 ms, tBE2 150 ms, tCE 20 s */
	uint64_t sector_ns, half_block_ns, block_ns, chip_ns;
	uint64_t status_ns; /* tW 10 ms */
	/* tDP 3 us, tRES1 3 us, tRES2 1.8 us, tRST 30 us */
	uint64_t power_down_ns, release_ns, release_id_ns, reset_ns;
	uint64_t power_up_ns, power_up_write_ns; /* tVSL 20 us, tPUW 5 ms */
	uint8_t unique_id[8];                    /* what 4Bh reads */
	/* decides which bits a cut operation leaves how */
	uint64_t seed;
};

/* What the chip is busy with. */
enum nor_operation_kind { NOR_IDLE, NOR_PROGRAM, NOR_ERASE, NOR_WRITE_STATUS };

struct nor_operation {
	enum nor_operation_kind kind;
	uint64_t number;
	uint64_t start_ns, end_ns; /* of the work itself */
	uint32_t address, length;  /* NOR_PROGRAM: the page; NOR_ERASE: what is erased */
	uint8_t page[NOR_PAGE];    /* NOR_PROGRAM: what the page is ANDed with */
	uint8_t status[3];         /* NOR_WRITE_STATUS */
};

struct nor_counters {
	uint64_t operations, reads; /* numbers of the sites */
	uint64_t programs, erases;  /* begun */
	uint64_t programmed_bytes, erased_bytes, read_bytes;
	uint64_t torn, findings;
};

struct nor {
	struct nor_config config;
	uint8_t *array; /* NOR_SIZE bytes, borrowed */
	const struct nor_ops *ops;
	void *ctx;
	uint64_t now_ns;
	bool powered;
	uint64_t power_ns; /* when it was powered on */
	/* after power on, 99h, B9h and ABh no command is heard until then */
	uint64_t deaf_until_ns;
	uint64_t busy_until_ns;
	uint64_t cut_at_ns; /* or NOR_NEVER */
	bool asleep;        /* deep power-down */
	bool armed;         /* 66h was the last command */
	bool wel;           /* 06h */
	bool volatile_wel;  /* 50h: the next write of the status registers is lost with the power */
	uint8_t status[3];  /* as they are in force, without BUSY and WEL */
	uint8_t kept[3];    /* as they are after power on */
	const char *command;
	uint8_t opcode; /* of the command being done, for events */
	struct nor_operation operation;
	struct nor_counters counters;
};

/**
 * Typical values of the data sheet, the seed 0.
 *
 * @return a configuration to change and pass to nor_init()
 */
struct nor_config nor_config_default(void);

/**
 * A new chip is powered on.
 *
 * @param nor    overwritten whatever it held
 * @param config copied; NULL means nor_config_default()
 * @param array  NOR_SIZE bytes with whatever is stored; kept by reference, must outlive the chip
 * @param ops    kept by reference, must outlive the chip; NULL means nobody listens
 * @param ctx    passed to ops
 * @param now_ns the instant power comes up
 */
void nor_init(struct nor *nor, const struct nor_config *config, uint8_t *array, const struct nor_ops *ops, void *ctx, uint64_t now_ns);

/**
 * Gives a chip, usually a copy, another array and listener. Nothing is called.
 *
 * @param nor   the chip
 * @param array as for nor_init()
 * @param ops   as for nor_init()
 * @param ctx   passed to ops
 */
void nor_attach(struct nor *nor, uint8_t *array, const struct nor_ops *ops, void *ctx);

/**
 * Switches the supply. Without it an operation under way is torn where it is, and the chip answers
 * nothing.
 *
 * @param nor the chip
 * @param on what the supply is from now on; nothing happens if it is that already
 * @param now_ns the instant
 */
void nor_power(struct nor *nor, bool on, uint64_t now_ns);

/**
 * One period of chip select.
 *
 * @param nor the chip
 * @param mosi what the host sends
 * @param miso receives what the chip sends, ones where it drives nothing; may be NULL, and may be
 * mosi
 * @param length bytes of both
 * @param now_ns the instant at which chip select rises: what the command starts begins then
 */
void nor_transfer(struct nor *nor, const uint8_t *mosi, uint8_t *miso, size_t length, uint64_t now_ns);

/**
 * Lets time pass.
 *
 * @param nor    the chip
 * @param now_ns until when
 */
void nor_run(struct nor *nor, uint64_t now_ns);

/**
 * Until when BUSY is set.
 *
 * @param nor the chip
 * @return the instant; not later than the time of the last call if the chip is not busy
 */
uint64_t nor_busy_until(const struct nor *nor);

/**
 * When the supply fails because an effect said so.
 *
 * @param nor the chip
 * @return the instant, or NOR_NEVER
 */
uint64_t nor_cut_at(const struct nor *nor);

/**
 * Bits of the array change by themselves, and stay so.
 *
 * @param nor     the chip
 * @param address below NOR_SIZE
 * @param mask    the bits that flip
 */
void nor_rot(struct nor *nor, uint32_t address, uint8_t mask);

/**
 * What the block protection bits say.
 *
 * @param nor       the chip
 * @param ret_start receives the first protected address
 * @return how many bytes from there on are protected, 0 for none
 */
uint32_t nor_protected(const struct nor *nor, uint32_t *ret_start);

#endif
