/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/cli.h"

const struct cli_exit cli_exits[] = {{EXIT_PASSED, "all passed"},           {EXIT_FAILED, "a session failed its expectations"},
                                     {EXIT_USAGE, "bad usage or scenario"}, {EXIT_BUG, "our own error"},
                                     {EXIT_INCONCLUSIVE, "inconclusive"},   {0, NULL}};

#define ROW(name) &cli_##name,
const struct cli_command *const cli_commands[CLI_COMMAND_COUNT + 1] = {CLI_COMMANDS(ROW) NULL};
#undef ROW
