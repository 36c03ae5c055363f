/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `stutter run --live`: the emulated device in wall time, with nginx, dnsmasq and, if installed,
 * chrony at the far end. No test depends on durations or delays, which prove nothing on a machine
 * under load.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/live/nobody.h"
#include "tests/live/needs.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_release[], tests_live_run_words[], tests_live_run[];

static char output[32768];

/* -- what there is -- */

static void need_network_of_root(void)
{
	needs_namespaces();
	if (geteuid() != 0 || test_shell(output, sizeof output, "unshare -n ip link set lo up") != 0)
		test_skip("no network namespace as root");
	if (test_shell(output, sizeof output, "unshare -n --pid --fork --kill-child --mount-proc true") != 0)
		test_skip("no mount namespace on this machine: %s", output);
}

/* Runs the program in the test's folder. @return its exit status. */
__attribute__((format(printf, 1, 2))) static int stutter(const char *format, ...)
{
	char words[4096];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	return test_shell(output, sizeof output, "cd %s && PATH=$PATH:/usr/sbin:/sbin timeout 500 %s %s 2>&1", test_folder(),
	                  test_program(), words);
}

/* A device that works without the time, since not every machine has an NTP server. */
static void write_device(void)
{
	(void)test_write("device.yaml", "name: timeless\n"
	                                "agent: {ntp_required: false, ntp_timeout: 200ms, backoff: 100ms, backoff_max: 200ms}\n");
}

/* @param rest Behind what every scenario of these tests has. */
static void write_scenario(const char *rest)
{
	char text[2048];

	write_device();
	(void)test_write("image.bin", "a small image, which is here just to be fetched; its content is nobody's business\n");
	(void)snprintf(text, sizeof text, "name: live\nsummary: of a test\ndevice: device.yaml\nimage: image.bin\ndeadline: 5min\n%s",
	               rest);
	(void)test_write("live.yaml", text);
}

#define FAULTS \
	"faults:\n" \
	"  - {name: lost SYN, at: 'tcp.syn[80/1]#1', drop: true}\n" \
	"  - {name: late answer, at: 'http.response[80/2]#1', delay: 120ms}\n" \
	"expect:\n" \
	"  verdict: pass\n" \
	"  acted: [lost SYN, late answer]\n"

static void write_site(void)
{
	test_needs_program("nginx");
	test_needs_program("dnsmasq");
	CU_ASSERT_EQUAL_FATAL(stutter("release live.yaml --out site"), 0);
}

/* -- the files for real servers -- */

static void what_the_service_serves_becomes_files(void)
{
	write_scenario("");
	CU_ASSERT_EQUAL_FATAL(stutter("release live.yaml --out site"), 0);
	TEST_CONTAINS(output, "stutter run --live --server site/start live.yaml");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s && cmp image.bin site/www/images/os.bin && test -x site/start", test_folder()), 0);
	TEST_FILE_CONTAINS("site/www/connecttest.txt", "Stutter Connect Test");
	TEST_FILE_CONTAINS("site/www/update/manifest.json", "\"url\": \"http://update.stutter.test/images/os.bin\"");
	TEST_FILE_CONTAINS("site/dnsmasq.conf", "host-record=update.stutter.test,192.0.2.1\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "cd %s/site/www && grep -q $(sha256sum images/os.bin | cut -d' ' -f1) update/manifest.json",
	                           test_folder()),
	                0);
}

static void nginx_and_dnsmasq_take_them(void)
{
	write_scenario("");
	write_site();
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s && PATH=$PATH:/usr/sbin dnsmasq --test -C site/dnsmasq.conf", test_folder()), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && PATH=$PATH:/usr/sbin nginx -t -e stderr -p $PWD/site -c nginx.conf",
	                           test_folder()),
	                0);
}

static void a_device_with_keys_needs_more_than_files(void)
{
	write_scenario("");
	CU_ASSERT_EQUAL(stutter("release live.yaml --device 21.10 --out site"), 2);
	TEST_CONTAINS(output, "attestation");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "test ! -e %s/site", test_folder()), 0);
	/* If it is refused, nothing is created. */
	CU_ASSERT_EQUAL(stutter("release live.yaml --out 'a site'"), 2);
	TEST_CONTAINS(output, "has characters that the servers' files cannot contain");
	CU_ASSERT_EQUAL(stutter("release live.yaml --out \"$(printf 'new/a\\nsite')\""), 2);
	TEST_CONTAINS(output, "has characters that the servers' files cannot contain");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "ls -d %s/a* %s/new", test_folder(), test_folder()), 2);
	CU_ASSERT_EQUAL(stutter("release live.yaml"), 2);
	TEST_CONTAINS(output, "needs --out DIR");
}

