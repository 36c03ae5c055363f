/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A device: kernel, root file system, chip, and the policy of its update client. One YAML file a
 * device, in emulator/devices.
 */
#ifndef SCENARIO_DEVICE_H
#define SCENARIO_DEVICE_H

#include <stdint.h>
#include <stdio.h>

#include "lib/base/param.h"
#include "emulator/nic/nic.h"
#include "harness/scenario/yaml.h"

#define DEVICE_PATH_MAX 512

/**
 * The overlay with other people's clients that the build makes; a file of this name is `./clients`.
 */
#define DEVICE_OVERLAY_CLIENTS "clients"
/** The one with the player of recorded sessions. */
#define DEVICE_OVERLAY_PLAYER "player"

/** The update client that the build makes, and what `client:` is if nobody says. */
#define DEVICE_CLIENT_AGENT "/usr/bin/agent"
/** The player of recorded sessions. */
#define DEVICE_CLIENT_PLAYER "/usr/bin/player"
#define DEVICE_PHASES_MAX 256

enum { DEVICE_FLOW_PLAIN, DEVICE_FLOW_STAGED };
enum { DEVICE_DUPLEX_DRIVER, DEVICE_DUPLEX_HALF, DEVICE_DUPLEX_FULL };

/** `agent:` the update client's time-outs, retries and back-off. */
struct agent_policy {
	uint64_t connect_timeout_ns, request_timeout_ns;
	uint64_t low_speed, low_speed_time_ns;
	uint64_t retries, backoff_ns, backoff_max_ns, backoff_factor;
	bool resume;
	unsigned flow;            /**< index: plain, staged */
	char feed[32], group[32]; /**< of the staged flow */
	/** attempts at an image's host before the next one is asked; 0: never another */
	uint64_t failover;
	bool ntp_required;
	/** how often it all is tried before the session's result, and how long lies between */
	uint64_t polls, poll_interval_ns;
	uint64_t leak; /**< a bug: bytes that every failed attempt loses */
	uint64_t ntp_timeout_ns, dhcp_deadline_ns, dns_timeout_ns, dns_attempts;
};

/** `dhcp:` the parameters of busybox udhcpc. */
struct dhcp_policy {
	uint64_t tries, timeout_ns, wait_ns;
};

/** `flash:` the SPI flash of the board. */
struct flash_part {
	bool fitted;   /**< there is a `flash:` */
	unsigned chip; /**< index: w25q64 */
	uint64_t page_program_ns, first_byte_ns, next_byte_ns, sector_erase_ns, half_block_erase_ns, block_erase_ns, chip_erase_ns;
	unsigned fill; /**< enum flash_fill */
};

/** What the factory leaves in the slot that is not in use. */
enum flash_fill { FLASH_BLANK, FLASH_DIRTY };

struct device {
	/** Its Ethernet controller; NULL: the first of the table. See device_nic(). */
	const struct nic_model *nic;
	char name[64], summary[PARAM_VALUE_MAX];
	/** empty: the build's own, none for overlay */
	char kernel[DEVICE_PATH_MAX], initramfs[DEVICE_PATH_MAX], overlay[DEVICE_PATH_MAX];
	/** of the system that it comes with */
	char version[32];
	/** the command in the guest */
	char client[DEVICE_PATH_MAX];
	unsigned machine; /**< index into machines[] (machines/machine.h) */
	/** words that a client of somebody else has for its phases (phases.h); empty: not known */
	char phases[DEVICE_PHASES_MAX];
	uint64_t memory;
	uint8_t mac[6];
	uint64_t spi_clock_hz;
	/** the longest that the controller's driver polls for; 0: it always sleeps */
	uint64_t spi_poll_ns;
	unsigned chip_revision; /**< index into nic_revisions; see device_revision() */
	/**
	 * NIC_ERRATA_SILICON, NIC_ERRATA_WORST, or bits of items of DS80349, which act whenever
	 * they can
	 */
	uint32_t errata;
	bool bit_fields_reach_mac; /**< BFS and BFC take effect on MAC and MII registers */
	unsigned duplex;           /**< DEVICE_DUPLEX_DRIVER and so on */
	/** index: the clock of the board keeps the time, or there is none and it is 1970 */
	unsigned clock;
	struct agent_policy agent;
	struct dhcp_policy dhcp;
	struct flash_part flash;
};

/** The Ethernet controller of a device. */
const struct nic_model *device_nic(const struct device *device);

/**
 * @param ret_revision The index of its revision among those of its controller; 0 if that has one
 * only.
 * @return false: the controller has no such revision.
 */
bool device_revision(const struct device *device, unsigned *ret_revision);

extern const struct param device_params[];
extern const struct param agent_params[];
extern const struct param dhcp_params[];
extern const struct param flash_params[];

/** The keys of a device that are mappings with tables of their own; ends with NULL. */
extern const char *const device_parts[];

/**
 * Reads a device from a mapping: a whole file, or `device:` of a plan. Paths in it are made
 * relative to the folder of @p file.
 */
bool device_read(const struct yaml_file *file, const struct yaml_node *mapping, struct device *ret_device, struct error *err);

/**
 * Writes the configuration that the guest reads: "KEY=value" lines, shell-quoted. @param boot Which
 * of the session, from 0. @return the length without the end, as snprintf().
 */
size_t device_guest_config(const struct device *device, uint64_t seed, unsigned boot, char *ret_text, size_t size);

#endif
