/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SPI: the commands (DS "Instruction set tables", on one line in each direction).
 *
 * How it works: a period of chip select is one command, and a command is a row. What all commands
 * have in common is asked here, in one order: whether the chip hears at all, whether it hears this
 * one now, whether it came whole, whether it may write. What is left is the row's function.
 */
#include <string.h>

#include "chip.h"

/* DS "Manufacturer and device identification". */
enum { MANUFACTURER = 0xef, MEMORY_TYPE = 0x40, CAPACITY = 0x17, DEVICE = 0x16 };

/* A command that has come whole. */
struct request {
	uint32_t address; /* of those that have one; A23:0 */
	const uint8_t *data;
	uint8_t *answer; /* as many bytes as data; NULL if nobody wants them */
	size_t length;   /* of both */
};

enum {
	WHILE_BUSY = 1, /* heard by a busy chip */
	WRITES = 2,     /* not before tPUW */
	NEEDS_WEL = 4,
	VOLATILE_WEL_DOES = 8, /* 50h instead of 06h */
};

#define ANY_LENGTH SIZE_MAX

struct command {
	const char *name;
	void (*run)(struct nor *nor, const struct request *request);
	unsigned address, dummies; /* bytes behind the opcode */
	size_t data_min, data_max; /* bytes behind those */
	unsigned flags;
};

static void answer_byte(const struct request *request, size_t at, uint8_t value)
{
	if (request->answer != NULL && at < request->length)
		request->answer[at] = value;
}

static void answer_all(const struct request *request, uint8_t value)
{
	if (request->answer != NULL)
		memset(request->answer, value, request->length);
}

/* -- who it is -- */

/* What comes behind the three bytes is not said; the output is taken as low. */
static void read_jedec_id(struct nor *nor, const struct request *request)
{
	static const uint8_t id[] = {MANUFACTURER, MEMORY_TYPE, CAPACITY};

	(void)nor;
	answer_all(request, 0);
	for (size_t i = 0; i < sizeof id; i++)
		answer_byte(request, i, id[i]);
}

static void read_device_id(struct nor *nor, const struct request *request)
{
	(void)nor;
	for (size_t i = 0; i < request->length; i++)
		answer_byte(request, i, (request->address + i) % 2 == 0 ? MANUFACTURER : DEVICE);
}

static void read_unique_id(struct nor *nor, const struct request *request)
{
	for (size_t i = 0; i < sizeof nor->config.unique_id; i++)
		answer_byte(request, i, nor->config.unique_id[i]);
}

static void read_sfdp(struct nor *nor, const struct request *request)
{
	(void)nor;
	for (size_t i = 0; i < request->length; i++)
		answer_byte(request, i, nor_sfdp((uint32_t)((request->address + i) & 0xffU)));
}

/* -- status -- */

static void read_status1(struct nor *nor, const struct request *request)
{
	answer_all(request, nor_read_status(nor, 0));
}

static void read_status2(struct nor *nor, const struct request *request)
{
	answer_all(request, nor_read_status(nor, 1));
}

static void read_status3(struct nor *nor, const struct request *request)
{
	answer_all(request, nor_read_status(nor, 2));
}

static void write_enable(struct nor *nor, const struct request *request)
{
	(void)request;
	nor->wel = true;
	nor->volatile_wel = false;
}

static void write_enable_volatile(struct nor *nor, const struct request *request)
{
	(void)request;
	nor->volatile_wel = true;
}

static void write_disable(struct nor *nor, const struct request *request)
{
	(void)request;
	nor->wel = false;
	nor->volatile_wel = false;
}

/* A second byte goes to register 2 (DS "Write status register-1 (01h)"). */
static void write_status1(struct nor *nor, const struct request *request)
{
	nor_write_status(nor, 0, request->data, request->length);
}

static void write_status2(struct nor *nor, const struct request *request)
{
	nor_write_status(nor, 1, request->data, request->length);
}

static void write_status3(struct nor *nor, const struct request *request)
{
	nor_write_status(nor, 2, request->data, request->length);
}

/* -- the array -- */

