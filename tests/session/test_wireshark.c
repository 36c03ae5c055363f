/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two captures of a session in Wireshark: each has the view of its end, without frames that
 * this end never saw.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_wireshark[];

#define SMALL "name: s\nimage: small.bin\ndeadline: 5min\n"
#define DEVICE "r/s/seed-1/device.pcapng"
#define SERVER "r/s/seed-1/server.pcapng"
#define SENT "frame.packet_flags_direction == 2"
#define RECEIVED "frame.packet_flags_direction == 1"
#define FALSE_IF_CLEAN \
	"_ws.expert.severity >= warning || tcp.analysis.retransmission || tcp.analysis.duplicate_ack || tcp.analysis.out_of_order"
#define DROPPED "frame.comment contains \"-> dropped\""
#define SENT_AGAIN "tcp.analysis.retransmission && " SENT

static char output[262144];

/*
 * Runs stutter in the test's folder, in which small.bin lies; what it printed is left in `output`.
 */
#define stutter(...) session_fixture_run(output, sizeof output, __VA_ARGS__)

static void run(const char *text)
{
	test_needs_program("tshark");
	test_needs_program("mergecap");
	test_write("s.yaml", text);
	const int status = stutter("run s.yaml --out r");
	if (status != 0)
		printf("    exit status %d; it printed\n%s\n", status, output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
}

/* What tshark prints of the frames of a capture that the filter takes. */
static const char *shown(const char *capture, const char *filter, const char *arguments)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && tshark -n -r %s -Y '%s' %s 2>/dev/null", test_folder(), capture, filter,
	                           arguments),
	                0);
	return output;
}

static unsigned frames(const char *capture, const char *filter)
{
	return test_count(shown(capture, filter, "-T fields -e frame.number"), "\n");
}

/* The number in front of @p what in a line of the session's trace. */
static unsigned traced(const char *what)
{
	char *trace = test_read_own("r/s/seed-1/trace.txt");
	const char *found = strstr(trace, what);

	CU_ASSERT_PTR_NOT_NULL_FATAL(found);
	while (found > trace && (found[-1] == ' ' || (found[-1] >= '0' && found[-1] <= '9')))
		found--;
	const unsigned number = (unsigned)strtoul(found, NULL, 10);
	free(trace);
	return number;
}

/*
 * How many the session could name under @p at: the M of a line "to-server AT#1..M" or "to-server
 * AT#M".
 */
static unsigned addressed(const char *at)
{
	char *addresses = test_read_own("r/s/seed-1/addresses.txt"), line[128];
	unsigned number = 0;

	(void)snprintf(line, sizeof line, "%s#", at);
	const char *found = strstr(addresses, line);
	if (found != NULL) {
		found += strlen(line);
		const char *range = strstr(found, "..");
		number = (unsigned)strtoul(range != NULL && range < strchr(found, '\n') ? range + 2 : found, NULL, 10);
	}
	free(addresses);
	return number;
}

static void a_clean_session_shows_no_problem_at_either_end(void)
{
	run(SMALL);
	TEST_SAME_TEXT(shown(DEVICE, FALSE_IF_CLEAN, ""), "");
	TEST_SAME_TEXT(shown(SERVER, FALSE_IF_CLEAN, ""), "");
	/* Each frame once, at each end. */
	CU_ASSERT_EQUAL(frames(DEVICE, SENT), traced(" frames to-server"));
	CU_ASSERT_EQUAL(frames(DEVICE, RECEIVED), traced(" frames to-device"));
	CU_ASSERT_EQUAL(frames(SERVER, SENT), traced(" frames to-device"));
	CU_ASSERT_EQUAL(frames(SERVER, RECEIVED), traced(" frames to-server"));
	/*
	 * Frames received by the device have crossed the cable, which takes time and pads short
	 * ones.
	 */
	CU_ASSERT_EQUAL(frames(DEVICE, RECEIVED " && frame.len < 60"), 0);
	CU_ASSERT(frames(SERVER, SENT " && frame.len < 60") > 0);
}

