/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The catalogue of commands, in the order in which help lists them. A command NAME is a file NAME.c
 * beside this one, which defines `cli_NAME`, and a line here.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#define CLI_COMMANDS(X) \
	X(run) \
	X(replay) \
	X(report) \
	X(merge) \
	X(gate) \
	X(check) \
	X(list) \
	X(history) \
	X(doctor) \
	X(sweep) \
	X(hunt) \
	X(shrink) \
	X(explain) \
	X(bisect) \
	X(proxy) \
	X(ctl) \
	X(exec) \
	X(import) \
	X(release) \
	X(play) \
	X(man) \
	X(completions)

#endif