static uint32_t in_array(struct nor *nor, const struct request *request)
{
	if (request->address >= NOR_SIZE)
		nor_report_finding(nor, FINDING_OUTSIDE, request->address);
	return request->address % NOR_SIZE;
}

static void read_data(struct nor *nor, const struct request *request)
{
	const uint32_t address = in_array(nor, request);
	struct nor_effect unused;

	nor->counters.read_bytes += request->length;
	nor_ask(nor, NOR_SITE_READ, ++nor->counters.reads, &unused);
	/* Behind the end comes the beginning (DS "Read data (03h)"). */
	for (size_t done = 0; request->answer != NULL && done < request->length;) {
		const uint32_t from = (uint32_t)((address + done) % NOR_SIZE);
		const size_t left = request->length - done, most = NOR_SIZE - from, piece = left < most ? left : most;
		memcpy(request->answer + done, nor->array + from, piece);
		done += piece;
	}
}

static void page_program(struct nor *nor, const struct request *request)
{
	const uint32_t address = in_array(nor, request);

	if (nor_is_protected(nor, address - address % NOR_PAGE, NOR_PAGE))
		nor_report_finding(nor, FINDING_PROTECTED, address);
	else
		nor_program(nor, address, request->data, request->length);
}

static void erase(struct nor *nor, const struct request *request, uint32_t size, uint64_t duration_ns)
{
	const uint32_t address = in_array(nor, request);

	if (nor_is_protected(nor, address - address % size, size))
		nor_report_finding(nor, FINDING_PROTECTED, address);
	else
		nor_erase(nor, address, size, duration_ns);
}

static void erase_sector(struct nor *nor, const struct request *request)
{
	erase(nor, request, NOR_SECTOR, nor->config.sector_ns);
}

static void erase_half_block(struct nor *nor, const struct request *request)
{
	erase(nor, request, 0x8000, nor->config.half_block_ns);
}

static void erase_block(struct nor *nor, const struct request *request)
{
	erase(nor, request, 0x10000, nor->config.block_ns);
}

static void erase_chip(struct nor *nor, const struct request *request)
{
	erase(nor, request, NOR_SIZE, nor->config.chip_ns);
}

/* -- power-down and reset -- */

static void power_down(struct nor *nor, const struct request *request)
{
	(void)request;
	nor->asleep = true;
	nor->deaf_until_ns = nor->now_ns + nor->config.power_down_ns;
}

/*
 * Whoever reads the identity has waited with chip select low, and waits less afterwards (DS
 * "Release power-down / device ID (ABh)").
 */
static void release(struct nor *nor, const struct request *request)
{
	const bool reads = request->length > 3;

	for (size_t i = 3; i < request->length; i++)
		answer_byte(request, i, DEVICE);
	if (nor->asleep)
		nor->deaf_until_ns = nor->now_ns + (reads ? nor->config.release_id_ns : nor->config.release_ns);
	nor->asleep = false;
}

static void enable_reset(struct nor *nor, const struct request *request)
{
	(void)request;
	nor->armed = true;
}

static void reset(struct nor *nor, const struct request *request)
{
	(void)request;
	if (nor_is_busy(nor))
		nor_report_finding(nor, FINDING_RESET_BUSY, nor->operation.address);
	nor_abandon(nor);
	nor_reset_state(nor);
	nor->deaf_until_ns = nor->now_ns + nor->config.reset_ns;
	nor_emit(nor, (struct nor_event){.kind = NOR_EVENT_RESET, .text = "reset"});
}

/* -- what is not modelled -- */

static void dual_quad(struct nor *nor, const struct request *request)
{
	(void)request;
	nor_report_finding(nor, FINDING_DUAL_QUAD, 0);
}

static void suspend(struct nor *nor, const struct request *request)
{
	(void)request;
	nor_report_finding(nor, FINDING_SUSPEND, 0);
}

static void security(struct nor *nor, const struct request *request)
{
	(void)request;
	nor_report_finding(nor, FINDING_SECURITY, 0);
}

