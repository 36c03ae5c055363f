/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The load of a board, as a session samples it: before each event of the board. The tests set the
 * counters by hand.
 */
#include "harness/session/load.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/nic/enc28j60.h"
#include "tests/test.h"

extern const CU_TestInfo tests_load[];

#define START (5 * SIM_S)

static struct load load;
static struct board board;
static struct flash flash;
/* Its state begins with the chip. */
static struct {
	struct stutter_enc28j60 chip;
	void *more[4];
} nic;

static void hear_nothing(void *ctx, const struct nic_event *event)
{
	(void)ctx;
	(void)event;
}

static void begin(void)
{
	static const struct nic_config config = {.revision = 3, .errata = NIC_ERRATA_SILICON};
	static const struct nic_ops deaf = {.event = hear_nothing};

	memset(&board, 0, sizeof board);
	memset(&flash, 0, sizeof flash);
	board.model = &nic_enc28j60;
	board.nic = &nic;
	CU_ASSERT_FATAL(sizeof nic >= board.model->state_size);
	board.model->init(board.nic, &config, &deaf, NULL, START);
	load_init(&load, START);
}

/* Before the message is counted, as in a session. */
static void message(uint64_t after_ms, uint64_t bytes)
{
	load_look(&load, &board, START + after_ms * SIM_MS);
	board.counters.messages++;
	board.counters.bytes += bytes;
}

/* @return the table, to be released with free(). */
static char *table(uint64_t after_ms)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	load_write(&load, &board, START + after_ms * SIM_MS, stream);
	(void)fclose(stream);
	return text;
}

#define HEAD "time_s,spi_messages,spi_bytes,interrupts,ring_bytes,flash_operations\n"

static void what_happens_is_counted_in_its_bucket(void)
{
	begin();
	board.flash = &flash;
	message(0, 3);
	message(99, 4);
	message(100, 5);
	load_interrupt(&load, &board, START + 310 * SIM_MS);
	flash.nor.counters.programs++;
	flash.nor.counters.erases++;
	char *text = table(410);
	TEST_SAME_TEXT(text, HEAD "5.000000000,2,7,0,0,0\n"
	                          "5.100000000,1,5,0,0,0\n"
	                          "5.200000000,0,0,0,0,0\n"
	                          "5.300000000,0,0,1,0,2\n"
	                          "5.400000000,0,0,0,0,0\n");
	free(text);
}

static void a_session_of_an_instant_has_a_row(void)
{
	begin();
	char *text = table(0);
	TEST_SAME_TEXT(text, HEAD "5.000000000,0,0,0,0,0\n");
	free(text);
}

/* What lies in the ring, and is not taken out, is there in every bucket. */
static void what_lies_in_the_ring_stays_there(void)
{
	const uint8_t reception_on[] = {0x9f, 0x04}; /* BFS ECON1, RXEN */
	uint8_t answer[2];

	begin();
	board.model->transfer(board.nic, reception_on, answer, sizeof answer, START);
	message(0, 1);
	nic_enc28j60_chip(board.nic)->rx.write_pointer = 0x100;
	message(50, 1);
	const unsigned fill = load.ring;
	CU_ASSERT(fill > 0);
	load_look(&load, &board, START + 350 * SIM_MS);
	CU_ASSERT_EQUAL(load.current, 3);
	for (size_t i = 0; i <= 3; i++)
		CU_ASSERT_EQUAL(load.rows[i].ring, fill);
}

static void a_long_session_has_wider_buckets_and_loses_nothing(void)
{
	uint64_t messages = 0, last = 0;

	begin();
	for (uint64_t i = 0; i < 3 * LOAD_ROWS_MAX; i++)
		message(i * 100 + 7, 2);
	char *text = table(3 * LOAD_ROWS_MAX * 100), *rest = text;
	size_t rows = 0;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest), rows++) {
		unsigned long long s, ns, count;
		if (rows > 0 && sscanf(line, "%llu.%llu,%llu", &s, &ns, &count) == 3) {
			messages += count;
			CU_ASSERT(rows == 1 || s * SIM_S + ns == last + 4 * LOAD_BUCKET_NS);
			last = s * SIM_S + ns;
		}
	}
	CU_ASSERT_EQUAL(messages, 3 * LOAD_ROWS_MAX);
	CU_ASSERT_EQUAL(rows - 1, 3 * LOAD_ROWS_MAX / 4 + 1);
	free(text);
}

const CU_TestInfo tests_load[] = {
	{"what happens is counted in its bucket", what_happens_is_counted_in_its_bucket},
	{"a session of an instant has a row", a_session_of_an_instant_has_a_row},
	{"what lies in the ring stays there", what_lies_in_the_ring_stays_there},
	{"a long session has wider buckets and loses nothing", a_long_session_has_wider_buckets_and_loses_nothing},
	CU_TEST_INFO_NULL,
};
