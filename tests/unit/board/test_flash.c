/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flash on the board: where it answers, what its faults do, and what a power cut does to the rest of the board. */
#include <stdio.h>
#include <string.h>

#include "emulator/board/board.h"
#include "tests/test.h"
#include "tests/unit/fault/made.h"

extern const CU_TestInfo tests_board_flash[];

#define FAULTS 3u
#define POWER_ON SIM_S
#define SECTOR_NS (45 * SIM_MS)

struct desk {
	struct sim sim;
	struct link link;
	struct board board;
	struct trace *trace;
	struct fault faults[FAULTS];
	size_t count;
	char text[8192]; /* of the trace */
	size_t length;
	char decided[256]; /* "power_cut nor.op#2 " */
	uint64_t off_ns;   /* of the last power cut */
	sim_ns cut_at;
	uint8_t *array;
};

static struct desk desk;

static void keep_line(void *ctx, const char *line, size_t length)
{
	struct desk *to = ctx;

	CU_ASSERT_FATAL(to->length + length < sizeof to->text);
	memcpy(to->text + to->length, line, length);
	to->length += length;
}

static void refuse_frame(void *ctx, struct frame *frame, sim_ns now)
{
	(void)ctx;
	(void)now;
	frame_free(frame);
}

static void reach_chip(void *ctx, const struct link_arrival *arrival, sim_ns now)
{
	(void)ctx;
	board_frame_arrived(&desk.board, arrival->data, arrival->length, now);
}

static void follow_carrier(void *ctx, bool up, sim_ns now)
{
	(void)ctx;
	board_carrier(&desk.board, up, now);
}

static void keep_decision(void *ctx, const struct decision *decision)
{
	struct desk *to = ctx;
	size_t used = strlen(to->decided);

	(void)snprintf(to->decided + used, sizeof to->decided - used, "%s %s ", decision->action->name, decision->at);
}

static void lose_power(void *ctx, uint64_t off_ns, sim_ns now)
{
	struct desk *to = ctx;

	to->off_ns = off_ns;
	to->cut_at = now;
}

static void add(const char *match, const char *action, const char *params)
{
	desk.faults[desk.count++] = made_checked_fault(action, match, action, params);
}

static void open_desk(bool fitted)
{
	const struct nic_config config_of_nic = {.revision = 3, .errata = NIC_ERRATA_SILICON};
	const struct nor_config config_of_flash = nor_config_default();
	struct link_config config;

	params_init(link_params, &config);
	sim_open(&desk.sim, POWER_ON);
	desk.trace = trace_open((struct trace_sink){keep_line, &desk});
	link_init(&desk.link, &config, MEDIUM_10_BIT_NS,
	          &(struct link_ops){.to_partner = refuse_frame, .to_device = reach_chip, .carrier_changed = follow_carrier}, &desk,
	          &desk.sim, desk.trace, 1);
	board_open(&desk.board, nic_models[0], &config_of_nic, &desk.link,
	           board_faults_open(desk.faults, desk.count, 1, desk.trace, (struct armed_ops){keep_decision, NULL}, &desk), &desk.sim,
	           desk.trace);
	if (fitted)
		desk.array = board_fit_flash(&desk.board, &config_of_flash);
	desk.board.power_cut = lose_power;
	desk.board.power_ctx = &desk;
}

static void close_desk(void)
{
	board_close(&desk.board);
	link_close(&desk.link);
	sim_close(&desk.sim);
	trace_close(desk.trace);
	memset(&desk, 0, sizeof desk);
}

static void run(sim_ns ns)
{
	sim_run_until(&desk.sim, desk.sim.now + ns);
}

