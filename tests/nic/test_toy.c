/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world whose device has another NIC, at another speed: nothing around it knows which one it is.
 */
#include <string.h>

#include "lib/link/frame.h"
#include "tests/puppet/puppet.h"
#include "tests/nic/toy.h"
#include "tests/test.h"

extern const CU_TestInfo tests_toy[];

#define DISCOVER 1
#define REQUEST 3
#define OFFER 2
#define ACK 5

static void wait_for_link(struct puppet *puppet)
{
	puppet_run(puppet, SIM_MS);
}

static void send_frame(struct puppet *puppet, const uint8_t *frame, size_t length)
{
	uint8_t mosi[FRAME_MAX + 1] = {TOY_SEND}, miso[FRAME_MAX + 1];

	memcpy(mosi + 1, frame, length);
	puppet_spi(puppet, mosi, miso, length + 1);
}

static size_t receive_frame(struct puppet *puppet, uint8_t ret_frame[FRAME_MAX])
{
	uint8_t mosi[FRAME_MAX + 1] = {TOY_STATUS}, miso[FRAME_MAX + 1];

	puppet_spi(puppet, mosi, miso, 4);
	if (miso[1] == 0)
		return 0;
	const size_t length = (size_t)(miso[2] << 8 | miso[3]);
	mosi[0] = TOY_READ;
	puppet_spi(puppet, mosi, miso, length + 1);
	memcpy(ret_frame, miso + 1, length);
	return length;
}

static const struct puppet_driver driver = {wait_for_link, send_frame, receive_frame};

static void a_lost_offer_and_a_name_at_100_mbit(void)
{
	struct puppet puppet;

	puppet_open_nic(&puppet,
	                "name: golden\n"
	                "faults:\n"
	                "  - name: lost offer\n"
	                "    direction: to-device\n"
	                "    filter: udp dst port 68\n"
	                "    nth: 1\n"
	                "    drop: true\n"
	                "  - {name: unplugged, from: 3s, carrier: 100ms}\n",
	                &toy_nic, &driver);
	puppet_init_chip(&puppet);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), 0);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), OFFER);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, REQUEST, SIM_S), ACK);
	CU_ASSERT_EQUAL(puppet_resolve(&puppet, "update.stutter.test", SIM_S), 0xc0000201U);
	puppet_run(&puppet, 4 * SIM_S - puppet.world.sim.now);
	world_finish(&puppet.world);
	test_golden("toy-nic.txt", puppet.text);
	puppet_close(&puppet);
}

static void a_byte_takes_80_ns_on_its_wire(void)
{
	struct puppet puppet;

	puppet_open_nic(&puppet, "name: golden\n", &toy_nic, &driver);
	CU_ASSERT_EQUAL(link_duration(&puppet.world.link, 1514), 122080);
	CU_ASSERT_EQUAL(puppet.world.proxy_event.lag, 320);
	puppet_close(&puppet);
}

static void faults_of_bus_line_and_supply_are_those_of_any_nic(void)
{
	struct puppet puppet;

	puppet_open_nic(&puppet,
	                "name: golden\n"
	                "faults:\n"
	                "  - {name: stall, at: spi.msg#2, spi_stall: 1ms}\n"
	                "  - {name: dip, at: spi.msg#1, brown_out: true}\n"
	                "  - {name: deaf, int_lost: true}\n",
	                &toy_nic, &driver);
	puppet_init_chip(&puppet);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), OFFER);
	TEST_CONTAINS(puppet.text, "spi.msg#2: 'stall' spi_stall");
	TEST_CONTAINS(puppet.text, "spi.msg#1: 'dip' brown_out");
	TEST_CONTAINS(puppet.text, "int.edge#1: 'deaf' int_lost");
	CU_ASSERT_FALSE(board_take_int_edge(&puppet.world.board));
	puppet_close(&puppet);
}

/* It has no former life that could have left it warm. */
static void a_warm_start_is_a_cold_one(void)
{
	struct puppet puppet;

	puppet_open_nic(&puppet, "name: golden\nfaults:\n  - {name: warm, warm_start: true}\n",
	                &toy_nic, &driver);
	TEST_CONTAINS(puppet.text, "chip    reset: power on");
	CU_ASSERT_FALSE(board_int_asserted(&puppet.world.board));
	world_finish(&puppet.world);
	TEST_CONTAINS(puppet.text, "'warm': 0 matched, 0 applied: it never did anything");
	puppet_close(&puppet);
}

const CU_TestInfo tests_toy[] = {
	{"faults of bus, line and supply are those of any NIC",
         faults_of_bus_line_and_supply_are_those_of_any_nic},
	{"a warm start is a cold one", a_warm_start_is_a_cold_one},
	{"a lost offer and a name at 100 Mbit/s", a_lost_offer_and_a_name_at_100_mbit},
	{"a byte takes 80 ns on its wire", a_byte_takes_80_ns_on_its_wire},
	CU_TEST_INFO_NULL,
};
