/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/enc28j60/enc28j60.h"

#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f, copy;

static void spi_mistakes_are_found(void)
{
	static const struct {
		uint8_t bytes[4];
		size_t length;
		const char *id;
	} rows[] = {
		{{0xc5}, 1, "spi-opcode"},
		{{0x3b, 0}, 2, "spi-constant"},
		{{0x5b, 1, 2}, 3, "spi-extra"},
		{{0x5b}, 1, "spi-short"},
		{{0x1b}, 1, "spi-short"},
		{{0xff, 0xff}, 2, "src-extra"},
		{{0x12, 0, 0}, 3, "spi-repeat"},
		{{0x1c, 0, 0, 0}, 4, "spi-repeat"},
		{{0x42, 0x10, 0x20, 0x30}, 4, "spi-extra"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		chip_fixture_init(&f, NULL);
		stutter_enc28j60_transfer(&f.chip, rows[i].bytes, NULL, rows[i].length, f.now_ns);
		CU_ASSERT_EQUAL(chip_count_id(&f, rows[i].id), 1);
	}
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EWRPTL), 0x10);
}

static void reading_only_the_dummy_byte_is_found(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MACON3, 0x10);
	stutter_enc28j60_transfer(&f.chip, (const uint8_t[]){0x02, 0}, NULL, 2, f.now_ns);
	CU_ASSERT_EQUAL(chip_count_id(&f, "spi-dummy"), 1);
}

static void nothing_happens_without_select(void)
{
	chip_fixture_init(&f, NULL);
	CU_ASSERT_EQUAL(stutter_enc28j60_exchange(&f.chip, 0x5b, f.now_ns), 0xff);
	stutter_enc28j60_exchange(&f.chip, 0xff, f.now_ns);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIE), 0);
	CU_ASSERT_EQUAL(f.event_count, 0);
}

static void same_events(const struct chip_fixture *a, const struct chip_fixture *b)
{
	CU_ASSERT_EQUAL_FATAL(a->event_count, b->event_count);
	for (unsigned i = 0; i < a->event_count && i < CHIP_EVENTS_MAX; i++)
		CU_ASSERT_EQUAL_FATAL(memcmp(&a->events[i], &b->events[i], sizeof(a->events[i])),
		                      0);
}

static void exchange_one_by_one(const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	stutter_enc28j60_select(&f.chip, f.now_ns);
	for (size_t i = 0; i < length; i++)
		ret_miso[i] = stutter_enc28j60_exchange(&f.chip, mosi[i], f.now_ns);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
}

static void transfer_equals_single_exchanges(void)
{
	uint32_t state = 99;

	chip_fixture_init(&f, NULL);
	for (unsigned i = 0; i < 3000; i++) {
		uint8_t mosi[40], at_once[40], one_by_one[40];
		size_t length = 1 + chip_random(&state) % sizeof(mosi);

		for (size_t k = 0; k < length; k++)
			mosi[k] = (uint8_t)chip_random(&state);
		if (i % 3 == 0)
			mosi[0] = i % 2 ? 0x3a : 0x7a;
		chip_clear_events(&f);
		chip_fixture_copy(&copy, &f);
		stutter_enc28j60_transfer(&copy.chip, mosi, at_once, length, f.now_ns);
		exchange_one_by_one(mosi, one_by_one, length);
		same_events(&copy, &f);
		stutter_enc28j60_attach(&copy.chip, f.chip.ops, f.chip.ctx);
		CU_ASSERT_EQUAL_FATAL(memcmp(at_once, one_by_one, length), 0);
		CU_ASSERT_EQUAL_FATAL(memcmp(&copy.chip, &f.chip, sizeof(f.chip)), 0);
		chip_wait(&f, 100000);
		if (f.chip.tx.on_wire)
			chip_transmitted(&f, NULL);
	}
}

