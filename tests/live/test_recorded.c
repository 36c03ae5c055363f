/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures made by tcpdump and dumpcap of curl and a server, over a veth pair between two network
 * namespaces of the test. The session imported from them has the whole conversation. No address
 * outside the namespaces is used.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/recorded/form.h"
#include "harness/recorded/import.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_recorded[];

#define OUTPUT_MAX 16384
#define BODY_SIZE 300000U

static char output[OUTPUT_MAX];

/*
 * The far side is a namespace inside the near one. What is to run there is a function "far", what
 * is captured is "capture FILE".
 */
static const char network[] =
	"set -eu\n"
	"cd \"$1\"\n"
	"mkfifo ready\n"
	"unshare -n sh -c 'echo >ready; exec sleep 50' &\n"
	"far_pid=$!\n"
	"children=$far_pid\n"
	"trap 'kill $children 2>/dev/null || true' EXIT\n"
	"read -r line <ready\n"
	"far() { nsenter -t $far_pid -n \"$@\"; }\n"
	"ip link set lo up\n"
	"ip link add near type veth peer name far netns $far_pid\n"
	"ip addr add 10.77.0.2/24 dev near\n"
	"ip link set near up\n"
	"far ip link set lo up\n"
	"far ip addr add 10.77.0.1/24 dev far\n"
	"far ip link set far up\n"
	/* The capture program is ready once it has written something. */
	"capture() { \"$@\" >capture.log 2>&1 & capture_pid=$!; children=\"$children $capture_pid\"\n"
	"  tries=0; until grep -qi -e 'listening on' -e '^File:' capture.log || [ $tries -gt 100 ]; do sleep 0.05; tries=$((tries + 1)); done; }\n"
	/*
	 * A capture is complete when it grows no more; what still waits to be written when its
	 * program is told to end, some programs drop.
	 */
	"end_capture() { size=0; while now=$(cat a.* | wc -c); [ $now != $size ]; do size=$now; sleep 1.5; done\n"
	"  kill -INT $capture_pid; wait $capture_pid || true; }\n"
	"serve() { nsenter -t $far_pid -n \"$@\" >server.log 2>&1 & children=\"$children $!\"\n"
	"  tries=0; until curl -s -o /dev/null http://10.77.0.1/ || [ $tries -gt 100 ]; do sleep 0.05; tries=$((tries + 1)); done; }\n";

/* Runs a script in namespaces of its own. The test is skipped where there can be none. */
static void run(const char *script)
{
	char path[512];

	if (test_shell(output, sizeof output, "unshare -rn true || unshare -n true") != 0)
		test_skip("no network namespaces: %s", output);
	test_needs_program("curl");
	test_needs_program("ip");
	(void)snprintf(path, sizeof path, "%s", test_write("network.sh", network));
	const char *rights = geteuid() == 0 ? "-n" : "-rn";
	FILE *stream = fopen(path, "ae");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	fputs(script, stream);
	(void)fclose(stream);
	int status = test_shell(output, sizeof output, "timeout 60 unshare %s --kill-child -f sh %s %s", rights, path, test_folder());
	if (status == 77)
		test_skip("%s", output);
	if (status != 0)
		printf("%s\n", output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
}

static void import(const char *name, struct recording *ret_recording, struct import_told *ret_told)
{
	const struct import_options options = {0, VANTAGE_UNKNOWN};
	struct error err = {.text = ""};
	bool good = import_capture(ret_recording, ret_told, test_path(name), &options, &err);
	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
}

/* The conversation in which a file was asked for. */
static const struct step *find_request(const struct recording *recording, const char *request)
{
	for (size_t i = 0; i < recording->step_count; i++) {
		const struct step *step = &recording->steps[i];
		if (step->kind == STEP_TCP && step->turn_count > 0 && step->turns[0].known_length >= strlen(request) &&
		    memcmp(step->turns[0].known, request, strlen(request)) == 0)
			return step;
	}
	return NULL;
}

static void make_body(void)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output,
	                                 "mkdir -p %s/www && head -c %u /dev/urandom >%s/www/body && echo hello >%s/www/index.html",
	                                 test_folder(), BODY_SIZE, test_folder(), test_folder()),
	                      0);
}

/* What the server has said ends with the file, to the last byte. */
static void check_body(const struct step *step)
{
	char path[512];
	const struct turn *answer = NULL;

	for (size_t i = 0; i < step->turn_count && answer == NULL; i++)
		if (step->turns[i].side == SIDE_SERVER && step->turns[i].kind == TURN_DATA)
			answer = &step->turns[i];
	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	CU_ASSERT_EQUAL(answer->known_length, answer->length);
	CU_ASSERT_FATAL(answer->length > BODY_SIZE);
	(void)snprintf(path, sizeof path, "%s/www/body", test_folder());
	FILE *stream = fopen(path, "rbe");
	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	for (size_t i = answer->known_length - BODY_SIZE; i < answer->known_length; i++)
		if (fgetc(stream) != answer->known[i]) {
			CU_FAIL("the body is another");
			break;
		}
	(void)fclose(stream);
}

