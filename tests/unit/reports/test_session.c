/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a session, from captures and traces that are complete, truncated, missing and
 * hostile.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/link/packet.h"
#include "reports/session/session.h"
#include "reports/session/story.h"
#include "harness/session/folder.h"
#include "tests/test.h"
#include "tests/unit/reports/recorded.h"

extern const CU_TestInfo tests_session[];

#define SCRIPT "</script><script>alert(1)</script><img src=x onerror=alert(1)> {{why}} \xe2\x80\xa8\xff\" onclick=\"alert(1) & '"
#define FOLDER "x/seed-1"

static struct recorded recorded;
static struct run run;
static struct story story;
static char output[65536];

static char *path_of(const char *name)
{
	return memory_format("%s/" FOLDER "/%s", test_folder(), name);
}

static void begin(void)
{
	struct error err;
	char *dir = path_of(".");

	CU_ASSERT_FATAL(folder_make(dir, &err));
	recorded_begin(&recorded, dir);
	free(dir);
}

static void put_file(const char *name, const char *text)
{
	(void)test_write(name, text);
}

/* @param name Of the scenario; plain. @param reason As JSON has it, without its quotes. */
static void end(const char *reason)
{
	char *verdict = memory_format("{\"version\": 1, \"verdict\": \"fail\", \"reason\": \"%s\", \"as_expected\": false, "
	                              "\"expectation\": \"pass was expected\", \"phase\": \"download\", \"digest\": \"d\", "
	                              "\"first_trouble\": \"at 1.500 s: %s\", \"rules\": [{\"name\": \"%s\", \"action\": \"drop\", "
	                              "\"matched\": 3, \"applied\": 2}]}",
	                              reason, reason, reason);

	recorded_end(&recorded);
	put_file(FOLDER "/verdict.json", verdict);
	put_file(FOLDER "/plan.yaml", "name: x\n");
	put_file("run.json",
	         "{\"version\": 1, \"tool\": \"stutter\", \"started\": \"\", \"notes\": [], \"sessions\": [{\"folder\": \"" FOLDER
	         "\", \"scenario\": \"x\", \"source\": \"x.yaml\", \"device\": \"box\", \"seed\": \"1\"}]}");
	free(verdict);
}

static void open_run(void)
{
	struct error err;

	CU_ASSERT_FATAL(run_open(&run, test_folder(), &err));
}

static void read_story(void)
{
	open_run();
	story_read(&story, &run, &run.sessions[0]);
}

static void close_story(void)
{
	story_close(&story);
	run_close(&run);
}

static size_t make_pages(void)
{
	struct error err = {.text = ""};
	size_t made = 0;

	open_run();
	bool good = session_pages(&run, &made, &err);
	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT(good);
	run_close(&run);
	return made;
}

