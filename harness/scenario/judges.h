/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the judges of a session ask for: their keys under `expect:`, each of which switches one on, off, or sets its limit.
 */
#ifndef SCENARIO_JUDGES_H
#define SCENARIO_JUDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/param.h"

#define JUDGES_FILTER_MAX 256

/** false and 0 switch a judge off. */
struct judges {
	bool applied;                          /**< what passes has been applied: the new system runs and is confirmed */
	bool told;                             /**< what fails has told the service so */
	bool poll;                             /**< after a failure the device goes back to its poll loop */
	uint64_t heal_ns;                      /**< from the last fault that acted to the end */
	uint64_t hang_ns;                      /**< without a sign of life of the client (session/witness.h) */
	char signs_of_life[JUDGES_FILTER_MAX]; /**< a pcap filter of frames that are one; empty: see there */
	bool whole;                            /**< what passes was given the whole of an image */
	uint64_t traffic;                      /**< image bytes that reached the device, in times the images' size */
	uint64_t storm;                        /**< connections that the device begins within JUDGES_STORM_NS */
	bool verified;                         /**< nothing runs that was not verified */
	bool bootable;                         /**< after every reset a system comes up */
	bool truth;                            /**< what the device told the service is so */
	uint64_t leak;                         /**< bytes of memory that three failed attempts in a row lose; and no files */
};

#define JUDGES_STORM_NS (UINT64_C(10) * 1000000000)

/** The rows of a table, for a structure that has a struct judges as its member @p m. */
#define JUDGES_ROWS(s, m)                                                                                                                  \
	PARAM_ROW_BOOL(s, m.applied, "applied", "true", "judge: what passes has applied the update, and the new system is confirmed"),     \
		PARAM_ROW_BOOL(s, m.told, "told", "false", "judge: what fails has told the service so"),                                   \
		PARAM_ROW_BOOL(s, m.poll, "poll", "false", "judge: after a failure the device goes back to its poll loop"),                \
		PARAM_ROW_QUANTITY(s, m.heal_ns, "heal", UNIT_DURATION, "0ns", 0, 0,                                                       \
	                           "judge: at most so long from the last fault that acted to the end; 0ns: off"),                          \
		PARAM_ROW_QUANTITY(s, m.hang_ns, "hang", UNIT_DURATION, "0ns", 0, 0,                                                       \
	                           "judge: at most so long without a sign of life of the client, or the session ends; 0ns: off"),          \
		PARAM_ROW_TEXT(s, m.signs_of_life, "signs_of_life", "",                                                                    \
	                       "of judge hang: a pcap filter of the device's frames that are one; empty: those that a client is behind"),  \
		PARAM_ROW_BOOL(s, m.whole, "whole", "true",                                                                                \
	                       "judge: what passes was served the whole of an image; false for clients of deltas, or of none"),            \
		PARAM_ROW_QUANTITY(s, m.traffic, "traffic", UNIT_NONE, "0", 0, 0,                                                          \
	                           "judge: image bytes that reach the device, at most so many times the images' size; 0: off"),            \
		PARAM_ROW_QUANTITY(s, m.storm, "storm", UNIT_NONE, "0", 0, JUDGES_STORM_MAX,                                               \
	                           "judge: at most so many TCP connections begun within any 10s; 0: off"),                                 \
		PARAM_ROW_BOOL(s, m.verified, "verified", "true", "judge: no system runs that is not one that was signed"),                \
		PARAM_ROW_BOOL(s, m.bootable, "bootable", "true", "judge: after every reset a system comes up, and one could at the end"), \
		PARAM_ROW_BOOL(s, m.truth, "truth", "true", "judge: what the device told the service last is so"),                         \
		PARAM_ROW_QUANTITY(s, m.leak, "leak", UNIT_SIZE, "0B", 0, 0,                                                               \
	                           "judge: at most so much memory lost by three failed attempts in a row, and no file; 0B: off")

#define JUDGES_STORM_MAX 1000U

#endif