static void check_download(const char *capture)
{
	struct recording recording;
	struct import_told told;

	import(capture, &recording, &told);
	CU_ASSERT_EQUAL(recording.device, 0x0a4d0002U);
	CU_ASSERT_EQUAL(told.streams.missed_bytes, 0);
	const struct step *step = find_request(&recording, "GET /body HTTP/1.1\r\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(step);
	CU_ASSERT_EQUAL(step->address, 0x0a4d0001U);
	CU_ASSERT_EQUAL(step->port, 80);
	check_body(step);
	recording_close(&recording);
}

static void a_download_that_dumpcap_wrote_down_is_whole(void)
{
	test_needs_program("busybox");
	test_needs_program("dumpcap");
	make_body();
	run("capture dumpcap -q -i near -w a.pcapng\n"
	    "serve busybox httpd -f -p 10.77.0.1:80 -h www\n"
	    "curl -sS -o got http://10.77.0.1/body\n"
	    "end_capture\n"
	    "cmp got www/body\n");
	check_download("a.pcapng");
}

static void the_same_of_all_interfaces_and_by_the_older_format(void)
{
	test_needs_program("busybox");
	test_needs_program("dumpcap");
	make_body();
	run("capture dumpcap -q -P -i any -w a.pcap\n"
	    "serve busybox httpd -f -p 10.77.0.1:80 -h www\n"
	    "curl -sS -o got http://10.77.0.1/body\n"
	    "end_capture\n");
	check_download("a.pcap");
}

static void a_download_from_nginx_that_tcpdump_wrote_down_is_whole(void)
{
	test_needs_program("nginx");
	test_needs_program("tcpdump");
	make_body();
	run("cat >nginx.conf <<'END'\n"
	    "daemon off; worker_processes 1; pid nginx.pid; error_log nginx.log; user root;\n"
	    "events { worker_connections 16; }\n"
	    "http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
	    "server { listen 10.77.0.1:80; root www; } }\n"
	    "END\n"
	    "chmod 755 . www\n"
	    "capture tcpdump -Z root -U --immediate-mode -B 65536 -i near -w a.pcap\n"
	    "serve nginx -p \"$PWD\" -c \"$PWD/nginx.conf\"\n"
	    "curl -sS -o got http://10.77.0.1/body http://10.77.0.1/index.html\n"
	    "end_capture\n");
	check_download("a.pcap");
}

/* -- whatever else people have -- */

#define SERVE "serve busybox httpd -f -p 10.77.0.1:80 -h www\n"
#define FETCH "curl -sS -o got http://10.77.0.1/body\n"

static void need_all(const char *program)
{
	test_needs_program("busybox");
	test_needs_program(program);
	make_body();
}

static void tcpdump_of_all_interfaces_with_nanoseconds(void)
{
	need_all("tcpdump");
	run("capture tcpdump -Z root -U --immediate-mode -B 65536 --time-stamp-precision=nano -i any -w a.pcap\n" SERVE FETCH
	    "end_capture\n");
	check_download("a.pcap");
}

static void several_interfaces_in_one_pcapng(void)
{
	need_all("dumpcap");
	run("capture dumpcap -q -i lo -i near -w a.pcapng\n" SERVE FETCH "end_capture\n");
	check_download("a.pcapng");
}

static void a_vlan_on_the_interface_that_is_captured(void)
{
	need_all("tcpdump");
	run("ip link add link near name near.7 type vlan id 7 2>kind || { cat kind; exit 77; }\n"
	    "far ip link add link far name far.7 type vlan id 7\n"
	    "ip addr flush dev near; far ip addr flush dev far\n"
	    "ip addr add 10.77.0.2/24 dev near.7; ip link set near.7 up; far ip addr add 10.77.0.1/24 dev far.7; far ip link set far.7 up\n"
	    "capture tcpdump -Z root -U --immediate-mode -B 65536 -i near -w a.pcap\n" SERVE FETCH "end_capture\n");
	check_download("a.pcap");
}

/* @return what `stutter import` prints. */
static const char *print_import(const char *name, int status)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s import %s/%s -o %s/s.yaml --faults %s/plan.yaml", test_program(),
	                           test_folder(), name, test_folder(), test_folder()),
	                status);
	return output;
}

static void with_ipv6_alone_it_is_said_that_this_is_why(void)
{
	need_all("dumpcap");
	run("ip addr flush dev near; far ip addr flush dev far\n"
	    "ip addr add fd00::2/64 dev near nodad; far ip addr add fd00::1/64 dev far nodad\n"
	    "capture dumpcap -q -i near -w a.pcapng\n"
	    "nsenter -t $far_pid -n busybox httpd -f -p [fd00::1]:80 -h www >server.log 2>&1 & children=\"$children $!\"\n"
	    "tries=0; until curl -s -o got 'http://[fd00::1]/body' || [ $tries -gt 100 ]; do sleep 0.05; tries=$((tries + 1)); done\n"
	    "end_capture\n");
	TEST_CONTAINS(print_import("a.pcapng", 2),
	              "packets are IPv6, which a session does not support: capture the device where it uses IPv4");
}

