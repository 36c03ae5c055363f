/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board with its faults and with nothing of the harness: that it links is the test. The other
 * layers have no faults here.
 */
#include "emulator/board/board_faults.h"

static const struct action *const none[] = {NULL};
const struct fault_catalogue catalogue_proxy = {none, NULL}, catalogue_link = {none, NULL}, catalogue_server = {none, NULL};

static void drop_line(void *ctx, const char *line, size_t length)
{
	(void)ctx;
	(void)line;
	(void)length;
}

int main(void)
{
	struct trace *trace = trace_open((struct trace_sink){drop_line, NULL});
	struct fault fault = {.name = "lost", .action = action_find("int_lost")};
	const char *key;
	struct error err;

	params_init(match_params, &fault.match);
	action_init(fault.action, &fault.params);
	bool good = fault_check(&fault, &key, &err);
	board_faults_close(board_faults_open(&fault, 1, 1, trace, (struct armed_ops){0}, NULL));
	trace_close(trace);
	return good ? 0 : 1;
}
