/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `stutter proxy` between two interfaces of a network namespace, with a device and a server in
 * namespaces of their own: real kernels at both ends, and busybox ping and httpd.
 */
#include <string.h>
#include <unistd.h>

#include "tests/live/proxy_fixture.h"
#include "tests/test.h"

static void what_is_asked_for_happens_to_real_traffic(void)
{
	test_write(
		"s.yaml",
		"name: bench\nfaults:\n- {name: lost, direction: to-server, filter: icmp, nth: 2, drop: true}\nexpect: {acted: [lost]}\n");
	CU_ASSERT_EQUAL(proxy_fixture_run("begin s.yaml --out run; ping 4; end; cat proxy.txt; cat run/trace.txt; head -n 1 run/plan.yaml; "
	                                  "cat run/verdict.json"),
	                0);
	TEST_CONTAINS(proxy_fixture_output, "3 packets received\nproxy 0\n");
	TEST_CONTAINS(proxy_fixture_output, "\nbench seed 1: carried out until it was told to stop");
	TEST_CONTAINS(proxy_fixture_output, "'lost' drop -> dropped\n");
	TEST_CONTAINS(proxy_fixture_output, "session 'bench' seed 1 between d1 and s1, in wall time\n");
	TEST_CONTAINS(proxy_fixture_output, "s.yaml. It was in wall time, and does not come twice;");
	/* The device is not known here. */
	TEST_CONTAINS(proxy_fixture_output, "\"as_expected\": true");
	CU_ASSERT_PTR_NULL(strstr(proxy_fixture_output, "\"device\""));
	CU_ASSERT_PTR_NULL(strstr(proxy_fixture_output, "\"shows\""));
}

static void faults_come_and_go_while_it_runs(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run("begin s.yaml; ping 1; ctl add '{name: gone, filter: icmp, direction: to-device, drop: true}'; ping 1; "
	                          "ctl remove gone; ping 1; end"),
		0);
	TEST_SAME_TEXT(proxy_fixture_output,
	               "1 packets received\n{\"ok\":true,\"added\":[\"gone\"]}\n0 packets received\n{\"ok\":true,\"removed\":\"gone\"}\n"
	               "1 packets received\nproxy 0\n");
}

/* An address of the frozen plan is found by another transfer, too. */
static void a_transfer_and_its_replay_meet_with_the_same(void)
{
	test_write("s.yaml",
	           "name: bench\nfaults:\n- {name: syn, at: tcp.syn#1, drop: true}\n- {name: request, at: http.request#1, drop: true}\n");
	CU_ASSERT_EQUAL(proxy_fixture_run("mkdir www; head -c 300000 /dev/urandom >www/f; server busybox httpd -p 80 -h www\n"
	                                  "get() { device busybox wget -q -O got http://192.0.2.1/f; cmp got www/f && echo same; }\n"
	                                  "begin s.yaml --out first; get; end\n"
	                                  "begin first/plan.yaml --replay --out again; get; end\n"
	                                  "cat again/replay.txt; grep -h -o \"'[a-z]*' drop -> dropped\" first/trace.txt again/trace.txt"),
	                0);
	TEST_CONTAINS(proxy_fixture_output, "same\nproxy 0\nsame\nproxy 0\nfound       'syn' drop at tcp.syn[80/1]#1, to-server\n"
	                                    "found       'request' drop at http.request[80/1]#1, to-server\n");
	TEST_CONTAINS(proxy_fixture_output,
	              "'syn' drop -> dropped\n'request' drop -> dropped\n'syn' drop -> dropped\n'request' drop -> dropped\n");
}