static void links_of_two_kinds_in_one_pcapng_are_told(void)
{
	need_all("dumpcap");
	test_needs_program("mergecap");
	run("capture dumpcap -q -i near -w a.pcapng\n" SERVE FETCH "end_capture\n"
	    "mv a.pcapng first.pcapng; capture dumpcap -q -i any -w a.pcapng\n" FETCH "end_capture\n"
	    "mergecap -a -w both.pcapng first.pcapng a.pcapng\n");
	TEST_CONTAINS(print_import("both.pcapng", 2), "its interfaces have different link types: capture on interfaces of one type");
}

static void what_is_packed_is_told_with_the_cure(void)
{
	char path[512];

	need_all("dumpcap");
	test_needs_program("gzip");
	run("capture dumpcap -q -i near -w a.pcapng\n" SERVE FETCH "end_capture\ngzip a.pcapng\n");
	(void)snprintf(path, sizeof path,
	               "this is compressed with gzip: decompress "
	               "it first, `gzip -dk %s/a.pcapng.gz`",
	               test_folder());
	TEST_CONTAINS(print_import("a.pcapng.gz", 2), path);
}

static void with_96_bytes_of_each_packet_a_session_has_its_lengths(void)
{
	need_all("tcpdump");
	run("capture tcpdump -Z root -U --immediate-mode -B 65536 -s 96 -i near -w a.pcap\n" SERVE FETCH "end_capture\n");
	TEST_CONTAINS(print_import("a.pcap", 0), "bytes that the capture's snaplen has cut off: their number is kept\n");
}

static void what_the_snaplen_cuts_off_is_told_and_its_length_kept(void)
{
	struct recording recording;
	struct import_told told;

	test_needs_program("busybox");
	test_needs_program("dumpcap");
	make_body();
	run("capture dumpcap -q -s 200 -i near -w a.pcapng\n"
	    "serve busybox httpd -f -p 10.77.0.1:80 -h www\n"
	    "curl -sS -o got http://10.77.0.1/body\n"
	    "end_capture\n");
	import("a.pcapng", &recording, &told);
	const struct step *step = find_request(&recording, "GET /body HTTP/1.1\r\n");
	CU_ASSERT_PTR_NOT_NULL_FATAL(step);
	CU_ASSERT_FATAL(step->turn_count >= 2);
	CU_ASSERT(step->turns[1].length > BODY_SIZE);
	CU_ASSERT(step->turns[1].known_length < 200);
	CU_ASSERT(told.streams.cut_bytes > BODY_SIZE / 2);
	recording_close(&recording);
}

static void a_port_without_a_server_is_refused(void)
{
	struct recording recording;
	struct import_told told;

	test_needs_program("dumpcap");
	run("capture dumpcap -q -i near -w a.pcapng\n"
	    "curl -sS http://10.77.0.1/ && exit 1\n"
	    "end_capture\n");
	import("a.pcapng", &recording, &told);
	CU_ASSERT_EQUAL_FATAL(recording.step_count, 1);
	CU_ASSERT_EQUAL(recording.steps[0].opening, OPENING_REFUSED);
	recording_close(&recording);
}

const CU_TestInfo tests_live_recorded[] = {
	{"a download that dumpcap wrote down is whole", a_download_that_dumpcap_wrote_down_is_whole},
	{"the same of all interfaces and by the older format", the_same_of_all_interfaces_and_by_the_older_format},
	{"a download from nginx that tcpdump wrote down is whole", a_download_from_nginx_that_tcpdump_wrote_down_is_whole},
	{"tcpdump of all interfaces with nanoseconds", tcpdump_of_all_interfaces_with_nanoseconds},
	{"several interfaces in one pcapng", several_interfaces_in_one_pcapng},
	{"a VLAN on the interface that is captured", a_vlan_on_the_interface_that_is_captured},
	{"with IPv6 alone it is said that this is why", with_ipv6_alone_it_is_said_that_this_is_why},
	{"links of two kinds in one pcapng are told", links_of_two_kinds_in_one_pcapng_are_told},
	{"what is packed is told with the cure", what_is_packed_is_told_with_the_cure},
	{"with 96 bytes of each packet a session has its lengths", with_96_bytes_of_each_packet_a_session_has_its_lengths},
	{"what the snaplen cuts off is told and its length kept", what_the_snaplen_cuts_off_is_told_and_its_length_kept},
	{"a port without a server is refused", a_port_without_a_server_is_refused},
	CU_TEST_INFO_NULL,
};