/* -- what does not go together -- */

static void options_that_exclude_each_other_are_refused(void)
{
	static const struct {
		const char *words, *told;
	} cases[] = {
		{"--server true", "--server needs --live: it is about sessions in wall time"},
		{"--skew-limit 1s", "--skew-limit needs --live: it is about sessions in wall time"},
		{"--web-ports 80", "--web-ports needs --live: it is about sessions in wall time"},
		{"--live --web-ports 80", "--web-ports needs a server of your own"},
		{"--live --server true --web-ports 80,x", "--web-ports: invalid ports '80,x'"},
		{"--live --server true --server-side lo", "use one of them"},
		{"--live --server ' '", "--server: the command is empty"},
		{"--live --skew-limit soon", "--skew-limit"},
		{"--live --server-side tap:", "neither an interface nor tap:NAME"},
		{"--live --jobs 2", "--live runs one session at a time"},
		{"--live --repeat 2", "--repeat compares digests"},
		{"--live --twice", "--twice compares digests"},
		{"--live --server-side nowhere0", "nowhere0"},
		{"--live --server-side tap:this-name-is-too-long", "invalid interface name"},
	};

	write_scenario("");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		CU_ASSERT_EQUAL(stutter("run live.yaml %s", cases[i].words), 2);
		TEST_CONTAINS(output, cases[i].told);
	}
}