/* The proxy is confined then, and what stands in front of the server has all it needs. */
static void faults_of_services_act_in_front_of_a_real_server(void)
{
	test_write("s.yaml", "name: bench\nfaults:\n- {name: busy, http_status: {code: 503}, path: /f, nth: 1}\n"
	                     "- {name: cut, http_truncate: {at_byte: 100000B}, path: /f, nth: 2}\nexpect: {acted: [busy, cut]}\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run(
			"mkdir www; head -c 300000 /dev/urandom >www/f; server busybox httpd -p 80 -h www\n"
			"get() { device busybox wget -q -O got http://192.0.2.1/f 2>/dev/null; echo got $?; wc -c got; rm -f got; }\n"
			"begin s.yaml --out run; touch got; get; get; get; device busybox wget -q -O got http://192.0.2.1/f; cmp got www/f && echo same\nctl remove busy; ctl phase download\n"
			"ctl add '{name: later, from: srv.http#2, filter: icmp, drop: true}'; ping 1; end; cat run/addresses.txt\n"
			"cat proxy.txt; cat run/trace.txt; grep -h 'at:' run/plan.yaml"),
		0);
	TEST_CONTAINS(proxy_fixture_output, "got 1\n0 got\ngot 1\n100000 got\ngot 0\n300000 got\nsame\n");
	TEST_CONTAINS(proxy_fixture_output, "the fault 'busy' cannot be changed: 'http_status' acts in a service");
	TEST_CONTAINS(proxy_fixture_output, "{\"ok\":true,\"added\":[\"later\"]}\n");
	TEST_CONTAINS(proxy_fixture_output, "proxy 0\n");
	TEST_CONTAINS(proxy_fixture_output, "\nserver    srv.http#1..4\n");
	TEST_CONTAINS(proxy_fixture_output, "srv.http#2: 'cut' http_truncate");
	TEST_CONTAINS(proxy_fixture_output, "at: \"srv.http#1\"");
}

static void decisions_of_services_are_repeated(void)
{
	test_write("s.yaml", "name: bench\nfaults:\n- {name: busy, http_status: {code: 503}, probability: 50%}\n"
	                     "- {name: lost, at: tcp.syn#2, drop: true}\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run(
			"mkdir www; echo hello >www/f; server busybox httpd -p 80 -h www\n"
			"get() { for i in 1 2 3 4 5 6 7 8; do device busybox wget -q -O got http://192.0.2.1/f 2>/dev/null; echo -n $?; done; echo; }\n"
			"begin s.yaml --out run --seed 3; get >first; end\nbegin run/plan.yaml --replay --out again; get >second; end\n"
			"cmp first second && grep -q 1 first && grep -q 0 first && echo alike; cat again/replay.txt"),
		0);
	TEST_CONTAINS(proxy_fixture_output, "proxy 0\nproxy 0\nalike\n");
	TEST_CONTAINS(proxy_fixture_output, "found       'busy' http_status at srv.http#");
	TEST_CONTAINS(proxy_fixture_output, "found       'lost' drop at tcp.syn[80/2]#1");
	CU_ASSERT_PTR_NULL(strstr(proxy_fixture_output, "not found"));
}

/* The device is behind one interface; what is behind the other is played. */
static void the_servers_of_a_recorded_session_are_played(void)
{
	test_write("s.yaml", "name: bench\nfaults:\n- {name: syn, at: tcp.syn#1, drop: true}\nexpect: {acted: [syn]}\n");
	test_write("session.yaml", "session: 1\nsteps:\n  - tcp:\n      address: 203.0.113.5\n      port: 80\n      turns:\n"
	                           "        - {from: device, text: 'GET /f '}\n        - {from: server, after: 1ms, text: 'so it was'}\n"
	                           "        - {from: server, close: fin}\n        - {from: device, close: fin}\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run(
			"device ip route add default via 192.0.2.1\n"
			"$stutter proxy --device-side d1 --session session.yaml s.yaml --control control.sock --skew-limit 0ns --out run "
			">proxy.txt 2>&1 & proxy=$!\n"
			"i=0; until ctl counters >/dev/null 2>&1; do i=$((i+1)); [ $i -lt 300 ] && kill -0 $proxy || { cat proxy.txt; exit 1; }; "
			"sleep 0.1; done\n"
			"{ printf 'GET /f '; sleep 5; } | device busybox nc 203.0.113.5 80; echo; end; cat proxy.txt; cat run/trace.txt"),
		0);
	TEST_CONTAINS(proxy_fixture_output, "so it was\nproxy 0\n");
	TEST_CONTAINS(proxy_fixture_output, "of the recorded session 1 conversations were begun, 1 went to their end; 0 differences\n");
	TEST_CONTAINS(proxy_fixture_output, "'syn' drop -> dropped\n");
	TEST_CONTAINS(proxy_fixture_output, "replay  step 1 is complete\n");
}

static void it_ends_by_itself_and_by_a_signal(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(proxy_fixture_run("begin s.yaml --for 2s; wait $proxy; echo $?; grep -o 'its time was up' proxy.txt\n"
	                                  "begin s.yaml; kill -INT $proxy; wait $proxy; echo $?; grep -o 'asked to stop' proxy.txt"),
	                0);
	TEST_SAME_TEXT(proxy_fixture_output, "0\nits time was up\n0\nasked to stop\n");
}