static void frames_bear_the_date_that_the_device_has(void)
{
	char stamp[40], *trace;

	run(SMALL);
	(void)snprintf(stamp, sizeof stamp, "%.31s", shown(DEVICE, "dhcp.option.dhcp == 1", "-T fields -e frame.time_epoch"));
	/* Power on is at midnight of new year's day of 2026, and the trace counts from there. */
	CU_ASSERT_EQUAL_FATAL(strncmp(stamp, "1767225", 7), 0);
	const double after = strtod(stamp, NULL) - 1767225600.0;
	CU_ASSERT(after > 1 && after < 60);
	/* The far end's clock is the same one. */
	const double told = strtod(shown(SERVER, "ntp.flags.mode == 4", "-T fields -e frame.time_epoch"), NULL);
	TEST_CONTAINS(shown(SERVER, "ntp.flags.mode == 4", "-T fields -e ntp.xmt"), "Jan  1, 2026 00:00:0");
	CU_ASSERT(told > 1767225600.0 && told < 1767225660.0);
	trace = test_read_own("r/s/seed-1/trace.txt");
	TEST_CONTAINS(trace, "[  6.");
	free(trace);
}

/*
 * Drops both ways, and a SYN. What each end shows as sent again is what it has sent again, by the
 * account of the namer, which sees every frame.
 */
static void a_lossy_session_shows_the_true_retransmissions(void)
{
	run("name: s\nimage: small.bin\ndeadline: 5min\nfaults:\n"
	    "- {name: syn, at: 'tcp.syn#2', drop: true}\n"
	    "- {name: request, at: 'http.request#3', drop: true}\n"
	    "- {name: answers, direction: to-device, filter: tcp, loss: 4%}\n");
	unsigned dropped = addressed("to-device tcp.retransmission");
	CU_ASSERT(dropped > 2);
	CU_ASSERT_EQUAL(frames(SERVER, SENT_AGAIN), dropped);
	CU_ASSERT_EQUAL(frames(DEVICE, SENT_AGAIN), 2);
	CU_ASSERT_EQUAL(frames(DEVICE, SENT_AGAIN " && tcp.flags.syn == 1"), 1);
	/* The server has seen neither of the two lost ones, so nothing comes again. */
	CU_ASSERT_EQUAL(frames(SERVER, "tcp.analysis.retransmission && " RECEIVED), 0);
}

/*
 * The causes in the trace, one a line: what follows the packet's text in lines of the proxy about a
 * frame of this direction. To be released with free().
 */
