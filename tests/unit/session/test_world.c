/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small worlds in virtual time, without QEMU: a scripted device at the SPI level, the whole trace
 * compared.
 */
#include <string.h>

#include "emulator/nic/enc28j60.h"
#include "lib/verdict/verdict.h"
#include "tests/world/fixture.h"
#include "lib/sim/random.h"
#include "tests/test.h"

static void an_address_a_name_and_nothing_goes_wrong(void)
{
	struct world_fixture f;

	world_fixture_open(&f, "name: golden\n");
	world_fixture_init_nic(&f);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), OFFER);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, REQUEST, SIM_S), ACK);
	CU_ASSERT_EQUAL(world_fixture_resolve(&f, "update.stutter.test", SIM_S), 0xc0000201U);
	CU_ASSERT_EQUAL(world_fixture_resolve(&f, "nowhere.stutter.test", SIM_S), 0);
	world_finish(&f.world);
	test_golden("address-and-name.txt", f.trace.text);
	world_fixture_close(&f);
}

static void a_lost_offer_is_asked_for_again(void)
{
	struct world_fixture f;

	world_fixture_open(&f, "name: golden\n"
	                       "faults:\n"
	                       "  - name: lost offer\n"
	                       "    direction: to-device\n"
	                       "    filter: udp dst port 68\n"
	                       "    nth: 1\n"
	                       "    drop: true\n");
	world_fixture_init_nic(&f);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), 0);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), OFFER);
	world_finish(&f.world);
	test_golden("lost-offer.txt", f.trace.text);
	world_fixture_close(&f);
}

static void delay_and_outage_are_told(void)
{
	struct world_fixture f;

	world_fixture_open(&f, "name: golden\n"
	                       "faults:\n"
	                       "  - name: slow\n"
	                       "    direction: to-device\n"
	                       "    delay: {time: 40ms, jitter: 10ms}\n"
	                       "  - name: silence\n"
	                       "    filter: udp dst port 53\n"
	                       "    nth: 2\n"
	                       "    outage: 3s\n");
	world_fixture_init_nic(&f);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), OFFER);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, REQUEST, SIM_S), ACK);
	CU_ASSERT_EQUAL(world_fixture_resolve(&f, "update.stutter.test", SIM_S), 0xc0000201U);
	CU_ASSERT_EQUAL(world_fixture_resolve(&f, "update.stutter.test", SIM_S), 0);
	CU_ASSERT_EQUAL(world_fixture_resolve(&f, "update.stutter.test", SIM_S), 0);
	world_fixture_run(&f, 2 * SIM_S);
	CU_ASSERT_EQUAL(world_fixture_resolve(&f, "update.stutter.test", SIM_S), 0xc0000201U);
	world_finish(&f.world);
	test_golden("delay-and-outage.txt", f.trace.text);
	world_fixture_close(&f);
}

static void frames_before_the_link_is_up_are_lost(void)
{
	struct world_fixture f;

	world_fixture_open(&f, "name: golden\nlink: {up_at: 500ms}\n");
	world_fixture_init_nic(&f);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, 100 * SIM_MS), 0);
	world_fixture_run(&f, 500 * SIM_MS);
	CU_ASSERT_EQUAL(world_fixture_dhcp(&f, DISCOVER, SIM_S), OFFER);
	world_finish(&f.world);
	test_golden("late-link.txt", f.trace.text);
	world_fixture_close(&f);
}

/* A TCP SYN to the update service, from another port each time. */
static void send_syn(struct world_fixture *f, unsigned port)
{
	uint8_t frame[54] = {0x02, 0x53, 0x54, 0x55, 0x54, 0x01, 0x02, 0x00, 0x5e, 0x00, 0x53, 0x01, 0x08, 0x00, 0x45, 0, 0, 40};

	frame[22] = 64; /* hops */
	frame[23] = 6;  /* TCP */
	memcpy(frame + 26, (const uint8_t[]){192, 0, 2, 100, 192, 0, 2, 1}, 8);
	frame[34] = (uint8_t)(port >> 8);
	frame[35] = (uint8_t)port;
	frame[37] = 80;
	frame[46] = 5 << 4;
	frame[47] = 0x02; /* SYN */
	world_fixture_send(f, frame, sizeof frame);
	world_fixture_run(f, SIM_S);
}

static bool is_lost(const struct world_fixture *f)
{
	const struct evidence evidence = world_evidence(&f->world, false);
	struct complaint complaint;

	return judges_lost(&f->world.judges, &evidence, &complaint) != NULL;
}