/* Confined, so that nothing of what it could do itself is left. */
static void interfaces_come_back_when_it_is_killed(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run(
			"ip addr add 198.51.100.1/24 dev d1; ip addr add 2001:db8::1/64 dev s1; ethtool -K s1 gro on\n"
			"same d1 >before; same s1 >>before; begin s.yaml --out run; ping 1; same d1 >during; same s1 >>during\n"
			"cmp -s before during || echo taken; kill -KILL $proxy; wait $proxy 2>/dev/null; echo $?; proxy=\n"
			"i=0; while [ $i -lt 100 ] && { same d1; same s1; } >after && ! cmp -s before after; do i=$((i+1)); sleep 0.1; done\n"
			"diff before after && echo as before; begin s.yaml --out again; ping 1; end"),
		0);
	TEST_SAME_TEXT(proxy_fixture_output, "1 packets received\ntaken\n137\nas before\n1 packets received\nproxy 0\n");
}

static void an_interface_that_does_not_come_back_is_told(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(proxy_fixture_run("begin s.yaml; pkill -KILL -x -P $proxy stutter-guard; end; grep 'as it was' proxy.txt"), 0);
	TEST_SAME_TEXT(
		proxy_fixture_output,
		"proxy 125\nstutter: 'd1' is not as it was (see `ip addr show d1`, `ip route`, `ethtool -k d1`): the process that restores it has been killed\nstutter: 's1' is not as it was (see `ip addr show s1`, `ip route`, `ethtool -k s1`): the process that restores it has been killed\n");
}

/* Without --skew-limit; whether this machine keeps it is another matter. */
static void frames_may_leave_ten_milliseconds_late(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run(
			"$stutter proxy --device-side d1 --server-side s1 s.yaml --control none --for 1s --out run >proxy.txt 2>&1; "
			"grep limit run/verdict.json"),
		0);
	TEST_CONTAINS(proxy_fixture_output, "\"skew_limit_s\": 0.01");
}

static void an_interface_that_goes_makes_it_inconclusive(void)
{
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(proxy_fixture_run("begin s.yaml --out run; ip link del s1; wait $proxy; echo $?; grep -c INCONCLUSIVE proxy.txt"),
	                0);
	TEST_SAME_TEXT(proxy_fixture_output, "125\n1\n");
}

static void what_cannot_be_is_refused_before_anything_is_touched(void)
{
	test_write("s.yaml", "name: bench\nfaults:\n- {name: out, from: 1s, carrier: {for: 1s}}\n");
	test_write("good.yaml", "name: bench\n");
	test_write("phase.yaml", "name: bench\nfaults:\n- {name: w, during: download, drop: true}\n");
	test_write("its.yaml", "name: bench\nsession: session.yaml\n");
	test_write("session.yaml", "session: 1\nsteps:\n  - tcp:\n      address: 203.0.113.5\n      port: 80\n      turns:\n"
	                           "        - {from: device, text: 'GET /f '}\n        - {from: server, close: fin}\n");
	CU_ASSERT_EQUAL(proxy_fixture_run("p=\"$stutter proxy --control none\"\n"
	                                  "$p --device-side d1 --server-side s1 s.yaml --out run; echo $?\n"
	                                  "$p --device-side d1 good.yaml; echo $?\n"
	                                  "$p --device-side d1 --server-side d1 good.yaml; echo $?\n"
	                                  "$p --device-side d1 --server-side nowhere good.yaml --out run; echo $?\n"
	                                  "$p --device-side d1 --server-side s1 phase.yaml --out run; echo $?\n"
	                                  "$p --device-side d1 --server-side s1 its.yaml --out run; echo $?\n"
	                                  "$p --device-side d1 --session session.yaml good.yaml --web-ports 81 --out run; echo $?\n"
	                                  "$p --device-side d1 --session session.yaml good.yaml --replay --out run; echo $?\n"
	                                  "$p --device-side d1 --server-side s1 good.yaml --least 50% --out run; echo $?\n"
	                                  "test -e run || echo untouched"),
	                0);
	TEST_CONTAINS(proxy_fixture_output, "stutter: s.yaml: the fault 'out' cannot be used here: 'carrier' acts on the cable");
	TEST_CONTAINS(proxy_fixture_output, "proxy needs two interfaces: give --device-side and --server-side");
	TEST_CONTAINS(proxy_fixture_output, "--device-side and --server-side are both d1");
	TEST_CONTAINS(proxy_fixture_output, "nowhere");
	TEST_CONTAINS(proxy_fixture_output, "untouched\n");
	TEST_CONTAINS(proxy_fixture_output,
	              "phase.yaml: the fault 'w' would never act: 'during: download' needs the phases to be reported");
	TEST_CONTAINS(proxy_fixture_output, "; give --control and report them");
	TEST_CONTAINS(proxy_fixture_output, "its.yaml: 'session:' is played in place of a server: give --session and no --server-side");
	TEST_CONTAINS(proxy_fixture_output, "--session and --web-ports cannot be used together");
	TEST_CONTAINS(proxy_fixture_output, "--session and --replay cannot be used together");
	TEST_CONTAINS(proxy_fixture_output, "--least needs --replay");
	unsigned refused = 0;
	for (const char *at = proxy_fixture_output; (at = strstr(at, "\n2\n")) != NULL; at++)
		refused++;
	CU_ASSERT_EQUAL(refused, 9);
}

