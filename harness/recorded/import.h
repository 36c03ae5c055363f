/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A capture as a session: the device's conversations and exchanges out of all that was recorded, in
 * their order, with times from its beginning.
 *
 * The device is the address that has opened most connections. A step follows the one that the
 * device had ended last when it began, so that a replay in which one takes longer does not begin
 * the next too early; one during which nothing had ended yet begins at its time.
 */
#ifndef RECORDED_IMPORT_H
#define RECORDED_IMPORT_H

#include <stdio.h>

#include "harness/recorded/packets.h"
#include "harness/recorded/exchanges.h"
#include "harness/recorded/recording.h"
#include "harness/recorded/streams.h"

struct import_options {
	uint32_t device;  /**< its address; 0: to be found */
	unsigned vantage; /**< enum vantage_point; VANTAGE_UNKNOWN: to be found */
};

/** What was left out, and why. */
struct import_told {
	struct packets_counters capture;
	struct streams_counters streams;
	struct exchanges_counters exchanges;
	uint64_t of_others; /**< connections and exchanges between others */
	uint64_t beyond;    /**< those of the device that are more than RECORDING_STEPS_MAX */
	uint64_t to_device; /**< connections that others have opened to the device */
	/**
	 * connections of the device that had not ended when the capture did; they are taken as far
	 * as they go
	 */
	uint64_t open;
	unsigned candidates; /**< addresses that have opened connections */
	uint64_t opened;     /**< connections that the device has opened */
	uint64_t runner_up;  /**< that the address behind it has */
};

/** @return false with @p err: no capture, or nothing of a device in it. */
bool import_capture(struct recording *ret_recording, struct import_told *ret_told, const char *path, const struct import_options *options,
                    struct error *err);

/** The same from a stream, which it closes. */
bool import_stream(struct recording *ret_recording, struct import_told *ret_told, FILE *stream, const char *path,
                   const struct import_options *options, struct error *err);

/** The last part of a path: how a file is called. */
const char *import_file_name(const char *path);

/** Says, a line each, what came out of the capture and what was left out. */
void import_tell(const struct recording *recording, const struct import_told *told, FILE *stream);

#endif
