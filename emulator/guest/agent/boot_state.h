/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which system runs and how it came to that: what the boot program has found, in the file that it
 * wrote.
 */
#ifndef AGENT_BOOT_STATE_H
#define AGENT_BOOT_STATE_H

#include <stdbool.h>

#define BOOT_STATE_FILE "/run/boot"
#define BOOT_TEXT_MAX 96

enum boot_kind { BOOT_CONFIRMED, BOOT_TRIAL, BOOT_ROLLBACK, BOOT_RECOVERY };

struct boot_state {
	char slot[BOOT_TEXT_MAX];    /**< "a" or "b" */
	char version[BOOT_TEXT_MAX]; /**< of the running system */
	char digest[BOOT_TEXT_MAX];  /**< its SHA-256, hexadecimal */
	char reason[BOOT_TEXT_MAX];  /**< of a rollback or recovery */
	enum boot_kind kind;
};

/**
 * Reads "KEY=value" lines: BOOT_SLOT, BOOT_VERSION, BOOT_DIGEST, BOOT_STATE, BOOT_REASON. @return
 * false if the file is not there or says nothing.
 */
bool boot_state_read(const char *path, struct boot_state *ret_state);

#endif
