/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#define ROW(name) &cli_##name,
const struct cli_command *const cli_commands[CLI_COMMAND_COUNT + 1] = {CLI_COMMANDS(ROW) NULL};
#undef ROW
