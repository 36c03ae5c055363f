/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/board/fixture.h"

#include <stdio.h>
#include <string.h>

#include "emulator/nic/enc28j60.h"
#include "tests/test.h"
#include "tests/unit/fault/made.h"

static void refuse_frame(void *ctx, struct frame *frame, sim_ns now)
{
	(void)ctx;
	(void)now;
	frame_free(frame);
}

static void reach_chip(void *ctx, const struct link_arrival *arrival, sim_ns now)
{
	board_frame_arrived(&((struct board_fixture *)ctx)->board, arrival->data, arrival->length, now);
}

static void follow_carrier(void *ctx, bool up, sim_ns now)
{
	board_carrier(&((struct board_fixture *)ctx)->board, up, now);
}

static void keep_decision(void *ctx, const struct decision *decision)
{
	struct board_fixture *f = ctx;

	TEST_APPEND(f->decisions, "%s %s ", decision->action->name, decision->at);
}

void board_fixture_add(struct board_fixture *f, const char *match, const char *action, const char *params)
{
	CU_ASSERT_FATAL(f->fault_count < BOARD_FIXTURE_FAULTS_MAX);
	f->faults[f->fault_count++] = made_checked_fault(action, match, action, params);
}

void board_fixture_open(struct board_fixture *f, const char *up_at)
{
	const struct nic_config nic = {.revision = 3, .errata = NIC_ERRATA_SILICON, .lax_bit_fields = true};
	const struct link_ops ops = {.to_partner = refuse_frame, .to_device = reach_chip, .carrier_changed = follow_carrier};
	struct link_config link;
	struct error err;

	params_init(link_params, &link);
	CU_ASSERT_FATAL(param_set(param_find(link_params, "up_at"), &link, up_at, &err));
	sim_open(&f->sim, BOARD_FIXTURE_POWER_ON);
	trace_text_open(&f->trace);
	link_init(&f->link, &link, MEDIUM_10_BIT_NS, &ops, f, &f->sim, f->trace.trace, 1);
	struct board_faults *faults = board_faults_open(f->faults, f->fault_count, 1, f->trace.trace,
	                                                (struct armed_ops){keep_decision, NULL}, f);
	board_open(&f->board, &nic_enc28j60, &nic, &f->link, faults, &f->sim, f->trace.trace);
}

void board_fixture_close(struct board_fixture *f)
{
	board_close(&f->board);
	link_close(&f->link);
	sim_close(&f->sim);
	trace_text_close(&f->trace);
	memset(f, 0, sizeof *f);
}

void board_fixture_run(struct board_fixture *f, sim_ns ns)
{
	sim_run_until(&f->sim, f->sim.now + ns);
}
