/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the kernel module spi-stutter and the harness say to each other.
 *
 * The guest asks, the harness answers, one at a time: a request is a struct stutter_request and its
 * payload, written in one piece to the FIFO "request"; the answer is a struct stutter_reply and its
 * payload, read from the FIFO "reply". Both FIFOs lie in QEMU's working directory and are opened by
 * ARM semihosting. While the guest reads the answer its virtual CPU stands still, so the answer
 * takes no guest time. All numbers are little endian, as both sides are.
 */
#ifndef STUTTER_PROTOCOL_H
#define STUTTER_PROTOCOL_H

#include <linux/types.h>

#define STUTTER_PROTOCOL_VERSION 4U
#define STUTTER_REQUEST_FIFO "request"
#define STUTTER_REPLY_FIFO "reply"

/**
 * The largest payload of either direction, in bytes; a header and its payload fit the 64 KiB of a
 * pipe.
 */
#define STUTTER_PAYLOAD_MAX 16384U

/** A wake-up time that never comes. */
#define STUTTER_NEVER (~0ULL)

/**
 * STUTTER_HANDSHAKE: the module was loaded, after every boot once. Payload:
 * struct stutter_handshake. Answer: struct stutter_setup.
 */
#define STUTTER_HANDSHAKE 1U
/** STUTTER_POLL: the wake-up time has come. No payload, no payload in the answer. */
#define STUTTER_POLL 2U
/**
 * STUTTER_SPI: the bytes of one chip-select-low period. Answer: as many bytes, what the chip sent.
 */
#define STUTTER_SPI 3U
/**
 * STUTTER_CONFIG: user space reads the session's configuration. Answer: "KEY=value" lines,
 * shell-quoted.
 */
#define STUTTER_CONFIG 4U
/** STUTTER_EVENT: user space reports an event. Payload: one line of text, without a line feed. */
#define STUTTER_EVENT 5U

struct stutter_request {
	__u32 op;     /* STUTTER_HANDSHAKE ... */
	__u32 length; /* of the payload that follows, bytes */
	__u64 now_ns; /* guest time, CLOCK_MONOTONIC */
	/* STUTTER_SPI: how long these bytes occupy the bus; the transfer ended at now_ns */
	__u64 bus_ns;
	__u32 chip_select; /* STUTTER_SPI: which device, from 0 */
	__u32 reserved;    /* 0 */
};

/** Bit of stutter_reply.flags: INT has fallen since the answer before, however short it was low. */
#define STUTTER_INT_FELL 1U
/**
 * Bit of stutter_reply.flags: the supply has failed. The module executes no instruction more than
 * it takes to reset the machine.
 */
#define STUTTER_POWER_CUT 2U

struct stutter_reply {
	__u32 length; /* of the payload that follows, bytes */
	__u32 flags;  /* STUTTER_INT_FELL */
	/*
	 * when the world next does something by itself, or STUTTER_NEVER: the module polls at that
	 * time
	 */
	__u64 wake_ns;
	/* STUTTER_SPI: for how much longer these bytes occupy the bus, from now_ns on; else 0 */
	__u64 busy_ns;
};

/*
 * Every boot counts its time from 0; the counter goes on over a reset of the processor and says how
 * long the boot took.
 */
struct stutter_handshake {
	__u32 version;    /* STUTTER_PROTOCOL_VERSION */
	__u32 counter_hz; /* CNTFRQ */
	__u64 counter;    /* CNTVCT, read at the request's now_ns */
};

/** Bit of stutter_setup.flags: a SPI NOR flash is on chip select 1. */
#define STUTTER_HAS_FLASH 1U

struct stutter_setup {
	__u32 version;      /* STUTTER_PROTOCOL_VERSION */
	__u32 spi_clock_hz; /* the bus clock; the device's spi-max-frequency */
	/* the device's MAC address, given to the driver as the property "mac-address" */
	__u8 mac[6];
	__u8 flags;    /* STUTTER_HAS_FLASH */
	__u8 reserved; /* 0 */
	/*
	 * the controller's driver waits in a loop for what occupies the bus for so long, and sleeps
	 * until the end of more
	 */
	__u32 poll_ns;
};

#endif
