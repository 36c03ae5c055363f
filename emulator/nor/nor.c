/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chip's outside: life cycle, time, the supply.
 *
 * How it works: an operation is remembered when it begins and carried out when it is over; in
 * between, nobody can look into the array, because a busy chip answers nothing but its status. If
 * the supply fails first, the operation is carried out as far as it had come: that is where torn
 * pages and half-erased sectors come from. Every public call begins with nor_run(), so no timer is
 * needed.
 */
#include "nor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)
/*
 * The longest that an operation takes, a hundred days: a thousand times that fits 64 bits. And the
 * longest that BUSY is stuck, a hundred years.
 */
#define DURATION_MAX (UINT64_C(100) * 86400 * S)
#define STUCK_MAX (UINT64_C(36500) * 86400 * S)

_Noreturn void nor_die(const struct nor *nor, const char *what, uint64_t found, uint64_t limit)
{
	fprintf(stderr, "nor: at %" PRIu64 " ns: %s: found %" PRIu64 ", limit %" PRIu64 "\n", nor->now_ns, what, found, limit);
	abort();
}

void nor_emit(struct nor *nor, struct nor_event event)
{
	event.now_ns = nor->now_ns;
	event.command = nor->command;
	if (nor->ops != NULL && nor->ops->event != NULL)
		nor->ops->event(nor->ctx, &event);
}

void nor_ask(struct nor *nor, enum nor_site site, uint64_t number, struct nor_effect *ret_effect)
{
	memset(ret_effect, 0, sizeof *ret_effect);
	if (nor->ops != NULL && nor->ops->inject != NULL)
		nor->ops->inject(nor->ctx, site, number, ret_effect);
}

/* -- time -- */

/* Works on a copy, since what is told meanwhile may be answered with a call. */
static struct nor_operation take_operation(struct nor *nor)
{
	struct nor_operation operation = nor->operation;

	nor->operation.kind = NOR_IDLE;
	return operation;
}

void nor_abandon(struct nor *nor)
{
	const struct nor_operation operation = take_operation(nor);

	nor->busy_until_ns = 0;
	if (operation.kind == NOR_IDLE)
		return;
	if (nor->now_ns >= operation.end_ns) {
		nor_finish_operation(nor, &operation);
		return;
	}
	/* The product fits, since neither time is longer than DURATION_MAX. */
	const unsigned permille = (unsigned)((nor->now_ns - operation.start_ns) * 1000 / (operation.end_ns - operation.start_ns));
	nor_tear_operation(nor, &operation, permille);
	nor->counters.torn++;
	nor_emit(nor, (struct nor_event){
			      .kind = NOR_EVENT_TORN,
			      .number = operation.number,
			      .address = operation.address,
			      .length = operation.length,
			      .value = permille,
			      .text = "cut short",
		      });
}

static void switch_off(struct nor *nor)
{
	nor->command = NULL;
	nor_abandon(nor);
	nor->cut_at_ns = NOR_NEVER;
	nor->powered = false;
	nor_emit(nor, (struct nor_event){.kind = NOR_EVENT_POWER, .text = "off"});
}

void nor_run(struct nor *nor, uint64_t now_ns)
{
	if (now_ns < nor->now_ns)
		nor_die(nor, "time goes backwards, in ns", now_ns, nor->now_ns);
	if (nor->cut_at_ns <= now_ns) {
		nor->now_ns = nor->cut_at_ns;
		switch_off(nor);
	}
	nor->now_ns = now_ns;
	if (nor->operation.kind != NOR_IDLE && now_ns >= nor->operation.end_ns) {
		const struct nor_operation operation = take_operation(nor);
		nor_finish_operation(nor, &operation);
	}
}

static uint64_t at_most(uint64_t ns, uint64_t limit)
{
	return ns < limit ? ns : limit;
}

static void injected(struct nor *nor, const char *text)
{
	nor_emit(nor, (struct nor_event){.kind = NOR_EVENT_INJECTED,
	                                 .number = nor->operation.number,
	                                 .address = nor->operation.address,
	                                 .length = nor->operation.length,
	                                 .text = text});
}