static char *read_page(const char *name)
{
	char *path = path_of(name), *text = test_read(path);

	free(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	return text;
}

/* The object in data.js. */
static json_t *read_data(void)
{
	char *text = read_page("data.js");
	const size_t length = strlen(text), head = strlen("stutterSession("), tail = strlen(");\n");
	json_error_t why;

	CU_ASSERT_FATAL(strncmp(text, "stutterSession(", head) == 0 && strcmp(text + length - tail, ");\n") == 0);
	json_t *data = json_loadb(text + head, length - head - tail, 0, &why);
	if (data == NULL)
		printf("    %s\n", why.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(data);
	free(text);
	return data;
}

/* -- frames -- */

static const struct crossing *crossing(size_t index)
{
	CU_ASSERT_FATAL(index < story.crossings.count);
	return &story.crossings.list[index];
}

static void a_frame_is_followed_through_both_captures(void)
{
	begin();
	recorded_segment(&recorded, &(struct recorded_way){.sent_us = 10, .arrives_us = 30, .flags = TCP_FLAG_SYN});
	recorded_segment(&recorded, &(struct recorded_way){.sent_us = 40, .cause = "'a' drop -> dropped", .length = 10});
	recorded_repeat(&recorded, &(struct recorded_way){.sent_us = 50, .arrives_us = 60, .length = 10});
	recorded_segment(&recorded, &(struct recorded_way){.sent_us = 7000, .length = 10});
	recorded_forged(&recorded, TO_DEVICE, 8000);
	end("lost");
	read_story();
	CU_ASSERT_EQUAL_FATAL(story.crossings.count, 5);
	CU_ASSERT(crossing(0)->fate == CROSSING_ARRIVED && crossing(0)->at.word == ADDRESS_TCP_SYN);
	CU_ASSERT(crossing(0)->sent == 10 * SIM_US && crossing(0)->arrived == 30 * SIM_US && crossing(0)->id == 1);
	CU_ASSERT(crossing(1)->fate == CROSSING_DROPPED && crossing(1)->arrived == SIM_NEVER && !crossing(1)->retransmission);
	CU_ASSERT(crossing(2)->fate == CROSSING_ARRIVED && crossing(2)->arrived == 60 * SIM_US && crossing(2)->retransmission);
	CU_ASSERT(crossing(3)->fate == CROSSING_GONE && crossing(3)->comment.length == 0);
	CU_ASSERT(crossing(4)->fate == CROSSING_MADE && crossing(4)->direction == TO_DEVICE && !crossing(4)->is_named);
	close_story();
}

/* A frame that takes no time, and its answer: all at one instant. */
static void at_one_instant_a_frame_comes_before_its_answer(void)
{
	begin();
	recorded_segment(&recorded, &(struct recorded_way){.sent_us = 10, .arrives_us = 10, .flags = TCP_FLAG_SYN});
	recorded_segment(&recorded, &(struct recorded_way){
					    .direction = TO_DEVICE, .sent_us = 10, .arrives_us = 90, .flags = TCP_FLAG_SYN | TCP_FLAG_ACK});
	recorded_line(&recorded, 10, "http", "noted");
	recorded_line(&recorded, 10, "device", "said");
	end("x");
	read_story();
	CU_ASSERT_EQUAL_FATAL(story.ladder.count, 4);
	CU_ASSERT(story.ladder.rows[0].crossing->at.word == ADDRESS_TCP_SYN);
	TEST_SAME_TEXT(story.ladder.rows[1].event->text, "noted");
	TEST_SAME_TEXT(story.ladder.rows[2].event->text, "said");
	CU_ASSERT(story.ladder.rows[3].crossing->at.word == ADDRESS_TCP_SYNACK);
	close_story();
}

/* -- commands -- */

/* @param verdict What JSON has behind the version. @return the page of a session that ended so. */
static char *page_of(const char *verdict)
{
	char *text = memory_format("{\"version\": 1, %s}", verdict);

	begin();
	end("x");
	put_file(FOLDER "/verdict.json", text);
	free(text);
	CU_ASSERT_EQUAL(make_pages(), 1);
	return read_page("session.html");
}

static void a_failure_with_decisions_names_what_to_do_next(void)
{
	char *page = page_of("\"verdict\": \"fail\", \"digest\": \"d\", \"rules\": [{\"name\": \"a\", \"applied\": 2}]");

	TEST_CONTAINS(page, "<dd><code class=\"command\">stutter shrink ");
	TEST_CONTAINS(page, "/" FOLDER
	                    "/plan.yaml</code></dd>\n<dt>From when on it was too late</dt><dd><code class=\"command\">stutter explain ");
	free(page);
}

static void a_replay_that_failed_names_it_too(void)
{
	char *page = page_of("\"verdict\": \"fail\", \"digest\": \"d\", \"decisions\": 3, \"rules\": []");

	CU_ASSERT_EQUAL(test_count(page, "stutter shrink "), 1);
	free(page);
}

static void what_cannot_be_searched_names_no_search(void)
{
	static const char *const verdicts[] = {
		"\"verdict\": \"fail\", \"digest\": \"d\", \"rules\": [{\"name\": \"a\", \"matched\": 2, \"applied\": 0}]",
		"\"verdict\": \"pass\", \"digest\": \"d\", \"rules\": [{\"name\": \"a\", \"applied\": 2}]",
		"\"verdict\": \"inconclusive\", \"digest\": \"d\", \"rules\": [{\"name\": \"a\", \"applied\": 2}]",
	};

	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
		char *page = page_of(verdicts[i]);
		CU_ASSERT_EQUAL(test_count(page, "stutter shrink ") + test_count(page, "stutter explain "), 0);
		free(page);
		char *path = path_of("session.html");
		CU_ASSERT_EQUAL(unlink(path), 0);
		free(path);
	}
}

/* -- the ladder -- */

static void bulk_transfer_is_a_row_up_to_what_a_fault_has_hit(void)
{
	begin();
	recorded_download(&recorded, 100, 50);
	end("x");
	read_story();
	/*
	 * Two lines of the trace; twice bulk and a lost frame; the last acknowledgement; two lines.
	 */
	CU_ASSERT_EQUAL_FATAL(story.ladder.count, 9);
	const struct ladder_row *rows = story.ladder.rows;
	CU_ASSERT(rows[2].kind == LADDER_BULK && rows[2].frames[TO_DEVICE] == 49 && rows[2].frames[TO_SERVER] == 24);
	CU_ASSERT_EQUAL(rows[2].bytes[TO_DEVICE], 49 * 1514);
	CU_ASSERT(rows[3].kind == LADDER_FRAME && rows[3].crossing->fate == CROSSING_DROPPED);
	CU_ASSERT(rows[4].kind == LADDER_BULK && rows[4].frames[TO_DEVICE] == 49 && rows[4].lost == 0);
	CU_ASSERT(rows[5].kind == LADDER_FRAME && rows[5].crossing->fate == CROSSING_DROPPED);
	CU_ASSERT(rows[6].kind == LADDER_FRAME && rows[6].crossing->direction == TO_SERVER);
	close_story();
}

static void a_delay_alone_breaks_no_bulk(void)
{
	begin();
	for (uint64_t i = 0; i < 10; i++)
		recorded_segment(&recorded,
		                 &(struct recorded_way){.direction = TO_DEVICE,
		                                        .sent_us = 1000 * i,
		                                        .arrives_us = 1000 * i + 500,
		                                        .length = 100,
		                                        .cause = i == 3   ? "'late' delay 1 ms -> leaves after 1 ms"
		                                                 : i == 7 ? "'late' delay 1 ms, 'bad' corrupt 3 -> leaves after 1 ms"
		                                                          : NULL});
	end("x");
	read_story();
	CU_ASSERT_EQUAL_FATAL(story.ladder.count, 4);
	CU_ASSERT(story.ladder.rows[0].kind == LADDER_BULK && story.ladder.rows[0].frames[TO_DEVICE] == 7);
	CU_ASSERT_EQUAL(story.ladder.rows[0].delayed, 1);
	CU_ASSERT(story.ladder.rows[1].kind == LADDER_FRAME && story.ladder.rows[1].crossing->id == 8);
	CU_ASSERT_EQUAL_FATAL(story.rules.count, 2);
	CU_ASSERT(strcmp(story.rules.list[0].name, "late") == 0 && story.rules.list[0].count == 2);
	CU_ASSERT(strcmp(story.rules.list[1].action, "corrupt") == 0 && story.rules.list[1].count == 1);
	close_story();
}

static void what_is_too_long_to_read_is_shortened(void)
{
	begin();
	recorded_download(&recorded, 8000, 2);
	end("x");
	read_story();
	CU_ASSERT(story.ladder.count < 10);
	CU_ASSERT(story.ladder.rows[2].kind == LADDER_BULK && story.ladder.rows[2].lost == 4000);
	close_story();
}

static void what_still_is_too_long_has_a_gap(void)
{
	unsigned gaps = 0;

	begin();
	for (uint64_t i = 0; i < 2 * LADDER_ROWS_MAX; i++)
		recorded_line(&recorded, i, "http", "x");
	end("x");
	read_story();
	CU_ASSERT_EQUAL(story.ladder.count, LADDER_ROWS_MAX + 1);
	for (size_t i = 0; i < story.ladder.count; i++)
		if (story.ladder.rows[i].kind == LADDER_GAP) {
			gaps++;
			CU_ASSERT_EQUAL(story.ladder.rows[i].frames[0], LADDER_ROWS_MAX);
		}
	CU_ASSERT_EQUAL(gaps, 1);
	close_story();
}

/* -- phases, and what happens over time -- */

static void phases_are_sections_each_try_by_itself(void)
{
	static const struct {
		const char *name;
		unsigned attempt;
		enum section_end end;
		const char *how;
	} wanted[] = {{"power on", 1, SECTION_OPEN, ""},
	              {"dhcp", 1, SECTION_OK, "ok"},
	              {"download", 1, SECTION_FAILED, "retry 1: slow"},
	              {"download", 2, SECTION_FAILED, "failed: slow"},
	              {"no power", 1, SECTION_OPEN, ""},
	              {"power on", 1, SECTION_OPEN, ""},
	              {"booted again", 1, SECTION_OPEN, ""}};
	static const char *const lines[][2] = {{"session", "'x' seed 1 on device 'box'"},
	                                       {"device", "phase dhcp begin"},
	                                       {"device", "phase dhcp ok"},
	                                       {"device", "phase download begin"},
	                                       {"device", "phase download retry 1: slow"},
	                                       {"device", "phase download failed: slow"},
	                                       {"power", "off"},
	                                       {"power", "on"},
	                                       {"session", "the device has booted again (boot 2)"}};

	begin();
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		recorded_line(&recorded, 100 * i, lines[i][0], lines[i][1]);
	end("x");
	read_story();
	CU_ASSERT_EQUAL_FATAL(story.events.section_count, sizeof wanted / sizeof wanted[0]);
	for (size_t i = 0; i < story.events.section_count; i++) {
		const struct section *section = &story.events.sections[i];
		TEST_SAME_TEXT(section->name, wanted[i].name);
		CU_ASSERT(section->attempt == wanted[i].attempt && section->end == wanted[i].end &&
		          strcmp(section->how, wanted[i].how) == 0);
		CU_ASSERT(i == 0 || section->from == story.events.sections[i - 1].to);
	}
	close_story();
}

static void a_fault_is_told_where_its_site_is(void)
{
	static const struct {
		const char *text;
		enum lane lane;
	} faults[] = {{"enc.tx#3: 'x' tx_stall", LANE_DEVICE},     {"spi.msg#3: 'x' spi_bit", LANE_DEVICE},
	              {"int.edge#3: 'x' int_lost", LANE_DEVICE},   {"nor.op#3: 'x' nor_slow", LANE_DEVICE},
	              {"srv.http#3: 'x' http_reset", LANE_SERVER}, {"'x' carrier", LANE_PROXY}};
	const size_t count = sizeof faults / sizeof faults[0];

	begin();
	for (size_t i = 0; i < count; i++)
		recorded_line(&recorded, 100 * i, "fault", faults[i].text);
	end("x");
	read_story();
	CU_ASSERT_EQUAL_FATAL(story.events.count, count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(story.events.list[i].lane, faults[i].lane);
	close_story();
}

static void the_wire_is_counted_by_buckets(void)
{
	begin();
	recorded_line(&recorded, 0, "session", "begins");
	for (uint64_t i = 0; i < 3; i++)
		recorded_segment(&recorded, &(struct recorded_way){
						    .direction = TO_DEVICE, .sent_us = 1000 + i, .arrives_us = 450000 + i, .length = 46});
	recorded_line(&recorded, 600000, "session", "ends");
	end("x");
	read_story();
	CU_ASSERT_FALSE(story.series.knows_board);
	CU_ASSERT_EQUAL_FATAL(story.series.count, 7);
	CU_ASSERT(story.series.rows[0].waiting == 3 && story.series.rows[2].waiting == 3 && story.series.rows[5].waiting == 0);
	CU_ASSERT(story.series.rows[4].delivered[TO_DEVICE] == 300 && story.series.rows[0].delivered[TO_DEVICE] == 0);
	close_story();
}

static void the_board_is_what_series_csv_says(void)
{
	begin();
	end("x");
	put_file(FOLDER "/series.csv", "time_s,spi_messages,spi_bytes,interrupts,ring_bytes,flash_operations\n"
	                               "6.500000000,1,2,3,4,5\n6.900000000,6,7,8,9,10\n6.9");
	read_story();
	CU_ASSERT(story.series.knows_board);
	CU_ASSERT(story.series.count == 2 && story.series.start == 6500 * SIM_MS && story.series.bucket_ns == 400 * SIM_MS);
	CU_ASSERT(story.series.rows[1].messages == 6 && story.series.rows[1].ring == 9 && story.series.rows[0].operations == 5);
	close_story();
}

/* -- the files -- */

static void data_is_small_and_sound(void)
{
	begin();
	recorded_download(&recorded, 6700, 100);
	end("x");
	CU_ASSERT_EQUAL(make_pages(), 1);
	json_t *data = read_data();
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(data, "version")), SESSION_DATA_VERSION);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(data, "problem")), 1500000);
	CU_ASSERT_EQUAL(json_integer_value(json_array_get(json_array_get(json_object_get(data, "rows"), 2), 0)), LADDER_BULK);
	char *text = read_page("data.js");
	CU_ASSERT(strlen(text) < 40000);
	free(text);
	json_decref(data);
}

