/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Completions for shells, from the tables of commands and options: what may stand where, by the
 * words that the tables have for arguments and operands.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stdio.h>

#include "harness/cli/cli.h"

enum completes {
	COMPLETES_NOTHING,
	COMPLETES_CHOICES,   /**< "inside|fifo": these words */
	COMPLETES_DEVICES,   /**< names of devices, or files */
	COMPLETES_FOLDERS,   /**< "DIR" */
	COMPLETES_FILES,     /**< any file */
	COMPLETES_SCENARIOS, /**< files that end in .yaml, and folders of them */
	COMPLETES_COMMANDS,  /**< commands of stutter */
};

/** What an option's argument is. @param word As its table has it; NULL: it has none. */
enum completes completion_of(const char *word);

/** What a command's operands are. */
enum completes completion_of_operands(const struct cli_command *command);

/**
 * Writes the choices of "inside|fifo", or the first word's of "show|merge [PATH]...", with a blank
 * between two.
 */
void completion_put_choices(FILE *stream, const char *word);

/** A shell whose completions there are. */
struct completion_shell {
	const char *name; /**< NULL ends the table */
	void (*write)(FILE *stream);
};
extern const struct completion_shell completion_shells[];

/** The writers of that table. */
void completion_bash(FILE *stream);
void completion_zsh(FILE *stream);
void completion_fish(FILE *stream);

#endif