static void block_lock(struct nor *nor, const struct request *request)
{
	(void)request;
	nor_report_finding(nor, FINDING_BLOCK_LOCK, 0);
}

/* clang-format off */
static const struct command commands[256] = {
	[0x01] = { "Write Status Register-1", write_status1, 0, 0, 1, 2, WRITES | NEEDS_WEL | VOLATILE_WEL_DOES },
	[0x02] = { "Page Program", page_program, 3, 0, 1, ANY_LENGTH, WRITES | NEEDS_WEL },
	[0x03] = { "Read Data", read_data, 3, 0, 0, ANY_LENGTH, 0 },
	[0x04] = { "Write Disable", write_disable, 0, 0, 0, 0, 0 },
	[0x05] = { "Read Status Register-1", read_status1, 0, 0, 0, ANY_LENGTH, WHILE_BUSY },
	[0x06] = { "Write Enable", write_enable, 0, 0, 0, 0, WRITES },
	[0x0b] = { "Fast Read", read_data, 3, 1, 0, ANY_LENGTH, 0 },
	[0x11] = { "Write Status Register-3", write_status3, 0, 0, 1, 1, WRITES | NEEDS_WEL | VOLATILE_WEL_DOES },
	[0x15] = { "Read Status Register-3", read_status3, 0, 0, 0, ANY_LENGTH, WHILE_BUSY },
	[0x20] = { "Sector Erase (4KB)", erase_sector, 3, 0, 0, 0, WRITES | NEEDS_WEL },
	[0x31] = { "Write Status Register-2", write_status2, 0, 0, 1, 1, WRITES | NEEDS_WEL | VOLATILE_WEL_DOES },
	[0x32] = { "Quad Page Program", dual_quad, 3, 0, 0, ANY_LENGTH, 0 },
	[0x35] = { "Read Status Register-2", read_status2, 0, 0, 0, ANY_LENGTH, WHILE_BUSY },
	[0x36] = { "Individual Block Lock", block_lock, 3, 0, 0, 0, 0 },
	[0x39] = { "Individual Block Unlock", block_lock, 3, 0, 0, 0, 0 },
	[0x3b] = { "Fast Read Dual Output", dual_quad, 3, 1, 0, ANY_LENGTH, 0 },
	[0x3d] = { "Read Block Lock", block_lock, 3, 0, 0, ANY_LENGTH, 0 },
	[0x42] = { "Program Security Register", security, 3, 0, 0, ANY_LENGTH, 0 },
	[0x44] = { "Erase Security Register", security, 3, 0, 0, 0, 0 },
	[0x48] = { "Read Security Register", security, 3, 1, 0, ANY_LENGTH, 0 },
	[0x4b] = { "Read Unique ID", read_unique_id, 0, 4, 0, ANY_LENGTH, 0 },
	[0x50] = { "Volatile SR Write Enable", write_enable_volatile, 0, 0, 0, 0, WRITES },
	[0x52] = { "Block Erase (32KB)", erase_half_block, 3, 0, 0, 0, WRITES | NEEDS_WEL },
	[0x5a] = { "Read SFDP Register", read_sfdp, 3, 1, 0, ANY_LENGTH, 0 },
	[0x60] = { "Chip Erase", erase_chip, 0, 0, 0, 0, WRITES | NEEDS_WEL },
	[0x66] = { "Enable Reset", enable_reset, 0, 0, 0, 0, WHILE_BUSY },
	[0x6b] = { "Fast Read Quad Output", dual_quad, 3, 1, 0, ANY_LENGTH, 0 },
	[0x75] = { "Erase / Program Suspend", suspend, 0, 0, 0, 0, WHILE_BUSY },
	[0x77] = { "Set Burst with Wrap", dual_quad, 0, 0, 0, ANY_LENGTH, 0 },
	[0x7a] = { "Erase / Program Resume", suspend, 0, 0, 0, 0, WHILE_BUSY },
	[0x7e] = { "Global Block Lock", block_lock, 0, 0, 0, 0, 0 },
	[0x90] = { "Manufacturer/Device ID", read_device_id, 3, 0, 0, ANY_LENGTH, 0 },
	[0x92] = { "Mftr./Device ID Dual I/O", dual_quad, 0, 0, 0, ANY_LENGTH, 0 },
	[0x94] = { "Mftr./Device ID Quad I/O", dual_quad, 0, 0, 0, ANY_LENGTH, 0 },
	[0x98] = { "Global Block Unlock", block_lock, 0, 0, 0, 0, 0 },
	[0x99] = { "Reset Device", reset, 0, 0, 0, 0, WHILE_BUSY },
	[0x9f] = { "JEDEC ID", read_jedec_id, 0, 0, 0, ANY_LENGTH, 0 },
	[0xab] = { "Release Power-down / ID", release, 0, 0, 0, ANY_LENGTH, 0 },
	[0xb9] = { "Power-down", power_down, 0, 0, 0, 0, 0 },
	[0xbb] = { "Fast Read Dual I/O", dual_quad, 0, 0, 0, ANY_LENGTH, 0 },
	[0xc7] = { "Chip Erase", erase_chip, 0, 0, 0, 0, WRITES | NEEDS_WEL },
	[0xd8] = { "Block Erase (64KB)", erase_block, 3, 0, 0, 0, WRITES | NEEDS_WEL },
	[0xeb] = { "Fast Read Quad I/O", dual_quad, 0, 0, 0, ANY_LENGTH, 0 },
};
/* clang-format on */

