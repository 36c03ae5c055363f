/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small worlds in virtual time, without QEMU: a scripted device at the SPI level, the whole trace compared.
 */
#include "tests/puppet/puppet.h"
#include "tests/test.h"

#define DISCOVER 1
#define REQUEST 3
#define OFFER 2
#define ACK 5

static void an_address_a_name_and_nothing_goes_wrong(void)
{
	struct puppet puppet;

	puppet_open(&puppet, "name: golden\n");
	puppet_init_chip(&puppet);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), OFFER);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, REQUEST, SIM_S), ACK);
	CU_ASSERT_EQUAL(puppet_resolve(&puppet, "update.stutter.test", SIM_S), 0xc0000201U);
	CU_ASSERT_EQUAL(puppet_resolve(&puppet, "nowhere.stutter.test", SIM_S), 0);
	world_finish(&puppet.world);
	test_golden("address-and-name.txt", puppet.text);
	puppet_close(&puppet);
}

static void a_lost_offer_is_asked_for_again(void)
{
	struct puppet puppet;

	puppet_open(&puppet, "name: golden\n"
	                     "faults:\n"
	                     "  - name: lost offer\n"
	                     "    direction: to-device\n"
	                     "    filter: udp dst port 68\n"
	                     "    nth: 1\n"
	                     "    drop: true\n");
	puppet_init_chip(&puppet);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), 0);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), OFFER);
	world_finish(&puppet.world);
	test_golden("lost-offer.txt", puppet.text);
	puppet_close(&puppet);
}

static void delay_and_outage_are_told(void)
{
	struct puppet puppet;

	puppet_open(&puppet, "name: golden\n"
	                     "faults:\n"
	                     "  - name: slow\n"
	                     "    direction: to-device\n"
	                     "    delay: {time: 40ms, jitter: 10ms}\n"
	                     "  - name: silence\n"
	                     "    filter: udp dst port 53\n"
	                     "    nth: 2\n"
	                     "    outage: 3s\n");
	puppet_init_chip(&puppet);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), OFFER);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, REQUEST, SIM_S), ACK);
	CU_ASSERT_EQUAL(puppet_resolve(&puppet, "update.stutter.test", SIM_S), 0xc0000201U);
	CU_ASSERT_EQUAL(puppet_resolve(&puppet, "update.stutter.test", SIM_S), 0);
	CU_ASSERT_EQUAL(puppet_resolve(&puppet, "update.stutter.test", SIM_S), 0);
	puppet_run(&puppet, 2 * SIM_S);
	CU_ASSERT_EQUAL(puppet_resolve(&puppet, "update.stutter.test", SIM_S), 0xc0000201U);
	world_finish(&puppet.world);
	test_golden("delay-and-outage.txt", puppet.text);
	puppet_close(&puppet);
}

static void frames_before_the_link_is_up_are_lost(void)
{
	struct puppet puppet;

	puppet_open(&puppet, "name: golden\nlink: {up_at: 500ms}\n");
	puppet_init_chip(&puppet);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, 100 * SIM_MS), 0);
	puppet_run(&puppet, 500 * SIM_MS);
	CU_ASSERT_EQUAL(puppet_dhcp(&puppet, DISCOVER, SIM_S), OFFER);
	world_finish(&puppet.world);
	test_golden("late-link.txt", puppet.text);
	puppet_close(&puppet);
}

const CU_TestInfo tests_world[] = {
	{"an address, a name, and nothing goes wrong", an_address_a_name_and_nothing_goes_wrong},
	{"a lost offer is asked for again", a_lost_offer_is_asked_for_again},
	{"delay and outage are told", delay_and_outage_are_told},
	{"frames before the link is up are lost", frames_before_the_link_is_up_are_lost},
	CU_TEST_INFO_NULL,
};
