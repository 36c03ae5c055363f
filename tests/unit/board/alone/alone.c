/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The board with its faults and with nothing of the harness: that it links is the test.
 */
#include "emulator/board/board_faults.h"

const struct fault_catalogue *const fault_catalogues[LAYERS] = {[LAYER_BOARD] = &catalogue_board};

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