static void judges_see_what_the_device_sends(void)
{
	struct world_fixture f;

	world_fixture_open(&f, "name: golden\nexpect: {storm: 3}\n");
	world_fixture_init_nic(&f);
	for (unsigned i = 0; i < 3; i++) {
		send_syn(&f, 1000 + i);
		world_fixture_run(&f, 4 * SIM_S);
	}
	send_syn(&f, 1010);
	CU_ASSERT_FALSE(is_lost(&f));
	send_syn(&f, 1011);
	CU_ASSERT_FALSE(is_lost(&f));
	send_syn(&f, 1012);
	CU_ASSERT(is_lost(&f));
	world_fixture_close(&f);
}

static void the_last_frames_are_remembered(void)
{
	struct world_fixture f;
	char text[VERDICT_FRAMES_MAX];
	unsigned lines = 0;

	world_fixture_open(&f, "name: golden\n");
	TEST_CONTAINS(wire_log_last_frames(&f.world.wire, text, sizeof text), "arp");
	world_fixture_init_nic(&f);
	for (unsigned i = 0; i < 8; i++)
		send_syn(&f, 1000 + i);
	TEST_CONTAINS(wire_log_last_frames(&f.world.wire, text, sizeof text), "to-server #");
	TEST_CONTAINS(text, "192.0.2.100:1007 > 192.0.2.1:80");
	CU_ASSERT_PTR_NULL(strstr(text, "192.0.2.100:1001 "));
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	CU_ASSERT_EQUAL(lines, WIRE_LOG_FRAMES - 1);
	CU_ASSERT(wire_log_last_frames(&f.world.wire, text, 40) == text && strlen(text) < 40);
	world_fixture_close(&f);
}

static void only_the_device_ends_a_silence(void)
{
	struct world_fixture f;

	world_fixture_open(&f, "name: golden\n");
	world_fixture_init_nic(&f);
	CU_ASSERT_EQUAL(f.world.wire.last_active, 0);
	world_fixture_run(&f, SIM_S);
	send_syn(&f, 1000);
	sim_ns sent = f.world.wire.last_active;
	CU_ASSERT(sent > SIM_S && sent < f.world.sim.now);
	wire_log_sign(&f.world.wire, "a report", true, f.world.sim.now);
	CU_ASSERT_EQUAL(f.world.wire.last_active, f.world.sim.now);
	world_fixture_close(&f);
}

/* The chip of a device with these errata. */
static struct stutter_enc28j60_config chip_with(const char *errata)
{
	struct world_fixture f;
	char text[128], yaml[1024];

	(void)snprintf(text, sizeof text, "name: d\nerrata: %s\n", errata);
	(void)snprintf(yaml, sizeof yaml, "name: golden\ndevice: %s\n", test_write("device.yaml", text));
	world_fixture_open(&f, yaml);
	const struct stutter_enc28j60_config config = nic_enc28j60_chip(f.world.board.nic)->config;
	world_fixture_close(&f);
	return config;
}

static void silicons_errata_are_drawn_from_the_seed(void)
{
	const struct stutter_enc28j60_config config = chip_with("silicon");

	CU_ASSERT_EQUAL(config.errata, stutter_enc28j60_errata(STUTTER_ENC28J60_B7));
	CU_ASSERT_EQUAL(config.errata_worst, 0);
	CU_ASSERT_EQUAL(config.seed, random_bits(random_stream(1, "errata"), 0, 0));
	CU_ASSERT(config.bit_field_ops_reach_mac);
}

static void the_worst_errata_act_always(void)
{
	const struct stutter_enc28j60_config config = chip_with("worst");

	CU_ASSERT_EQUAL(config.errata, stutter_enc28j60_errata(STUTTER_ENC28J60_B7));
	CU_ASSERT_EQUAL(config.errata_worst, config.errata);
}

static void errata_that_are_named_act_always(void)
{
	const struct stutter_enc28j60_config config = chip_with("5 14");

	CU_ASSERT_EQUAL(config.errata, STUTTER_ENC28J60_ERRATUM(5) | STUTTER_ENC28J60_ERRATUM(14));
	CU_ASSERT_EQUAL(config.errata_worst, config.errata);
}

const CU_TestInfo tests_world[] = {
	{"an address, a name, and nothing goes wrong", an_address_a_name_and_nothing_goes_wrong},
	{"a lost offer is asked for again", a_lost_offer_is_asked_for_again},
	{"delay and outage are told", delay_and_outage_are_told},
	{"frames before the link is up are lost", frames_before_the_link_is_up_are_lost},
	{"judges see what the device sends", judges_see_what_the_device_sends},
	{"the last frames are remembered", the_last_frames_are_remembered},
	{"only the device ends a silence", only_the_device_ends_a_silence},
	{"silicon's errata are drawn from the seed", silicons_errata_are_drawn_from_the_seed},
	{"the worst errata act always", the_worst_errata_act_always},
	{"errata that are named act always", errata_that_are_named_act_always},
	CU_TEST_INFO_NULL,
};
