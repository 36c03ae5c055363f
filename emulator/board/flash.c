/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/board/flash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "lib/base/memory.h"

/*
 * How each kind of event is told; NULL: it is not, since there are thousands, or since the board
 * tells it.
 */
static const char *const words[] = {
	[NOR_EVENT_POWER] = NULL,           [NOR_EVENT_RESET] = "reset",     [NOR_EVENT_PROGRAM] = NULL,
	[NOR_EVENT_ERASE] = NULL,           [NOR_EVENT_STATUS] = "status",   [NOR_EVENT_TORN] = "torn",
	[NOR_EVENT_INJECTED] = "disturbed", [NOR_EVENT_FINDING] = "finding", [NOR_EVENT_NOT_MODELLED] = "not modelled",
};

/* "nor.op#7 torn 001000+4096: cut short at 50.0%" */
static void tell_operation(struct flash *flash, const struct nor_event *event)
{
	char part[32] = "";

	if (event->kind == NOR_EVENT_TORN)
		(void)snprintf(part, sizeof part, " at %u.%u%%", event->value / 10, event->value % 10);
	trace_line(flash->trace, event->now_ns, "flash", "nor.op#%" PRIu64 " %s %06x+%u: %s%s", event->number, words[event->kind],
	           event->address, event->length, event->text, part);
}

/* "finding program-set in Page Program at 001000: TEXT (DS ...)" */
static void tell_other(struct flash *flash, const struct nor_event *event)
{
	char place[64] = "";

	if (event->command != NULL && event->id != NULL)
		(void)snprintf(place, sizeof place, " %s in %s at %06x", event->id, event->command, event->address);
	trace_line(flash->trace, event->now_ns, "flash", "%s%s: %s%s%s%s", words[event->kind], place, event->text,
	           event->section != NULL ? " (" : "", event->section != NULL ? event->section : "", event->section != NULL ? ")" : "");
}

static void on_event(void *ctx, const struct nor_event *event)
{
	struct flash *flash = ctx;

	if (words[event->kind] == NULL)
		return;
	if (event->kind == NOR_EVENT_NOT_MODELLED)
		trace_not_modelled(flash->trace, event->now_ns, "flash", "%s: %s", event->command, event->text);
	else if (event->number != 0)
		tell_operation(flash, event);
	else
		tell_other(flash, event);
}

static void inject(void *ctx, enum nor_site site, uint64_t number, struct nor_effect *ret_effect)
{
	struct flash *flash = ctx;

	if (site == NOR_SITE_READ)
		board_faults_flash_read(flash->board_faults, number, flash->sim->now, &flash->nor);
	else
		flash->off_ns = board_faults_flash_op(flash->board_faults, number, flash->sim->now, ret_effect);
}

static const struct nor_ops ops = {on_event, inject};

static void fire_cut(void *ctx, sim_ns now)
{
	struct flash *flash = ctx;

	nor_run(&flash->nor, now);
	flash->failed(flash->ctx, flash->off_ns, now);
}

struct flash *flash_open(const struct nor_config *wanted, struct board_faults *board_faults, struct sim *sim, struct trace *trace,
                         void (*failed)(void *ctx, uint64_t off_ns, sim_ns now), void *ctx)
{
	struct flash *flash = memory_new(sizeof *flash);
	struct nor_config config = *wanted;

	*flash = (struct flash){.sim = sim, .trace = trace, .board_faults = board_faults, .failed = failed, .ctx = ctx};
	flash->array = memory_new(NOR_SIZE);
	memset(flash->array, 0xff, NOR_SIZE);
	flash->cut = (struct sim_event){.fire = fire_cut, .ctx = flash};
	/*
	 * What the guest does first comes long after power on, for a boot loader and a kernel have
	 * come up from this flash by then.
	 */
	config.power_up_ns = config.power_up_write_ns = 0;
	nor_init(&flash->nor, &config, flash->array, NULL, NULL, sim->now);
	nor_attach(&flash->nor, flash->array, &ops, flash);
	return flash;
}

void flash_close(struct flash *flash)
{
	if (flash == NULL)
		return;
	sim_cancel(flash->sim, &flash->cut);
	free(flash->array);
	free(flash);
}

void flash_spi(struct flash *flash, const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	nor_transfer(&flash->nor, mosi, ret_miso, length, flash->sim->now);
	sim_schedule(flash->sim, &flash->cut, nor_cut_at(&flash->nor));
}

void flash_power(struct flash *flash, bool on)
{
	nor_power(&flash->nor, on, flash->sim->now);
	sim_schedule(flash->sim, &flash->cut, nor_cut_at(&flash->nor));
}

void flash_finish(struct flash *flash)
{
	const struct nor_counters *c = &flash->nor.counters;

	nor_run(&flash->nor, flash->sim->now);
	trace_line(flash->trace, flash->sim->now, "flash",
	           "%" PRIu64 " programs of %" PRIu64 " bytes, %" PRIu64 " erases of %" PRIu64 " bytes, %" PRIu64 " reads of %" PRIu64
	           " bytes, %" PRIu64 " torn, %" PRIu64 " findings, digest %016" PRIx64,
	           c->programs, c->programmed_bytes, c->erases, c->erased_bytes, c->reads, c->read_bytes, c->torn, c->findings,
	           (uint64_t)XXH3_64bits(flash->array, NOR_SIZE));
}
