/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory: programming, erasing, and what is left when either is cut short.
 *
 * How a cut operation looks. Programming shortens the charge of all cells of a page together, in
 * pulses, and every cell takes as many as it needs; so after a part of the time that part of the
 * bits has become 0, each on its own. Erasing is told apart from that by its length and its noise:
 * a part of the bits reads 1 already, the rest as before, and between the two are bits that are
 * neither and read as chance has it. Which bit does what is a function of the seed, the number of
 * the operation and the address; a real cell near the threshold may read differently from time to
 * time, ours always reads the same.
 */
#include <string.h>

#include "chip.h"

/* Of the bits that an erase has not reached, one in so many reads as chance has it. */
#define UNDEFINED_ONE_IN 8U

/*
 * SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014): the
 * finaliser, over all that decides.
 */
static uint64_t mix(const struct nor *nor, uint64_t number, uint64_t what)
{
	uint64_t x = nor->config.seed + number * UINT64_C(0x9e3779b97f4a7c15) + what * UINT64_C(0xd1342543de82ef95);

	for (unsigned round = 0; round < 2; round++) {
		x += UINT64_C(0x9e3779b97f4a7c15);
		x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
	}
	return x;
}

/* Eight bits, each set with a probability of @permille thousandths. */
static uint8_t some_bits(uint64_t draw, unsigned permille)
{
	uint8_t bits = 0;

	for (unsigned i = 0; i < 8; i++)
		if ((draw >> 8 * i & 0xff) * 1000 < (uint64_t)permille * 256)
			bits |= (uint8_t)(1U << i);
	return bits;
}

/* What is drawn about a byte: one draw each. */
enum { DRAW_DONE, DRAW_UNDEFINED, DRAW_VALUE, DRAWS };

static uint64_t draw_of(const struct nor *nor, const struct nor_operation *operation, uint32_t address, unsigned which)
{
	return mix(nor, operation->number, (uint64_t)address * DRAWS + which);
}

static void tear_program(struct nor *nor, const struct nor_operation *operation, unsigned permille)
{
	for (uint32_t i = 0; i < NOR_PAGE; i++) {
		const uint32_t address = operation->address + i;
		const uint8_t done = some_bits(draw_of(nor, operation, address, DRAW_DONE), permille);
		nor->array[address] &= (uint8_t)(operation->page[i] | (uint8_t)~done);
	}
}

/* An erase that never began leaves no trace. */
static void tear_erase(struct nor *nor, const struct nor_operation *operation, unsigned permille)
{
	for (uint32_t address = operation->address; permille > 0 && address < operation->address + operation->length; address++) {
		const uint8_t done = some_bits(draw_of(nor, operation, address, DRAW_DONE), permille);
		const uint8_t undefined = some_bits(draw_of(nor, operation, address, DRAW_UNDEFINED), 1000 / UNDEFINED_ONE_IN);
		const uint8_t value = (uint8_t)draw_of(nor, operation, address, DRAW_VALUE);
		const uint8_t rest = (uint8_t)((nor->array[address] & ~undefined) | (value & undefined));
		nor->array[address] = rest | done;
	}
}

static void tear_status(struct nor *nor, const struct nor_operation *operation, unsigned permille)
{
	for (unsigned i = 0; i < sizeof nor->kept; i++) {
		const uint8_t done = some_bits(draw_of(nor, operation, i, DRAW_DONE), permille);
		nor->kept[i] = (uint8_t)((nor->kept[i] & ~done) | (operation->status[i] & done));
	}
}

void nor_tear_operation(struct nor *nor, const struct nor_operation *operation, unsigned permille)
{
	static void (*const tears[])(struct nor *, const struct nor_operation *,
	                             unsigned) = {[NOR_PROGRAM] = tear_program, [NOR_ERASE] = tear_erase, [NOR_WRITE_STATUS] = tear_status};

	tears[operation->kind](nor, operation, permille);
}

void nor_finish_operation(struct nor *nor, const struct nor_operation *operation)
{
	nor->wel = false;
	switch (operation->kind) {
	case NOR_PROGRAM:
		for (unsigned i = 0; i < NOR_PAGE; i++)
			nor->array[operation->address + i] &= operation->page[i];
		break;
	case NOR_ERASE:
		memset(nor->array + operation->address, 0xff, operation->length);
		break;
	case NOR_WRITE_STATUS:
		memcpy(nor->kept, operation->status, sizeof nor->kept);
		memcpy(nor->status, operation->status, sizeof nor->status);
		break;
	case NOR_IDLE:
		break;
	}
}

/* -- what begins an operation -- */

static void tell(struct nor *nor, enum nor_event_kind kind, const char *text)
{
	nor_emit(nor, (struct nor_event){.kind = kind,
	                                 .number = nor->operation.number,
	                                 .address = nor->operation.address,
	                                 .length = nor->operation.length,
	                                 .text = text});
}

/*
 * Byte i of the data goes to (offset + i) mod 256, so of a longer one the last 256 bytes count (DS
 * "Page program (02h)").
 */
static void fill_page(struct nor *nor, uint32_t address, const uint8_t *data, size_t length, struct nor_operation *operation)
{
	const unsigned offset = address % NOR_PAGE;
	bool sets = false;

	memset(operation->page, 0xff, sizeof operation->page);
	for (size_t i = 0; i < length; i++)
		operation->page[(offset + i) % NOR_PAGE] = data[i];
	for (unsigned i = 0; i < (length < NOR_PAGE ? length : NOR_PAGE); i++) {
		const unsigned at = (offset + i) % NOR_PAGE;
		sets |= (operation->page[at] & ~nor->array[operation->address + at]) != 0;
	}
	if (sets)
		nor_report_finding(nor, FINDING_PROGRAM_SET, address);
	if (length > NOR_PAGE)
		nor_report_finding(nor, FINDING_PROGRAM_LONG, address);
	else if (offset + length > NOR_PAGE)
		nor_report_finding(nor, FINDING_PROGRAM_WRAP, address);
}

static uint64_t program_ns(const struct nor *nor, size_t bytes)
{
	const uint64_t ns = nor->config.first_byte_ns + (bytes - 1) * nor->config.next_byte_ns;

	return ns < nor->config.page_ns ? ns : nor->config.page_ns;
}

void nor_program(struct nor *nor, uint32_t address, const uint8_t *data, size_t length)
{
	const size_t bytes = length < NOR_PAGE ? length : NOR_PAGE;
	struct nor_operation operation = {.kind = NOR_PROGRAM, .address = address - address % NOR_PAGE, .length = NOR_PAGE};

	fill_page(nor, address, data, length, &operation);
	nor->counters.programs++;
	nor->counters.programmed_bytes += bytes;
	nor_begin(nor, operation, program_ns(nor, bytes));
	tell(nor, NOR_EVENT_PROGRAM, "page program");
}

void nor_erase(struct nor *nor, uint32_t address, uint32_t size, uint64_t duration_ns)
{
	const struct nor_operation operation = {.kind = NOR_ERASE, .address = address - address % size, .length = size};

	nor->counters.erases++;
	nor->counters.erased_bytes += size;
	nor_begin(nor, operation, duration_ns);
	tell(nor, NOR_EVENT_ERASE, "erase");
}