static void text_from_guests_can_neither_break_a_page_nor_run_scripts(void)
{
	begin();
	recorded_download(&recorded, 4, 0);
	recorded_line(&recorded, 2000000, "device", "phase " SCRIPT);
	recorded_line(&recorded, 2000001, "device", "phase " SCRIPT " begin");
	recorded_line(&recorded, 2000002, "device", "phase x begin");
	recorded_line(&recorded, 2000003, "device", "phase x failed: " SCRIPT);
	recorded_segment(&recorded, &(struct recorded_way){.sent_us = 9000000, .cause = "'" SCRIPT "' drop -> dropped"});
	end("</script><script>alert(1)</script><img src=x onerror=alert(1)> {{why}} \\u2028\\\" onclick=\\\"alert(1)");
	CU_ASSERT_EQUAL(make_pages(), 1);
	char *page = read_page("session.html"), *data = read_page("data.js");
	CU_ASSERT_EQUAL(test_count(page, "<script"), 5);
	CU_ASSERT_EQUAL(test_count(page, "<script src="), 5);
	CU_ASSERT_EQUAL(test_count(page, "<img"), 0);
	CU_ASSERT_EQUAL(test_count(page, "\" onclick="), 0);
	CU_ASSERT(test_count(page, "{{why}}") > 3);
	CU_ASSERT_EQUAL(test_count(data, "<"), 0);
	CU_ASSERT_EQUAL(test_count(data, "\xe2\x80\xa8"), 0);
	free(page);
	free(data);
	json_decref(read_data());
	if (test_shell(output, sizeof output, "tidy -v") == 0) {
		char *path = path_of("session.html");
		CU_ASSERT_EQUAL(test_shell(output, sizeof output, "tidy -e -q %s", path), 0);
		TEST_SAME_TEXT(output, "");
		free(path);
	}
}