static void what_a_server_of_ones_own_cannot_do_is_refused_by_name(void)
{
	static const struct {
		const char *rest, *told;
	} cases[] = {
		{"faults:\n  - {name: old, tls_certificate: {kind: expired}}\n",
	         "the fault 'old' cannot be used in front of a real server: 'tls_certificate'"},
		{"faults:\n  - {name: moved, dhcp: {answer: other_address}}\n",
	         "the fault 'moved' cannot be used in front of a real server: 'dhcp'"},
		{"expect:\n  told: true\n", "'told' under 'expect:'"},
		{"expect:\n  traffic: 2\n", "'traffic' under 'expect:'"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		write_scenario(cases[i].rest);
		CU_ASSERT_EQUAL(stutter("run live.yaml --live --server true --out out"), 2);
		TEST_CONTAINS(output, cases[i].told);
		CU_ASSERT_EQUAL(test_shell(output, sizeof output, "test ! -e %s/out", test_folder()), 0);
	}
}

static void a_server_that_does_not_start_proves_nothing(void)
{
	needs_namespaces();
	write_scenario("");
	CU_ASSERT_EQUAL(stutter("run live.yaml --live --server 'echo no such thing; exit 3' --out out"), 125);
	TEST_CONTAINS(output, "the server did not start: exit status 3; its output: no such thing");
	TEST_FILE_CONTAINS("out/live/seed-1/verdict.json", "\"verdict\": \"inconclusive\"");
	TEST_FILE_CONTAINS("out/live/seed-1/server.log", "no such thing");
}

/* -- sessions -- */

/* The addresses of a frozen plan's decisions, in their order. */
static void list_addresses(const char *plan, char *ret_text, size_t size)
{
	CU_ASSERT_EQUAL_FATAL(
		test_shell(ret_text, size, "cd %s && sed -n '/^decisions:/,$p' %s | grep -o 'at: \"[^\"]*\"' | sort", test_folder(), plan),
		0);
}

static void expect_session(const char *dir)
{
	char name[128];

	(void)snprintf(name, sizeof name, "%s/live/seed-1/trace.txt", dir);
	TEST_FILE_CONTAINS(name, "'lost SYN' drop -> dropped");
	TEST_FILE_CONTAINS(name, "'late answer' delay 120 ms -> leaves after 120 ms");
	TEST_FILE_CONTAINS(name, "device  result pass");
	TEST_FILE_CONTAINS(name, "# [");
	(void)snprintf(name, sizeof name, "%s/live/seed-1/verdict.json", dir);
	TEST_FILE_CONTAINS(name, "\"verdict\": \"pass\"");
	TEST_FILE_CONTAINS(name, "\"skew_p99_s\"");
}

/* One plan, both ways: the decisions are the same, by their addresses. */
static void an_update_from_nginx_under_faults(void)
{
	char live[4096], virtual[4096];

	needs_namespaces();
	write_scenario(FAULTS);
	write_site();
	CU_ASSERT_EQUAL_FATAL(stutter("run live.yaml --live --server site/start --skew-limit 0s --out live"), 0);
	TEST_CONTAINS(output, "frames left later than asked by ");
	expect_session("live");
	TEST_FILE_CONTAINS("live/live/seed-1/trace.txt", "in wall time, with the far end behind server");
	TEST_FILE_CONTAINS("live/live/seed-1/server.log", "DHCPACK");
	TEST_FILE_CONTAINS("site/access.log", "GET /images/os.bin HTTP/1.1\" 200");
	CU_ASSERT_EQUAL_FATAL(stutter("run live.yaml --out virtual --history none"), 0);
	list_addresses("live/live/seed-1/plan.yaml", live, sizeof live);
	list_addresses("virtual/live/seed-1/plan.yaml", virtual, sizeof virtual);
	TEST_CONTAINS(live, "tcp.syn[80/1]#1");
	CU_ASSERT_STRING_EQUAL(live, virtual);
}

/* And what was frozen in front of nginx is repeated without it, with nothing that is not found. */
static void what_was_frozen_is_repeated_in_virtual_time(void)
{
	needs_namespaces();
	write_scenario(FAULTS);
	write_site();
	CU_ASSERT_EQUAL_FATAL(stutter("run live.yaml --live --transport fifo --server site/start --skew-limit 0s --out live"), 0);
	expect_session("live");
	CU_ASSERT_EQUAL(stutter("replay live/live/seed-1/plan.yaml --out again"), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && ! grep -v '^found' again/live/seed-1/replay.txt", test_folder()), 0);
	CU_ASSERT_EQUAL(stutter("replay live/live/seed-1/plan.yaml --live --server site/start --skew-limit 0s --out after"), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && ! grep -v '^found' after/live/seed-1/replay.txt", test_folder()), 0);
}

/*
 * What nginx and dnsmasq say is changed on its way, by the same decisions that the emulator's
 * services obey.
 */
static void an_update_under_faults_of_real_services(void)
{
	char live[4096], virtual[4096];

	needs_namespaces();
	write_scenario("faults:\n"
	               "  - {name: no name, dns: {answer: servfail}, first: 1}\n"
	               "  - {name: busy, http_status: 503, path: '/update*', first: 1}\n"
	               "  - {name: short, http_truncate: {at_byte: 40B}, path: '/images/*', first: 1}\n"
	               "  - {name: late, from: 'srv.http#4', at: 'http.response', first: 1, delay: 50ms}\n"
	               "expect: {verdict: pass, acted: [no name, busy, short, late]}\n");
	write_site();
	CU_ASSERT_EQUAL_FATAL(stutter("run live.yaml --live --server site/start --skew-limit 0s --out live"), 0);
	TEST_FILE_CONTAINS("live/live/seed-1/verdict.json", "\"verdict\": \"pass\"");
	TEST_FILE_CONTAINS("site/access.log", "GET /update/manifest.json?device=timeless HTTP/1.1\" 200");
	/* What is answered for the server, it is not asked. */
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && test $(grep -c manifest.json site/access.log) = 1", test_folder()), 0);
	CU_ASSERT_EQUAL_FATAL(stutter("run live.yaml --out virtual --history none"), 0);
	list_addresses("live/live/seed-1/plan.yaml", live, sizeof live);
	list_addresses("virtual/live/seed-1/plan.yaml", virtual, sizeof virtual);
	TEST_CONTAINS(live, "srv.http#");
	CU_ASSERT_STRING_EQUAL(live, virtual);
	CU_ASSERT_EQUAL(stutter("replay live/live/seed-1/plan.yaml --live --server site/start --skew-limit 0s --out after"), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && ! grep -v '^found' after/live/seed-1/replay.txt", test_folder()), 0);
}

/* HTTP is where --web-ports says it is, and nowhere else. */
static void http_is_where_the_user_says(void)
{
	needs_namespaces();
	write_scenario("faults:\n"
	               "  - {name: busy, http_status: 503, path: '/update*', first: 1}\n"
	               "expect: {verdict: pass, acted: [busy]}\n");
	write_site();
	CU_ASSERT_EQUAL(stutter("run live.yaml --live --server site/start --web-ports 8080 --skew-limit 0s --out live"), 1);
	TEST_FILE_CONTAINS("live/live/seed-1/verdict.json", "\"verdict\": \"pass\"");
	TEST_CONTAINS(output, "busy");
}

/* The emulator's own far end in wall time: the faults of its services act. */
static void the_emulators_far_end_in_wall_time(void)
{
	write_scenario("faults:\n"
	               "  - {name: busy, http_status: 503, path: '/update*', first: 1}\n"
	               "expect: {verdict: pass, acted: [busy]}\n");
	CU_ASSERT_EQUAL_FATAL(stutter("run live.yaml --live --skew-limit 0s --out live"), 0);
	TEST_FILE_CONTAINS("live/live/seed-1/trace.txt", "on device 'timeless', in wall time\n");
	TEST_FILE_CONTAINS("live/live/seed-1/verdict.json", "\"verdict\": \"pass\"");
}

static void a_session_that_was_too_late_proves_nothing(void)
{
	write_scenario("");
	CU_ASSERT_EQUAL_FATAL(stutter("run live.yaml --live --skew-limit 1ns --out live"), 125);
	TEST_CONTAINS(output, "later than asked");
	TEST_FILE_CONTAINS("live/live/seed-1/verdict.json", "without that: pass, updated");
}

/*
 * The device and its server are in the tests' own namespace. @param far_end Makes an interface with
 * address 192.0.2.1, "$link" the words of --server-side.
 */
static void update_over(const char *far_end, const char *server_side)
{
	need_network_of_root();
	write_scenario(FAULTS);
	write_site();
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output,
	                   "cd %s && PATH=$PATH:/usr/sbin:/sbin timeout 500 unshare -n --pid --fork --kill-child --mount-proc sh -c '"
	                   "ip link set lo up; %s"
	                   " ; site/start >server.log 2>&1 &"
	                   " until grep -q \"started, version\" server.log; do sleep 0.1; done; sleep 0.5"
	                   " ; %s run live.yaml --live --server-side %s --skew-limit 0s --out live; status=$?"
	                   " ; exit $status' 2>&1",
	                   test_folder(), far_end, test_program(), server_side),
		0);
	expect_session("live");
}

static void an_update_over_a_tap(void)
{
	update_over("ip tuntap add dev stub0 mode tap && ip address add 192.0.2.1/24 dev stub0 && ip link set stub0 up", "tap:stub0");
}

static void an_update_over_an_interface(void)
{
	update_over("ip link add bench0 type veth peer name far0 && ip link set bench0 up && ip address add 192.0.2.1/24 dev far0 && "
	            "ip link set far0 up && ethtool -K far0 tso off gso off tx off >/dev/null",
	            "bench0");
}

const CU_TestInfo tests_live_release[] = {
	{"what the service serves becomes files", what_the_service_serves_becomes_files},
	{"nginx and dnsmasq take them", nginx_and_dnsmasq_take_them},
	{"a device with keys needs more than files", a_device_with_keys_needs_more_than_files},
	CU_TEST_INFO_NULL,
};

const CU_TestInfo tests_live_run_words[] = {
	{"options that exclude each other are refused", options_that_exclude_each_other_are_refused},
	{"what a server of one's own cannot do is refused by name", what_a_server_of_ones_own_cannot_do_is_refused_by_name},
	{"a server that does not start proves nothing", a_server_that_does_not_start_proves_nothing},
	CU_TEST_INFO_NULL,
};

const CU_TestInfo tests_live_run[] = {
	{"an update from nginx under faults", an_update_from_nginx_under_faults},
	{"an update under faults of real services", an_update_under_faults_of_real_services},
	{"HTTP is where the user says", http_is_where_the_user_says},
	{"what was frozen is repeated in virtual time", what_was_frozen_is_repeated_in_virtual_time},
	{"the emulator's far end in wall time", the_emulators_far_end_in_wall_time},
	{"a session that was too late proves nothing", a_session_that_was_too_late_proves_nothing},
	{"an update over a TAP", an_update_over_a_tap},
	{"an update over an interface", an_update_over_an_interface},
	CU_TEST_INFO_NULL,
};