static void what_a_run_has_left_is_kept(void)
{
	test_write("good.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run("mkdir run; echo old >run/trace.txt; same d1 >before\n"
	                          "$stutter proxy --device-side d1 --server-side s1 good.yaml --control none --out run --for 1s; echo $?\n"
	                          "cat run/trace.txt; ls run; same d1 | cmp - before && echo untouched"),
		0);
	TEST_SAME_TEXT(proxy_fixture_output, "stutter: --out: run already exists; choose a new folder, so that no report is lost\n2\nold\n"
	                                     "trace.txt\nuntouched\n");
}

/* The folder that sudo's user has is that user's, and so is the socket. */
static void under_sudo_the_socket_is_the_users(void)
{
	if (geteuid() != 0)
		test_skip("nobody but root can become another user");
	test_write("s.yaml", "name: bench\n");
	CU_ASSERT_EQUAL(
		proxy_fixture_run("mount -t tmpfs none /run; mkdir -p /run/user/65534; chown 65534:65534 /run/user/65534\n"
	                          "unset XDG_RUNTIME_DIR; export SUDO_UID=65534 SUDO_GID=65534\n"
	                          "$stutter proxy --device-side d1 --server-side s1 s.yaml --skew-limit 0s >proxy.txt 2>&1 & proxy=$!\n"
	                          "i=0; until $stutter ctl counters >/dev/null 2>&1; do i=$((i+1)); [ $i -lt 300 ] && kill -0 $proxy || "
	                          "{ cat proxy.txt; exit 1; }; sleep 0.1; done\n"
	                          "stat -c '%u %a' /run/user/65534/stutter.sock; $stutter ctl stop; wait $proxy; echo $?; proxy="),
		0);
	TEST_SAME_TEXT(proxy_fixture_output, "65534 600\n{\"ok\":true}\n0\n");
}

const CU_TestInfo tests_live_proxy_command[] = {
	{"what is asked for happens to real traffic", what_is_asked_for_happens_to_real_traffic},
	{"faults come and go while it runs", faults_come_and_go_while_it_runs},
	{"a transfer and its replay meet with the same", a_transfer_and_its_replay_meet_with_the_same},
	{"faults of services act in front of a real server", faults_of_services_act_in_front_of_a_real_server},
	{"decisions of services are repeated", decisions_of_services_are_repeated},
	{"the servers of a recorded session are played", the_servers_of_a_recorded_session_are_played},
	{"interfaces come back when it is killed", interfaces_come_back_when_it_is_killed},
	{"an interface that does not come back is told", an_interface_that_does_not_come_back_is_told},
	{"frames may leave ten milliseconds late", frames_may_leave_ten_milliseconds_late},
	{"it ends by itself and by a signal", it_ends_by_itself_and_by_a_signal},
	{"an interface that goes makes it inconclusive", an_interface_that_goes_makes_it_inconclusive},
	{"what cannot be is refused before anything is touched", what_cannot_be_is_refused_before_anything_is_touched},
	{"what a run has left is kept", what_a_run_has_left_is_kept},
	{"under sudo the socket is the user's", under_sudo_the_socket_is_the_users},
	CU_TEST_INFO_NULL,
};