/* 50 bytes from there on, while those from 1000h to 1100h are sent. */
static void touch_a_frame_under_way(uint8_t opcode, uint16_t at, bool moves, unsigned value)
{
	uint8_t mosi[51] = {opcode}, miso[51];
	static const uint8_t body[0x100];

	chip_fixture_init(&f, NULL);
	chip_load(&f, 0x1000, 0, body, sizeof(body));
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	chip_wcr16(&f, opcode == 0x3a ? ENC28J60_ERDPTL : ENC28J60_EWRPTL, at);
	if (!moves)
		chip_bfc(&f, ENC28J60_ECON2, ECON2_AUTOINC);
	chip_clear_events(&f);
	chip_fixture_copy(&copy, &f);
	stutter_enc28j60_transfer(&copy.chip, mosi, NULL, sizeof(mosi), copy.now_ns);
	exchange_one_by_one(mosi, miso, sizeof(mosi));
	same_events(&copy, &f);
	CU_ASSERT_EQUAL(f.event_count, value != 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-memory-busy"), value != 0);
	CU_ASSERT_EQUAL(value ? f.events[0].value : 0, value);
}

static void a_command_is_blamed_once_for_a_frame_under_way(void)
{
	static const struct {
		uint16_t at;
		bool moves;
		unsigned value; /* the first byte of the frame that was touched; 0: none */
	} rows[] = {
		{0x1000, true, 0x1000},  {0x1080, true, 0x1080}, {0x0ff0, true, 0x1000},
		{0x1100, true, 0x1100},  {0x1101, true, 0},      {0x0fce, true, 0},
		{0x1080, false, 0x1080}, {0x0ff0, false, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		touch_a_frame_under_way(0x7a, rows[i].at, rows[i].moves, rows[i].value);
		touch_a_frame_under_way(0x3a, rows[i].at, rows[i].moves, rows[i].value);
	}
	/* The next command is blamed anew. */
	touch_a_frame_under_way(0x7a, 0x1010, true, 0x1010);
	chip_wbm(&f, (const uint8_t[]){1, 2}, 2);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-memory-busy"), 2);
}

/*
 * A few seconds of everything; the copy taken half-way must end in the same state and have said the
 * same.
 */
static void play(struct chip_fixture *on, uint32_t seed, unsigned steps)
{
	static uint8_t frame[200];
	uint32_t state = seed;

	for (unsigned i = 0; i < steps; i++) {
		unsigned number = chip_random(&state);
		uint8_t value = (uint8_t)chip_random(&state);

		switch (chip_random(&state) % 6) {
		case 0:
			chip_make_frame(frame, 18 + number % 180, i);
			chip_receive(on, frame, 18 + number % 180);
			break;
		case 1:
			chip_bfs(on, ENC28J60_ECON1, ECON1_TXRTS);
			break;
		case 2:
			if (on->chip.tx.on_wire)
				chip_transmitted(on, NULL);
			break;
		case 3:
			chip_phy_read(on, ENC28J60_PHSTAT1);
			break;
		case 4:
			stutter_enc28j60_set_link(&on->chip, value % 2, on->now_ns);
			break;
		default:
			chip_wcr(on, number % STUTTER_ENC28J60_REG_COUNT, value);
		}
	}
}

static bool is_same_event(const struct stutter_enc28j60_event *a,
                          const struct stutter_enc28j60_event *b)
{
	return a->now_ns == b->now_ns && a->kind == b->kind && a->number == b->number &&
	       a->length == b->length && a->address == b->address && a->value == b->value &&
	       a->reg == b->reg && a->id == b->id && a->text == b->text;
}

static void a_copied_struct_goes_on_identically(void)
{
	chip_fixture_init(&f, NULL);
	chip_open_ring(&f, 0, 0x19ff);
	play(&f, 5, 500);
	chip_fixture_copy(&copy, &f);
	chip_clear_events(&f);
	chip_clear_events(&copy);
	play(&f, 6, 500);
	play(&copy, 6, 500);
	CU_ASSERT(f.event_count > 100);
	CU_ASSERT_EQUAL(f.event_count, copy.event_count);
	for (unsigned i = 0; i < f.event_count && i < CHIP_EVENTS_MAX; i++)
		CU_ASSERT_FATAL(is_same_event(&f.events[i], &copy.events[i]));
	stutter_enc28j60_attach(&copy.chip, f.chip.ops, f.chip.ctx);
	CU_ASSERT_EQUAL(memcmp(&f.chip, &copy.chip, sizeof(f.chip)), 0);
}

static void timers_run_in_order_at_their_own_instants(void)
{
	chip_fixture_init(&f, NULL);
	chip_src(&f);
	chip_clear_events(&f);
	chip_wait(&f, 1000000000);
	CU_ASSERT_EQUAL(f.event_count, 2);
	CU_ASSERT_EQUAL(f.events[0].kind, STUTTER_ENC28J60_EVENT_READY);
	CU_ASSERT_EQUAL(f.events[0].now_ns, 400000 + CHIP_OP_NS + 1000000);
	CU_ASSERT_EQUAL(f.events[1].kind, STUTTER_ENC28J60_EVENT_LINK);
	CU_ASSERT_EQUAL(f.events[1].now_ns, 400000 + CHIP_OP_NS + 65000000);
}

static void works_without_a_listener(void)
{
	static struct stutter_enc28j60 chip;

	stutter_enc28j60_init(&chip, NULL, NULL, NULL, 0);
	stutter_enc28j60_transfer(&chip, (const uint8_t[]){0x9f, ECON1_TXRTS}, NULL, 2, 1000000);
	stutter_enc28j60_run(&chip, 2000000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&chip, ENC28J60_ECON1), 0);
}

static void break_time(void)
{
	stutter_enc28j60_run(&f.chip, 1);
}

static void break_length(void)
{
	static const uint8_t frame[1];

	stutter_enc28j60_receive(&f.chip, frame, STUTTER_ENC28J60_FRAME_MAX + 1, f.now_ns);
}

static void break_answer(void)
{
	stutter_enc28j60_transmitted(&f.chip, &(struct stutter_enc28j60_tx_status){0}, f.now_ns);
}

static void break_errata(void)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.errata = STUTTER_ENC28J60_ERRATUM(20);
	stutter_enc28j60_init(&f.chip, &config, NULL, NULL, 0);
}

