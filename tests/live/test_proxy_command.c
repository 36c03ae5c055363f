/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `stutter proxy` between two interfaces of a network namespace, with a device and a server in namespaces of their own behind them: real kernels at both ends, and
 * busybox' ping and httpd.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

#define OUTPUT_MAX 16384

static char output[OUTPUT_MAX];

/*
 * The bench: this namespace has d1 and s1, whose other ends are in those of the device (192.0.2.100) and the server (192.0.2.1). `device CMD` and `server CMD` run something
 * there, `begin SCENARIO OPTION...` starts the proxy and waits until it answers, `end` stops it and prints its exit status.
 */
static const char bench[] =
	"ip link set lo up\n"
	"unshare -n sleep 250 & dev=$!\n"
	"unshare -n sleep 250 & srv=$!\n"
	"trap 'kill $dev $srv $proxy 2>/dev/null' EXIT\n"
	"while [ \"$(readlink /proc/$dev/ns/net)\" = \"$(readlink /proc/$$/ns/net)\" ] || [ \"$(readlink /proc/$srv/ns/net)\" = "
	"\"$(readlink /proc/$$/ns/net)\" ]; do sleep 0.05; done\n"
	"device() { nsenter -t $dev -n \"$@\"; }\n"
	"server() { nsenter -t $srv -n \"$@\"; }\n"
	"ip link add d1 type veth peer name d0 netns $dev\n"
	"ip link add s1 type veth peer name s0 netns $srv\n"
	"ip link set d1 up; ip link set s1 up\n"
	"device ip addr add 192.0.2.100/24 dev d0; device ip link set d0 up; device ip link set lo up\n"
	"server ip addr add 192.0.2.1/24 dev s0; server ip link set s0 up; server ip link set lo up\n"
	"device ethtool -K d0 tso off gso off tx off >/dev/null; server ethtool -K s0 tso off gso off tx off >/dev/null\n"
	"ctl() { $stutter ctl --control control.sock \"$@\"; }\n"
	"begin() { s=$1; shift; $stutter proxy --device-side d1 --server-side s1 \"$s\" --control control.sock --skew-limit 0ns \"$@\" "
	">proxy.txt 2>&1 & proxy=$!\n"
	"  i=0; until ctl counters >/dev/null 2>&1; do i=$((i+1)); [ $i -lt 300 ] && kill -0 $proxy || { cat proxy.txt; exit 1; }; sleep 0.1; done; }\n"
	"end() { ctl stop >/dev/null; wait $proxy; echo \"proxy $?\"; proxy=; }\n"
	"ping() { device busybox ping -c \"$1\" -W 5 192.0.2.1 | grep -o '[0-9]* packets received'; }\n";

static void try_script(const char *script)
{
	char program[PATH_MAX];

	for (size_t i = 0; i < 4; i++) {
		static const char *const needed[] = {"/usr/sbin/ip", "/usr/bin/busybox", "/usr/bin/nsenter", "/usr/sbin/ethtool"};
		if (access(needed[i], X_OK) != 0)
			test_skip("no %s", needed[i]);
	}
	if (test_shell(output, sizeof output, "unshare %s true", geteuid() == 0 ? "-n" : "-rn") != 0)
		test_skip("no network namespace can be made here: %s", output);
	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(test_program(), program));
	FILE *file = fopen(test_write("script.sh", ""), "w");
	CU_ASSERT_FATAL(file != NULL);
	fprintf(file, "cd %s\nstutter='%s'\n%s%s", test_folder(), program, bench, script);
	CU_ASSERT_FATAL(fclose(file) == 0);
}

static int run_script(const char *script)
{
	try_script(script);
	return test_shell(output, sizeof output, "unshare %s sh %s/script.sh", geteuid() == 0 ? "-n" : "-rn", test_folder());
}

static void what_is_asked_for_happens_to_real_traffic(void)
{
	test_write(
		"s.yaml",
		"name: bench\nfaults:\n- {name: lost, direction: to-server, filter: icmp, nth: 2, drop: true}\nexpect: {acted: [lost]}\n");
	CU_ASSERT_EQUAL(run_script("begin s.yaml --out run; ping 4; end; cat proxy.txt; cat run/trace.txt"), 0);
	TEST_CONTAINS(output, "3 packets received\nproxy 0\n");
	TEST_CONTAINS(output, "carried out  bench seed 1: carried out until it was told to stop");
	TEST_CONTAINS(output, "'lost' drop -> dropped\n");
	TEST_CONTAINS(output, "session 'bench' seed 1 between d1 and s1, in wall time\n");
}