void nor_begin(struct nor *nor, struct nor_operation operation, uint64_t duration_ns)
{
	struct nor_effect effect;

	operation.number = ++nor->counters.operations;
	nor_ask(nor, NOR_SITE_OP, operation.number, &effect);
	if (effect.slow_factor > 1)
		duration_ns = duration_ns > DURATION_MAX / effect.slow_factor ? DURATION_MAX : duration_ns * effect.slow_factor;
	duration_ns = at_most(duration_ns, DURATION_MAX);
	operation.start_ns = nor->now_ns;
	operation.end_ns = nor->now_ns + duration_ns;
	nor->busy_until_ns = operation.end_ns + at_most(effect.stuck_ns, STUCK_MAX);
	nor->operation = operation;
	if (effect.cut) {
		if (effect.cut_permille > 1000)
			nor_die(nor, "a cut outside its operation, in thousandths", effect.cut_permille, 1000);
		const uint64_t at = nor->now_ns + duration_ns * effect.cut_permille / 1000;
		/*
		 * One that is still to come, of an operation that a reset has ended, is not put
		 * off.
		 */
		nor->cut_at_ns = at < nor->cut_at_ns ? at : nor->cut_at_ns;
		injected(nor, "the supply fails during the operation");
	}
	if (effect.slow_factor > 1)
		injected(nor, "the operation takes longer");
	if (effect.stuck_ns > 0)
		injected(nor, "BUSY stays set when the operation is over");
}

uint64_t nor_busy_until(const struct nor *nor)
{
	return nor->busy_until_ns;
}

uint64_t nor_cut_at(const struct nor *nor)
{
	return nor->cut_at_ns;
}

/* -- life cycle -- */

struct nor_config nor_config_default(void)
{
	return (struct nor_config){
		.first_byte_ns = 30 * US,
		.next_byte_ns = 2500,
		.page_ns = 400 * US,
		.sector_ns = 45 * MS,
		.half_block_ns = 120 * MS,
		.block_ns = 150 * MS,
		.chip_ns = 20 * S,
		.status_ns = 10 * MS,
		.power_down_ns = 3 * US,
		.release_ns = 3 * US,
		.release_id_ns = 1800,
		.reset_ns = 30 * US,
		.power_up_ns = 20 * US,
		.power_up_write_ns = 5 * MS,
		.unique_id = {0xd1, 0x64, 0x60, 0x37, 0xc7, 0x13, 0x2a, 0x35},
	};
}

/*
 * What power on and the reset command have in common (DS "Enable reset and reset device"): volatile
 * state is lost.
 */
void nor_reset_state(struct nor *nor)
{
	memcpy(nor->status, nor->kept, sizeof nor->status);
	nor->asleep = false;
	nor->armed = false;
	nor->wel = false;
	nor->volatile_wel = false;
}

static void switch_on(struct nor *nor)
{
	nor_reset_state(nor);
	nor->powered = true;
	nor->power_ns = nor->now_ns;
	nor->deaf_until_ns = nor->now_ns + nor->config.power_up_ns;
	nor->command = NULL;
	nor_emit(nor, (struct nor_event){.kind = NOR_EVENT_POWER, .value = 1, .text = "on"});
}

void nor_init(struct nor *nor, const struct nor_config *config, uint8_t *array, const struct nor_ops *ops, void *ctx, uint64_t now_ns)
{
	memset(nor, 0, sizeof *nor);
	nor->config = config != NULL ? *config : nor_config_default();
	nor->now_ns = now_ns;
	nor->cut_at_ns = NOR_NEVER;
	nor_attach(nor, array, ops, ctx);
	/*
	 * As the factory leaves them: nothing is protected, and the drivers have a quarter of their
	 * strength (DS "Status registers").
	 */
	nor->kept[2] = NOR_SR3_DRV;
	switch_on(nor);
}

void nor_attach(struct nor *nor, uint8_t *array, const struct nor_ops *ops, void *ctx)
{
	nor->array = array;
	nor->ops = ops;
	nor->ctx = ctx;
}

void nor_power(struct nor *nor, bool on, uint64_t now_ns)
{
	nor_run(nor, now_ns);
	if (on == nor->powered)
		return;
	if (on)
		switch_on(nor);
	else
		switch_off(nor);
}

void nor_rot(struct nor *nor, uint32_t address, uint8_t mask)
{
	if (address >= NOR_SIZE)
		nor_die(nor, "an address outside the array", address, NOR_SIZE);
	nor->array[address] ^= mask;
}

void nor_transfer(struct nor *nor, const uint8_t *mosi, uint8_t *miso, size_t length, uint64_t now_ns)
{
	nor_run(nor, now_ns);
	if (length > 0 && nor->powered)
		nor_command(nor, mosi, miso, length);
	else if (miso != NULL)
		memset(miso, 0xff, length);
}
