/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the device reads from /dev/stutter: at its first read after a boot its configuration, and
 * at those after that the script of a recorded session, piece by piece, if it replays one.
 *
 * Lifecycle: all zero to begin with; configuration_boot() after every boot, then any number of
 * configuration_read(), and configuration_close() at the end.
 */
#ifndef SESSION_CONFIGURATION_H
#define SESSION_CONFIGURATION_H

#include "harness/session/world.h"

/** At most so many bytes of configuration. */
#define CONFIGURATION_MAX 8192U

struct configuration {
	bool told;    /**< this boot has it */
	char *script; /**< NULL until it is asked for */
	size_t script_length, script_at;
};

/** The device has booted, and begins to read anew. */
void configuration_boot(struct configuration *configuration);

/**
 * Answers a read.
 * @param boot How many boots there were before this one, for the guest's entropy.
 * @param ret_payload Has room for STUTTER_PAYLOAD_MAX bytes.
 * @return bytes of the answer; 0: the script is at its end
 */
size_t configuration_read(struct configuration *configuration, struct world *world, unsigned boot, uint8_t *ret_payload);

void configuration_close(struct configuration *configuration);

#endif
