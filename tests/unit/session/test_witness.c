/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/witness.h"

#include <string.h>

#include "tests/test.h"

static struct witness witness;

/* A SYN of the device. */
static void connect_from(uint16_t port, uint8_t sequence, sim_ns now)
{
	uint8_t bytes[60] = {[12] = 0x08, [14] = 0x45, [17] = 40, [22] = 64, [23] = 6, [29] = 100, [33] = 1, [37] = 80, [41] = sequence};
	const struct naming naming = {.count = 0};

	bytes[34] = (uint8_t)(port >> 8);
	bytes[35] = (uint8_t)port;
	bytes[46] = 5 << 4;
	bytes[47] = TCP_FLAG_SYN;
	struct frame *frame = frame_new(bytes, sizeof bytes);
	witness_sees(&witness, frame, TO_SERVER, &naming, false, now);
	frame_free(frame);
}

static void a_syn_sent_again_begins_no_other_connection(void)
{
	witness_init(&witness, 3, 0);
	for (unsigned i = 0; i < 4; i++)
		connect_from(1000, 1, i * SIM_S);
	CU_ASSERT_EQUAL(witness.connections, 1);
	CU_ASSERT_FALSE(witness.storm);
}

static void more_connections_than_the_limit_are_a_storm(void)
{
	witness_init(&witness, 3, 0);
	for (unsigned i = 0; i < 3; i++)
		connect_from((uint16_t)(1000 + i), 1, i * SIM_S);
	CU_ASSERT_FALSE(witness.storm);
	/* The port of the first again, and another sequence number: another connection. */
	connect_from(1000, 2, 9 * SIM_S);
	CU_ASSERT(witness.storm && witness.storm_at == 9 * SIM_S);
}

static void slow_connections_are_none(void)
{
	witness_init(&witness, 3, 0);
	for (unsigned i = 0; i < 50; i++)
		connect_from(1000, (uint8_t)i, i * 4 * SIM_S);
	CU_ASSERT(witness.connections == 50 && !witness.storm);
}

const CU_TestInfo tests_witness[] = {
	{"a SYN sent again begins no other connection", a_syn_sent_again_begins_no_other_connection},
	{"more connections than the limit are a storm", more_connections_than_the_limit_are_a_storm},
	{"slow connections are none", slow_connections_are_none},
	CU_TEST_INFO_NULL,
};