static void a_page_asks_the_network_for_nothing(void)
{
	static const char *const foreign[] = {"http://", "https://", "src=\"//", "@import", "url("};

	begin();
	end("x");
	(void)make_pages();
	char *page = read_page("session.html");
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		CU_ASSERT_EQUAL(test_count(page, foreign[i]), 0);
	TEST_CONTAINS(page, "content=\"default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'self'; style-src 'self'\"");
	TEST_CONTAINS(page, "<script src=\"../../assets/session.js\">");
	free(page);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "cd %s && ls assets compare.html && ! grep -lE '@import|url\\(|fetch\\(|XMLHttp' "
	                           "assets/session.css assets/session.js assets/ladder.js assets/compare.js compare.html",
	                           test_folder()),
	                0);
}

static void what_a_folder_lacks_is_said(void)
{
	begin();
	recorded_download(&recorded, 10, 0);
	end("x");
	char *trace = path_of("trace.txt"), *server = path_of("server.pcapng"), *device = path_of("device.pcapng");
	CU_ASSERT_FATAL(unlink(trace) == 0 && unlink(server) == 0 && truncate(device, 900) == 0);
	CU_ASSERT_EQUAL(make_pages(), 1);
	char *page = read_page("session.html");
	TEST_CONTAINS(page, "There is no trace.txt");
	TEST_CONTAINS(page, "There is no server.pcapng");
	TEST_CONTAINS(page, "There is no series.csv");
	TEST_CONTAINS(page, "device.pcapng ends in the middle of a frame");
	json_t *data = read_data();
	CU_ASSERT_EQUAL(json_array_size(json_object_get(data, "lacks")), 4);
	json_decref(data);
	free(page);
	free(trace);
	free(server);
	free(device);
}

