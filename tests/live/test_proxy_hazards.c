/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can go wrong around `stutter proxy` while it runs: it reports the problem, loses nothing
 * else, and restores the interfaces.
 */
#include <stdio.h>

#include "tests/live/proxy_fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_proxy_hazards[];

/*
 * Both interfaces have something to lose. `compare IF` says whether one is as it was when
 * `remember` was called.
 */
#define REMEMBER \
	"ip addr add 198.51.100.1/24 dev d1; ip addr add 203.0.113.1/24 dev s1; ip route add 198.51.100.128/25 dev d1\n" \
	"remember() { for i in d1 s1; do same $i >$i.before; done; }\n" \
	"compare() { same $1 >$1.after; cmp $1.before $1.after && echo \"$1 as before\"; }\n"

static void run(const char *script)
{
	const int status = proxy_fixture_run(script);

	if (status != 0)
		printf("    exit status %d; it printed\n%s\n", status, proxy_fixture_output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
}

static void a_frame_beyond_the_other_sides_mtu_is_told_of(void)
{
	test_write("s.yaml", "name: bench\n");
	run(REMEMBER
	    "device ip link set d0 mtu 2000; ip link set d1 mtu 2000; remember; begin s.yaml --out run; ping 1\n"
	    "device busybox ping -c 1 -W 1 -s 1800 192.0.2.1 | grep -o '[0-9]* packets received'; ping 1; end; cat proxy.txt; compare d1; compare s1; "
	    "grep -o 'could not be sent: .*' run/trace.txt");
	TEST_CONTAINS(proxy_fixture_output, "could not be sent: Message too long\n");
	TEST_CONTAINS(proxy_fixture_output, "1 packets received\n0 packets received\n1 packets received\nproxy 125\n");
	TEST_CONTAINS(proxy_fixture_output, "1 frames were lost that no fault asked for: 0 came and were not seen, 1 could not be sent");
	TEST_CONTAINS(proxy_fixture_output, "d1 as before\ns1 as before\n");
}

static void an_interface_that_goes_takes_nothing_with_it(void)
{
	test_write("s.yaml", "name: bench\nfaults:\n- {name: lost, direction: to-server, filter: icmp, nth: 2, drop: true}\n");
	run(REMEMBER
	    "remember; begin s.yaml --out run; ping 3; ip link del s1; wait $proxy; echo \"proxy $?\"; proxy=; cat proxy.txt; compare d1\n"
	    "grep -o '\"verdict\": \"inconclusive\"' run/verdict.json; tail -n 9 run/trace.txt; grep -c 'by: \"lost\"' run/plan.yaml\n"
	    "test -s run/device.pcapng && test -s run/server.pcapng && test ! -e run/decisions.kept && echo complete");
	TEST_CONTAINS(proxy_fixture_output, "2 packets received\nproxy 125\n");
	TEST_CONTAINS(proxy_fixture_output, "INCONCLUSIVE  bench seed 1: s1 is gone: ");
	TEST_CONTAINS(proxy_fixture_output, "d1 as before\n\"verdict\": \"inconclusive\"\n");
	TEST_CONTAINS(proxy_fixture_output, "session inconclusive: s1 is gone: ");
	TEST_CONTAINS(proxy_fixture_output, "\n1\ncomplete\n");
}

static void a_full_disk_ends_it_with_a_message(void)
{
	test_write("s.yaml", "name: bench\n");
	run(REMEMBER
	    "mkdir disk && mount -t tmpfs -o size=256k none disk || exit 77\n"
	    "remember; begin s.yaml --out disk/run; device busybox ping -c 400 -i 0.01 -W 1 -s 1400 192.0.2.1 >/dev/null & flood=$!\n"
	    "wait $proxy; echo \"proxy $?\"; proxy=; kill $flood; cat proxy.txt; compare d1; compare s1");
	TEST_CONTAINS(proxy_fixture_output, "proxy 125\n");
	TEST_CONTAINS(proxy_fixture_output, "INCONCLUSIVE  bench seed 1: disk/run/");
	TEST_CONTAINS(proxy_fixture_output, "d1 as before\ns1 as before\n");
}

static void a_second_proxy_is_refused_and_the_first_goes_on(void)
{
	test_write("s.yaml", "name: bench\n");
	run(REMEMBER
	    "ip link add x1 type veth peer name x0; ip link set x1 up; ip link set x0 up; ip addr add 192.0.2.65/26 dev x1; same x1 >x1.before\n"
	    "remember; begin s.yaml; ping 1\n"
	    "$stutter proxy --device-side x1 --server-side s1 s.yaml --control second.sock; echo \"second $?\"; ping 2\n"
	    "$stutter proxy --device-side d1 --server-side x1 s.yaml --control control.sock; echo \"third $?\"; ping 3\n"
	    "end; cat proxy.txt; compare d1; compare s1; compare x1");
	TEST_CONTAINS(proxy_fixture_output, "1 packets received\nstutter: 's1' is in use by another proxy (process ");
	TEST_CONTAINS(proxy_fixture_output, "second 2\n2 packets received\n");
	TEST_CONTAINS(proxy_fixture_output, "third 2\n3 packets received\nproxy 0\n");
	TEST_CONTAINS(proxy_fixture_output, "d1 as before\ns1 as before\nx1 as before\n");
}

/*
 * All sockets of its namespace, and of those of Unix all that listen (flags 00010000, Linux'
 * net/unix/af_unix.c).
 */
static void nothing_listens_but_its_own_socket(void)
{
	test_write("s.yaml", "name: bench\n");
	run("begin s.yaml; ping 1; for p in tcp tcp6 udp udp6 udplite raw raw6; do tail -q -n +2 /proc/net/$p 2>/dev/null; done | wc -l\n"
	    "grep -c 00010000 /proc/net/unix; grep 00010000 /proc/net/unix | grep -c 'control.sock$'; stat -c '%a %F' control.sock; end");
	TEST_SAME_TEXT(proxy_fixture_output, "1 packets received\n0\n1\n1\n600 socket\nproxy 0\n");
}

/* The policy of the proxy, and that of its guardians, as far as its user may have the first. */
static void it_comes_before_other_programs_where_it_may(void)
{
	test_write("s.yaml", "name: bench\n");
	run("begin s.yaml; policy() { chrt -p \"$1\" | grep -o 'SCHED_[A-Z]*' | head -n 1; }\n"
	    "if chrt -r 1 true 2>/dev/null; then policy $proxy; else echo SCHED_RR; fi; for i in $(pgrep -P $proxy); do policy $i; done; end");
	TEST_SAME_TEXT(proxy_fixture_output, "SCHED_RR\nSCHED_OTHER\nSCHED_OTHER\nproxy 0\n");
}

const CU_TestInfo tests_live_proxy_hazards[] = {
	{"a frame beyond the other side's MTU is told of", a_frame_beyond_the_other_sides_mtu_is_told_of},
	{"an interface that goes takes nothing with it", an_interface_that_goes_takes_nothing_with_it},
	{"a full disk ends it with a message", a_full_disk_ends_it_with_a_message},
	{"a second proxy is refused, and the first goes on", a_second_proxy_is_refused_and_the_first_goes_on},
	{"nothing listens but its own socket", nothing_listens_but_its_own_socket},
	{"it comes before other programs where it may", it_comes_before_other_programs_where_it_may},
	CU_TEST_INFO_NULL,
};
