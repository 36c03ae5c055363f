/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Manual pages from the tables of commands and options, in roff for man(7). */
#ifndef CLI_ROFF_H
#define CLI_ROFF_H

#include <stdio.h>

#include "harness/cli/cli.h"

/** The page of the whole program: all commands with their options. */
void roff_program(FILE *stream);

/** The page of a command. */
void roff_command(FILE *stream, const struct cli_command *command);

#endif
