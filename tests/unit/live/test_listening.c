/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/listening.h"

#include "tests/test.h"

static void sockets_that_listen_are_counted(void)
{
	static const char text[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
				   "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n"
				   "   1: 640200C0:A1B2 010200C0:0050 01 00000000:00000000 00:00000000 00000000     0        0 2 1\n";
	uint64_t digest = 0, other = 0;

	CU_ASSERT_EQUAL(listening_count(text, 0x0a, &digest), 1);
	CU_ASSERT(digest != 0);
	CU_ASSERT_EQUAL(listening_count(text, 7, &other), 0);
	CU_ASSERT_EQUAL(other, 0);
	CU_ASSERT_EQUAL(listening_count("", 10, &other), 0);
}

const CU_TestInfo tests_live_listening[] = {
	{"sockets that listen are counted", sockets_that_listen_are_counted},
	CU_TEST_INFO_NULL,
};