/* Wherever a file is cut off, and whatever byte of it is wrong. */
static void truncated_files_are_read_as_far_as_they_go(void)
{
	char *path = path_of("device.pcapng"), *trace = path_of("trace.txt");
	struct stat status;

	begin();
	recorded_download(&recorded, 6, 3);
	end("x");
	CU_ASSERT_FATAL(stat(path, &status) == 0);
	for (off_t size = status.st_size - 1; size >= 0; size -= size > 200 ? 37 : 1) {
		CU_ASSERT_FATAL(truncate(path, size) == 0 && truncate(trace, size % 150) == 0);
		read_story();
		CU_ASSERT(story.crossings.count <= 9);
		close_story();
	}
	begin();
	recorded_download(&recorded, 6, 3);
	end("x");
	for (off_t at = 0; at < status.st_size; at += 7) {
		FILE *stream = fopen(path, "r+e");
		CU_ASSERT_FATAL(stream != NULL && fseek(stream, at, SEEK_SET) == 0);
		(void)fputc(0xff, stream);
		(void)fclose(stream);
		read_story();
		close_story();
	}
	free(path);
	free(trace);
}

static void a_page_is_made_only_when_it_is_missing_or_old(void)
{
	char *page = path_of("session.html"), *verdict = path_of("verdict.json"), *data = path_of("data.js");
	const struct timespec later[2] = {{.tv_sec = 4000000000}, {.tv_sec = 4000000000}};

	begin();
	end("x");
	CU_ASSERT_EQUAL(make_pages(), 1);
	CU_ASSERT_EQUAL(make_pages(), 0);
	CU_ASSERT_FATAL(unlink(page) == 0);
	CU_ASSERT_EQUAL(make_pages(), 1);
	put_file(FOLDER "/data.js", "stutterSession({\"version\":999,");
	CU_ASSERT_EQUAL(make_pages(), 1);
	CU_ASSERT_EQUAL(make_pages(), 0);
	CU_ASSERT_FATAL(utimensat(AT_FDCWD, verdict, later, 0) == 0);
	CU_ASSERT_EQUAL(make_pages(), 1);
	free(page);
	free(verdict);
	free(data);
}

