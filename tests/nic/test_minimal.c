/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world whose device has another NIC, at another speed. The rest of the world does not depend on
 * which NIC it is.
 */
#include <string.h>

#include "lib/link/frame.h"
#include "tests/world/fixture.h"
#include "tests/nic/minimal.h"
#include "tests/test.h"

extern const CU_TestInfo tests_minimal_nic[];

static void wait_for_link(struct world_fixture *f)
{
	world_fixture_run(f, SIM_MS);
}

static void send_frame(struct world_fixture *f, const uint8_t *frame, size_t length)
{
	uint8_t mosi[FRAME_MAX + 1] = {MINIMAL_SEND}, miso[FRAME_MAX + 1];

	memcpy(mosi + 1, frame, length);
	world_fixture_spi(f, mosi, miso, length + 1);
}

static size_t receive_frame(struct world_fixture *f, uint8_t ret_frame[FRAME_MAX])
{
	uint8_t mosi[FRAME_MAX + 1] = {MINIMAL_STATUS}, miso[FRAME_MAX + 1];

	world_fixture_spi(f, mosi, miso, 4);
	if (miso[1] == 0)
		return 0;
	const size_t length = (size_t)(miso[2] << 8 | miso[3]);
	mosi[0] = MINIMAL_READ;
	world_fixture_spi(f, mosi, miso, length + 1);
	memcpy(ret_frame, miso + 1, length);
	return length;
}

static const struct nic_driver driver = {wait_for_link, send_frame, receive_frame};

static void a_lost_offer_and_a_name_at_100_mbit(void)
{
	struct world_fixture f;

	world_fixture_open_nic(&f,
	                       "name: golden\n"
	                       "faults:\n"
	                       "  - name: lost offer\n"
	                       "    direction: to-device\n"
	                       "    filter: udp dst port 68\n"
	                       "    nth: 1\n"
	                       "    drop: true\n"
	                       "  - {name: unplugged, from: 3s, carrier: 100ms}\n",
	                       &minimal_nic, &driver);
	world_fixture_init_nic(&f);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), 0);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), OFFER);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, REQUEST, SIM_S), ACK);
	CU_ASSERT_EQUAL(world_fixture_resolve(&f, "update.stutter.test", SIM_S), 0xc0000201U);
	world_fixture_run(&f, 4 * SIM_S - f.world.sim.now);
	world_finish(&f.world);
	test_golden("minimal-nic.txt", f.trace.text);
	world_fixture_close(&f);
}

static void a_byte_takes_80_ns_on_its_wire(void)
{
	struct world_fixture f;

	world_fixture_open_nic(&f, "name: golden\n", &minimal_nic, &driver);
	CU_ASSERT_EQUAL(link_duration(&f.world.link, 1514), 122080);
	CU_ASSERT_EQUAL(f.world.proxy_event.lag, 320);
	world_fixture_close(&f);
}

static void faults_of_bus_line_and_supply_are_those_of_any_nic(void)
{
	struct world_fixture f;

	world_fixture_open_nic(&f,
	                       "name: golden\n"
	                       "faults:\n"
	                       "  - {name: stall, at: spi.msg#2, spi_stall: 1ms}\n"
	                       "  - {name: dip, at: spi.msg#1, brown_out: true}\n"
	                       "  - {name: deaf, int_lost: true}\n",
	                       &minimal_nic, &driver);
	world_fixture_init_nic(&f);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), OFFER);
	TEST_CONTAINS(f.trace.text, "spi.msg#2: 'stall' spi_stall");
	TEST_CONTAINS(f.trace.text, "spi.msg#1: 'dip' brown_out");
	TEST_CONTAINS(f.trace.text, "int.edge#1: 'deaf' int_lost");
	CU_ASSERT_FALSE(board_take_int_edge(&f.world.board));
	world_fixture_close(&f);
}

/* It has no state that an earlier host could have left. */
static void a_warm_start_is_a_cold_one(void)
{
	struct world_fixture f;

	world_fixture_open_nic(&f, "name: golden\nfaults:\n  - {name: warm, warm_start: true}\n",
	                       &minimal_nic, &driver);
	TEST_CONTAINS(f.trace.text, "chip    reset: power on");
	CU_ASSERT_FALSE(board_int_asserted(&f.world.board));
	world_finish(&f.world);
	TEST_CONTAINS(f.trace.text, "'warm': 0 matched, 0 applied: it never did anything");
	world_fixture_close(&f);
}

const CU_TestInfo tests_minimal_nic[] = {
	{"faults of bus, line and supply are those of any NIC",
         faults_of_bus_line_and_supply_are_those_of_any_nic},
	{"a warm start is a cold one", a_warm_start_is_a_cold_one},
	{"a lost offer and a name at 100 Mbit/s", a_lost_offer_and_a_name_at_100_mbit},
	{"a byte takes 80 ns on its wire", a_byte_takes_80_ns_on_its_wire},
	CU_TEST_INFO_NULL,
};