static void faults_come_and_go_while_it_runs(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(run_script("begin s.yaml; ping 1; ctl add '{name: gone, filter: icmp, direction: to-device, drop: true}'; ping 1; "
	                           "ctl remove gone; ping 1; end"),
	                0);
	TEST_SAME_TEXT(output,
	               "1 packets received\n{\"ok\":true,\"added\":[\"gone\"]}\n0 packets received\n{\"ok\":true,\"removed\":\"gone\"}\n"
	               "1 packets received\nproxy 0\n");
}

/* An address of the frozen plan is found by another transfer, too. */
static void a_transfer_and_its_replay_meet_with_the_same(void)
{
	test_write("s.yaml",
	           "name: bench\nfaults:\n- {name: syn, at: tcp.syn#1, drop: true}\n- {name: request, at: http.request#1, drop: true}\n");
	CU_ASSERT_EQUAL(run_script("mkdir www; head -c 300000 /dev/urandom >www/f; server busybox httpd -p 80 -h www\n"
	                           "get() { device busybox wget -q -O got http://192.0.2.1/f; cmp got www/f && echo same; }\n"
	                           "begin s.yaml --out first; get; end\n"
	                           "begin first/plan.yaml --replay --out again; get; end\n"
	                           "cat again/replay.txt; grep -h -o \"'[a-z]*' drop -> dropped\" first/trace.txt again/trace.txt"),
	                0);
	TEST_CONTAINS(output, "same\nproxy 0\nsame\nproxy 0\nfound       'syn' drop at tcp.syn[80/1]#1, to-server\n"
	                      "found       'request' drop at http.request[80/1]#1, to-server\n");
	TEST_CONTAINS(output, "'syn' drop -> dropped\n'request' drop -> dropped\n'syn' drop -> dropped\n'request' drop -> dropped\n");
}

static void it_ends_by_itself_and_by_a_signal(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(run_script("begin s.yaml --for 2s; wait $proxy; echo $?; grep -o 'its time was up' proxy.txt\n"
	                           "begin s.yaml; kill -INT $proxy; wait $proxy; echo $?; grep -o 'asked to stop' proxy.txt"),
	                0);
	TEST_SAME_TEXT(output, "0\nits time was up\n0\nasked to stop\n");
}

static void an_interface_that_goes_makes_it_inconclusive(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(run_script("begin s.yaml --out run; ip link del s1; wait $proxy; echo $?; grep -c INCONCLUSIVE proxy.txt"), 0);
	TEST_SAME_TEXT(output, "125\n1\n");
}

static void what_cannot_be_is_refused_before_anything_is_touched(void)
{
	test_write("s.yaml", "name: bench\nfaults:\n- {name: out, from: 1s, carrier: {for: 1s}}\n");
	test_write("good.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(run_script("p=\"$stutter proxy --control none\"\n"
	                           "$p --device-side d1 --server-side s1 s.yaml --out run; echo $?\n"
	                           "$p --device-side d1 good.yaml; echo $?\n"
	                           "$p --device-side d1 --server-side d1 good.yaml; echo $?\n"
	                           "$p --device-side d1 --server-side nowhere good.yaml --out run; echo $?\n"
	                           "test -e run || echo untouched"),
	                0);
	TEST_CONTAINS(output, "stutter: s.yaml: the fault 'out' cannot happen here: 'carrier' happens to the cable");
	TEST_CONTAINS(output, "between which interfaces? Give --device-side and --server-side");
	TEST_CONTAINS(output, "--device-side and --server-side are both d1");
	TEST_CONTAINS(output, "nowhere");
	TEST_CONTAINS(output, "untouched\n");
	unsigned refused = 0;
	for (const char *at = output; (at = strstr(at, "\n2\n")) != NULL; at++)
		refused++;
	CU_ASSERT_EQUAL(refused, 4);
}

const CU_TestInfo tests_live_proxy_command[] = {
	{"what is asked for happens to real traffic", what_is_asked_for_happens_to_real_traffic},
	{"faults come and go while it runs", faults_come_and_go_while_it_runs},
	{"a transfer and its replay meet with the same", a_transfer_and_its_replay_meet_with_the_same},
	{"it ends by itself and by a signal", it_ends_by_itself_and_by_a_signal},
	{"an interface that goes makes it inconclusive", an_interface_that_goes_makes_it_inconclusive},
	{"what cannot be is refused before anything is touched", what_cannot_be_is_refused_before_anything_is_touched},
	CU_TEST_INFO_NULL,
};
