/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/search/fixture.h"

#include <string.h>

#include "tests/test.h"

static const char addresses[] = "to-server frame#1..390\n"
				"to-server dhcp.discover[67/1]#1\n"
				"to-server tcp.syn[80/1]#1\n"
				"to-server tcp.ack[80/1]#1..300\n"
				"to-device tcp.data[80/1]#1..600\n"
				"to-server http.request[80/1]#1\n"
				"board     enc.tx#1..390\n"
				"board     enc.rx#1..513\n"
				"board     enc.mii#1..20\n"
				"board     spi.msg#1..13392\n"
				"board     int.edge#1..421\n"
				"board     nor.op#1..2461\n"
				"server    srv.dhcp#1..4\n"
				"server    srv.dns#1..20\n"
				"server    srv.ntp#1..2\n"
				"server    srv.tcp#1..300\n"
				"server    srv.tls#1..14\n"
				"server    srv.http#1..16\n";

void draw_fixture_open(struct draw_fixture *f)
{
	struct error err = {.text = ""};

	memset(f, 0, sizeof *f);
	CU_ASSERT_FATAL(aims_parse(&f->aims, addresses, &err));
	f->plan.seed = 7;
	f->plan.deadline_ns = UINT64_C(1800) * 1000000000;
	f->plan.device.flash.fitted = true;
	f->grounds = (struct grounds){.aims = &f->aims, .plans = {&f->plan, NULL}};
}

void draw_fixture_close(struct draw_fixture *f)
{
	aims_close(&f->aims);
}

struct dice draw_fixture_dice(uint64_t seed, uint64_t index)
{
	return (struct dice){.stream = random_stream(seed, "test"), .what = index};
}