static void a_page_is_written_below_the_runs_folder_only(void)
{
	static const char *const folders[] = {"../elsewhere", "x/../../elsewhere", "/tmp", "..", ""};

	begin();
	end("x");
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "mkdir -p %s/run/x %s/elsewhere", test_folder(), test_folder()), 0);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		struct error err;
		size_t made = 99;
		char *text = memory_format("{\"version\": 1, \"sessions\": [{\"folder\": \"%s\"}]}", folders[i]),
		     *dir = memory_format("%s/run", test_folder());
		put_file("run/run.json", text);
		CU_ASSERT_FATAL(run_open(&run, dir, &err));
		CU_ASSERT(session_pages(&run, &made, &err));
		CU_ASSERT_EQUAL(made, 0);
		run_close(&run);
		free(text);
		free(dir);
	}
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, "ls %s/elsewhere/* /tmp/session.html", test_folder()), 0);
}

const CU_TestInfo tests_session[] = {
	{"a frame is followed through both captures", a_frame_is_followed_through_both_captures},
	{"at one instant a frame comes before its answer", at_one_instant_a_frame_comes_before_its_answer},
	{"a failure with decisions names what to do next", a_failure_with_decisions_names_what_to_do_next},
	{"a replay that failed names it, too", a_replay_that_failed_names_it_too},
	{"what cannot be searched names no search", what_cannot_be_searched_names_no_search},
	{"a fault is told where its site is", a_fault_is_told_where_its_site_is},
	{"bulk transfer is a row up to what a fault has hit", bulk_transfer_is_a_row_up_to_what_a_fault_has_hit},
	{"a delay alone breaks no bulk", a_delay_alone_breaks_no_bulk},
	{"what is too long to read is shortened", what_is_too_long_to_read_is_shortened},
	{"what still is too long has a gap", what_still_is_too_long_has_a_gap},
	{"phases are sections, each try by itself", phases_are_sections_each_try_by_itself},
	{"the wire is counted by buckets", the_wire_is_counted_by_buckets},
	{"the board is what series.csv says", the_board_is_what_series_csv_says},
	{"data is small and sound", data_is_small_and_sound},
	{"text from guests can neither break a page nor run scripts", text_from_guests_can_neither_break_a_page_nor_run_scripts},
	{"a page asks the network for nothing", a_page_asks_the_network_for_nothing},
	{"what a folder lacks is said", what_a_folder_lacks_is_said},
	{"truncated files are read as far as they go", truncated_files_are_read_as_far_as_they_go},
	{"a page is made only when it is missing or old", a_page_is_made_only_when_it_is_missing_or_old},
	{"a page is written below the run's folder only", a_page_is_written_below_the_runs_folder_only},
	CU_TEST_INFO_NULL,
};