/* @return the last byte of the answer to @length bytes. */
static uint8_t send_to(uint8_t opcode, unsigned address, size_t length)
{
	const uint8_t mosi[8] = {opcode, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
	uint8_t miso[8] = {0};

	CU_ASSERT_EQUAL(board_spi(&desk.board, 1, mosi, miso, length, 0), 0);
	return miso[length - 1];
}

static void erase(unsigned address)
{
	(void)send_to(0x06, 0, 1);
	(void)send_to(0x20, address, 4);
}

static uint8_t status(void)
{
	return send_to(0x05, 0, 2);
}

static uint8_t read_estat(void)
{
	const uint8_t mosi[2] = {0x1d, 0};
	uint8_t miso[2];

	(void)board_spi(&desk.board, 0, mosi, miso, sizeof mosi, 0);
	return miso[1];
}

static void chip_select_1_is_the_flash_where_there_is_one(void)
{
	open_desk(false);
	CU_ASSERT_EQUAL(send_to(0x9f, 0, 2), 0xff);
	board_finish(&desk.board);
	CU_ASSERT_PTR_NULL(strstr(desk.text, "flash"));
	close_desk();
	open_desk(true);
	CU_ASSERT_EQUAL(send_to(0x9f, 0, 2), 0xef);
	/* It was there before the processor was, so it is written to at once. */
	erase(0);
	CU_ASSERT_EQUAL(status(), NOR_SR1_BUSY | NOR_SR1_WEL);
	CU_ASSERT_FALSE(board_can_interrupt(&desk.board));
	run(SECTOR_NS);
	CU_ASSERT_EQUAL(status(), 0);
	CU_ASSERT_EQUAL(desk.board.counters.messages, 5);
	close_desk();
}

static void the_closing_line_tells_of_the_contents(void)
{
	char digest[17];

	open_desk(true);
	board_finish(&desk.board);
	const char *line = strstr(desk.text,
	                          "flash   0 programs of 0 bytes, 0 erases of 0 bytes, 0 reads of 0 bytes, 0 torn, 0 findings, digest ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	memcpy(digest, strstr(line, "digest ") + 7, 16);
	digest[16] = '\0';
	desk.array[NOR_SIZE - 1] ^= 1;
	desk.length = 0;
	memset(desk.text, 0, sizeof desk.text);
	board_finish(&desk.board);
	CU_ASSERT_PTR_NULL(strstr(desk.text, digest));
	close_desk();
}

static void what_the_guest_does_wrong_is_told(void)
{
	open_desk(true);
	(void)send_to(0x20, 0x1000, 4);
	(void)send_to(0x6b, 0, 5);
	TEST_CONTAINS(
		desk.text,
		"flash   finding no-wel in Sector Erase (4KB) at 000000: WEL is not set; nothing was done (DS \"Write enable (06h)\")");
	TEST_CONTAINS(desk.text, "flash   not modelled: Fast Read Quad Output: transfers on two or four lines");
	close_desk();
}

static void a_power_cut_takes_the_whole_board(void)
{
	add("at=nor.op#2", "power_cut", "after=50%;for=3s");
	open_desk(true);
	run(100 * SIM_MS);
	CU_ASSERT_EQUAL(read_estat() & 0x01, 0x01);
	erase(0);
	run(SECTOR_NS);
	memset(desk.array + 0x1000, 0, 0x1000);
	erase(0x1000);
	/* The guest has to hear of it at its time, though the flash has no interrupt. */
	CU_ASSERT(board_can_interrupt(&desk.board));
	const sim_ns begun = desk.sim.now;
	CU_ASSERT_EQUAL(sim_next_visible(&desk.sim), begun + SECTOR_NS / 2);
	run(SECTOR_NS / 2 - 1);
	CU_ASSERT(!desk.board.is_off && status() == (NOR_SR1_BUSY | NOR_SR1_WEL));
	run(SIM_S);
	CU_ASSERT(desk.board.is_off && desk.off_ns == 3 * SIM_S && desk.cut_at == begun + SECTOR_NS / 2);
	CU_ASSERT(status() == 0xff && read_estat() == 0xff);
	CU_ASSERT_FALSE(board_can_interrupt(&desk.board));
	/* Half of the bits, or so. */
	CU_ASSERT(memchr(desk.array + 0x1000, 0x00, 0x1000) != NULL && memchr(desk.array + 0x1000, 0xff, 0x1000) != NULL);
	board_frame_arrived(&desk.board, (const uint8_t[64]){0}, 64, desk.sim.now);
	CU_ASSERT_EQUAL(desk.board.counters.refused, 0);
	board_power(&desk.board, true, desk.sim.now);
	board_power(&desk.board, true, desk.sim.now);
	CU_ASSERT_EQUAL(status(), 0);
	/* The Ethernet chip starts as after power on. */
	CU_ASSERT_EQUAL(read_estat() & 0x01, 0);
	run(SIM_MS);
	CU_ASSERT_EQUAL(read_estat() & 0x01, 0x01);
	erase(0x1000);
	board_finish(&desk.board);
	TEST_CONTAINS(desk.text, "fault   nor.op#2: 'power_cut' power_cut\n");
	TEST_CONTAINS(desk.text, "flash   nor.op#2 torn 001000+4096: cut short at 50.0%\n");
	TEST_CONTAINS(desk.text, "supply  off\n");
	TEST_CONTAINS(desk.text, "supply  on\n");
	TEST_CONTAINS(desk.text, " 3 erases of 12288 bytes");
	CU_ASSERT_STRING_EQUAL(desk.decided, "power_cut nor.op#2 ");
	close_desk();
}

static void the_board_can_be_switched_off_and_on_by_itself(void)
{
	open_desk(false);
	run(100 * SIM_MS);
	TEST_CONTAINS(desk.text, "PHY: link up");
	board_power(&desk.board, false, desk.sim.now);
	desk.length = 0;
	memset(desk.text, 0, sizeof desk.text);
	run(SIM_S);
	CU_ASSERT_EQUAL(read_estat(), 0xff);
	CU_ASSERT_STRING_EQUAL(desk.text, "");
	board_power(&desk.board, true, desk.sim.now);
	run(100 * SIM_MS);
	/* The cable was there all the time. */
	TEST_CONTAINS(desk.text, "chip    reset: power on");
	TEST_CONTAINS(desk.text, "PHY: link up");
	close_desk();
}

static void the_earliest_of_several_cuts_comes(void)
{
	add("", "power_cut", "after=75%;for=1s");
	add("", "power_cut", "after=25%;for=2s");
	add("", "nor_slow", "factor=4");
	open_desk(true);
	erase(0);
	const sim_ns begun = desk.sim.now;
	run(SIM_S);
	CU_ASSERT(desk.cut_at == begun + SECTOR_NS && desk.off_ns == 2 * SIM_S);
	close_desk();
}

static void an_operation_gets_slow_or_stuck(void)
{
	add("nth=1", "nor_slow", "factor=3");
	add("nth=2", "nor_stuck", "for=1s");
	open_desk(true);
	erase(0);
	run(3 * SECTOR_NS - 1);
	CU_ASSERT_NOT_EQUAL(status(), 0);
	run(1);
	CU_ASSERT_EQUAL(status(), 0);
	erase(0);
	run(SECTOR_NS + SIM_S - 1);
	CU_ASSERT_EQUAL(status() & NOR_SR1_BUSY, NOR_SR1_BUSY);
	run(1);
	CU_ASSERT_EQUAL(status(), 0);
	erase(0);
	run(SECTOR_NS);
	CU_ASSERT_EQUAL(status(), 0);
	CU_ASSERT_STRING_EQUAL(desk.decided, "nor_slow nor.op#1 nor_stuck nor.op#2 ");
	close_desk();
}

static void a_bit_rots_for_good(void)
{
	add("at=nor.read#2", "nor_rot", "offset=4096;bit=3");
	add("at=nor.read#2", "nor_rot", "offset=4096;bit=4");
	open_desk(true);
	CU_ASSERT_EQUAL(send_to(0x03, 0x1000, 5), 0xff);
	CU_ASSERT_EQUAL(send_to(0x03, 0x1000, 5), 0xe7);
	CU_ASSERT_EQUAL(send_to(0x03, 0x1000, 5), 0xe7);
	CU_ASSERT_STRING_EQUAL(desk.decided, "nor_rot nor.read#2 nor_rot nor.read#2 ");
	close_desk();
}

const CU_TestInfo tests_board_flash[] = {
	{"chip_select_1_is_the_flash_where_there_is_one", chip_select_1_is_the_flash_where_there_is_one},
	{"the_closing_line_tells_of_the_contents", the_closing_line_tells_of_the_contents},
	{"what_the_guest_does_wrong_is_told", what_the_guest_does_wrong_is_told},
	{"a_power_cut_takes_the_whole_board", a_power_cut_takes_the_whole_board},
	{"the_board_can_be_switched_off_and_on_by_itself", the_board_can_be_switched_off_and_on_by_itself},
	{"the_earliest_of_several_cuts_comes", the_earliest_of_several_cuts_comes},
	{"an_operation_gets_slow_or_stuck", an_operation_gets_slow_or_stuck},
	{"a_bit_rots_for_good", a_bit_rots_for_good},
	CU_TEST_INFO_NULL,
};