static void break_revision(void)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.revision = (enum stutter_enc28j60_revision)3;
	stutter_enc28j60_init(&f.chip, &config, NULL, NULL, 0);
}

static bool aborts(void (*action)(void))
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		signal(SIGABRT, SIG_DFL);
		action();
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGABRT;
}

static void a_caller_that_breaks_the_contract_is_aborted(void)
{
	chip_fixture_init(&f, NULL);
	CU_ASSERT(aborts(break_time));
	CU_ASSERT(aborts(break_length));
	CU_ASSERT(aborts(break_answer));
	CU_ASSERT(aborts(break_errata));
	CU_ASSERT(aborts(break_revision));
}

const CU_TestInfo tests_enc28j60[] = {
	{"spi mistakes are found", spi_mistakes_are_found},
	{"reading only the dummy byte is found", reading_only_the_dummy_byte_is_found},
	{"nothing happens without select", nothing_happens_without_select},
	{"transfer equals single exchanges", transfer_equals_single_exchanges},
	{"a command is blamed once for a frame under way",
         a_command_is_blamed_once_for_a_frame_under_way},
	{"a copied struct goes on identically", a_copied_struct_goes_on_identically},
	{"timers run in order at their own instants", timers_run_in_order_at_their_own_instants},
	{"works without a listener", works_without_a_listener},
	{"a caller that breaks the contract is aborted",
         a_caller_that_breaks_the_contract_is_aborted},
	CU_TEST_INFO_NULL,
};