static char *causes_in_trace(const char *direction)
{
	char *trace = test_read_own("r/s/seed-1/trace.txt"), *causes = calloc(1, strlen(trace) + 1), *rest = NULL, start[40];

	CU_ASSERT_PTR_NOT_NULL_FATAL(causes);
	(void)snprintf(start, sizeof start, "] proxy   %s ", direction);
	for (char *line = strtok_r(trace, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		const char *frame = strstr(line, start);
		const char *cause = frame != NULL ? strstr(frame, " B: ") : NULL;
		if (cause == NULL)
			continue;
		strcat(causes, cause + 4);
		strcat(causes, "\n");
	}
	free(trace);
	return causes;
}

/*
 * Comments of the proxy's decisions stand where the frame was sent; what was dropped there has not
 * come to the other end.
 */
static void expect_causes(const char *sender, const char *receiver, const char *direction)
{
	char *causes = causes_in_trace(direction), *ids, *rest = NULL;
	const unsigned dropped = test_count(causes, " -> dropped\n");

	TEST_SAME_TEXT(shown(sender, "frame.comment && " SENT, "-T fields -e frame.comment"), causes);
	CU_ASSERT(dropped > 0 && test_count(causes, "\n") > dropped);
	CU_ASSERT_EQUAL(frames(sender, DROPPED), dropped);
	CU_ASSERT_EQUAL(frames(receiver, "frame.comment && " RECEIVED), 0);
	ids = strdup(shown(sender, DROPPED, "-T fields -e frame.packet_id"));
	for (char *id = strtok_r(ids, "\n", &rest); id != NULL; id = strtok_r(NULL, "\n", &rest)) {
		char filter[96];
		(void)snprintf(filter, sizeof filter, "frame.packet_id == %s", id);
		CU_ASSERT_EQUAL(frames(receiver, filter), 0);
	}
	CU_ASSERT_EQUAL(frames(sender, "_ws.malformed"), 0);
	free(ids);
	free(causes);
}

static void each_capture_has_what_the_faults_did_there(void)
{
	run(SMALL "faults:\n"
	          "  - {name: bursts, direction: to-device, gemodel: {p: 2%, r: 30%}}\n"
	          "  - {name: jitter, probability: 20%, delay: {time: 8ms, jitter: 5ms}}\n"
	          "  - {name: silence, filter: tcp, nth: 40, outage: 2s}\n"
	          "expect: {verdict: any}\n");
	expect_causes(DEVICE, SERVER, "to-server");
	expect_causes(SERVER, DEVICE, "to-device");
}

/*
 * Frames that the device sends into an unplugged cable are in its capture, with the reason why they
 * were lost; frames to the device are not.
 */
static void the_cable_loses_frames_where_they_are_seen(void)
{
	run(SMALL "faults:\n- {name: flap, from: 'http.request#2', carrier: 3s}\nexpect: {verdict: any}\n");
	char *trace = test_read_own("r/s/seed-1/trace.txt");
	const unsigned out = test_count(trace, "] link    to-server "), in = test_count(trace, "] link    to-device ");
	free(trace);
	CU_ASSERT(out + in > 0);
	CU_ASSERT_EQUAL(frames(DEVICE, "frame.comment contains \"lost on the cable, there is no link\" && " SENT), out);
	CU_ASSERT_EQUAL(frames(DEVICE, SENT), traced(" frames to-server") + out);
	CU_ASSERT_EQUAL(frames(DEVICE, RECEIVED), traced(" frames to-device") - in);
	CU_ASSERT_EQUAL(frames(SERVER, RECEIVED), traced(" frames to-server"));
}

/*
 * README has the command. Both ends, each frame under its one number, and still readable inside
 * TLS.
 */
static void both_captures_can_be_merged(void)
{
	run("name: s\ndevice: \"21.10\"\nserver: {os_size: 16KiB, app_size: 4KiB}\n");
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output,
	                                 "cd %s/r/s/seed-1 && mergecap -w merged.pcapng device.pcapng server.pcapng && ls", test_folder()),
	                      0);
	CU_ASSERT_PTR_NULL(strstr(output, ".kept"));
	CU_ASSERT_PTR_NULL(strstr(output, ".new"));
	const unsigned requests = frames(SERVER, "tls && http.request");
	CU_ASSERT(requests > 2 && frames(DEVICE, "tls && http.request") == requests);
	CU_ASSERT_EQUAL(frames("r/s/seed-1/merged.pcapng", "frame.interface_name == \"device\""), frames(DEVICE, "frame"));
	CU_ASSERT_EQUAL(frames("r/s/seed-1/merged.pcapng", "frame.interface_name == \"server\""), frames(SERVER, "frame"));
	CU_ASSERT(frames("r/s/seed-1/merged.pcapng", "tls && http.request") >= requests);
	CU_ASSERT_EQUAL(frames("r/s/seed-1/merged.pcapng", "frame.packet_id == 5"), 2);
}

const CU_TestInfo tests_wireshark[] = {
	{"a clean session shows no problem at either end", a_clean_session_shows_no_problem_at_either_end},
	{"frames bear the date that the device has", frames_bear_the_date_that_the_device_has},
	{"a lossy session shows the true retransmissions", a_lossy_session_shows_the_true_retransmissions},
	{"each capture has what the faults did there", each_capture_has_what_the_faults_did_there},
	{"the cable loses frames where they are seen", the_cable_loses_frames_where_they_are_seen},
	{"both captures can be merged", both_captures_can_be_merged},
	CU_TEST_INFO_NULL,
};