enum { POWER_DOWN_RELEASE = 0xab, RESET_DEVICE = 0x99 };

static bool has_wel(const struct nor *nor, const struct command *command)
{
	return nor->wel || ((command->flags & VOLATILE_WEL_DOES) && nor->volatile_wel);
}

/*
 * Whether the chip hears this command now, and may do it; tells why not. @data: how many bytes came
 * behind address and dummies.
 */
static bool is_done(struct nor *nor, const struct command *command, bool whole, size_t data)
{
	const struct {
		bool holds;
		enum nor_finding finding;
	} hindrances[] = {
		{nor->now_ns < nor->deaf_until_ns, FINDING_EARLY},
		{nor->asleep && nor->opcode != POWER_DOWN_RELEASE, FINDING_ASLEEP},
		{command->run == NULL, FINDING_OPCODE},
		{nor_is_busy(nor) && !(command->flags & WHILE_BUSY), FINDING_BUSY},
		{!whole || data < command->data_min, FINDING_SHORT},
		{data > command->data_max, FINDING_LONG},
		{(command->flags & WRITES) && nor->now_ns < nor->power_ns + nor->config.power_up_write_ns, FINDING_EARLY_WRITE},
		{(command->flags & NEEDS_WEL) && !has_wel(nor, command), FINDING_NO_WEL},
		{nor->opcode == RESET_DEVICE && !nor->armed, FINDING_RESET_ALONE},
	};

	for (size_t i = 0; i < sizeof hindrances / sizeof hindrances[0]; i++)
		if (hindrances[i].holds) {
			nor_report_finding(nor, hindrances[i].finding, 0);
			return false;
		}
	return true;
}

/* mosi and miso may be one buffer: what a command takes it takes before it answers. */
void nor_command(struct nor *nor, const uint8_t *mosi, uint8_t *miso, size_t length)
{
	const struct command *command = &commands[mosi[0]];
	const size_t head = 1U + command->address + command->dummies;
	const bool whole = length >= head;
	struct request request = {.length = whole ? length - head : 0};

	nor->opcode = mosi[0];
	nor->command = command->name;
	const bool done = is_done(nor, command, whole, request.length);
	if (nor->opcode != RESET_DEVICE || !done)
		nor->armed = false;
	for (unsigned i = 0; done && i < command->address; i++)
		request.address = request.address << 8 | mosi[1 + i];
	request.data = mosi + (whole ? head : 0);
	if (done && command->data_min > 0)
		command->run(nor, &request);
	if (miso != NULL)
		memset(miso, 0xff, length);
	if (!done || command->data_min > 0)
		return;
	request.answer = miso != NULL ? miso + head : NULL;
	command->run(nor, &request);
}
