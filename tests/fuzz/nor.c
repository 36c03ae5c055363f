/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are a script for the flash: SPI messages, waiting, the supply, effects. Whatever comes,
 * nothing may be read or written outside (the sanitizers see to that), no program sets a bit, an
 * idle chip changes nothing by itself, and a copied chip goes on as the first.
 *
 * usage: `make fuzz T=nor`, or the program with files of the corpus as arguments.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/nor/nor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What scripts program, erase and read: the array's first part. */
#define WATCHED 0x2000u

struct nor_fixture {
	struct nor nor;
	uint8_t injected;
	bool erased; /* since it was last looked: bits may have risen */
};

static void note_event(void *ctx, const struct nor_event *event)
{
	struct nor_fixture *f = ctx;

	if (event->text == NULL || event->now_ns != f->nor.now_ns)
		abort();
	if ((event->kind == NOR_EVENT_FINDING || event->kind == NOR_EVENT_NOT_MODELLED) && event->id == NULL)
		abort();
	f->erased |= event->kind == NOR_EVENT_ERASE;
}

static void inject(void *ctx, enum nor_site site, uint64_t number, struct nor_effect *ret_effect)
{
	const struct nor_fixture *f = ctx;

	if (number == 0)
		abort();
	if (site == NOR_SITE_READ)
		return;
	*ret_effect = (struct nor_effect){
		.slow_factor = f->injected & 1 ? 1000 : 0,
		.stuck_ns = f->injected & 2 ? 1000000 : 0,
		.cut = f->injected & 4,
		.cut_permille = (unsigned)(f->injected >> 3) * 32,
	};
}

static const struct nor_ops ops = {note_event, inject};
static const struct nor_ops ops_of_copy = {NULL, inject};

static uint8_t arrays[2][NOR_SIZE], before[WATCHED];

/* The next bytes of a message: the address is kept in what is watched, and so is the length. */
static size_t message(const uint8_t *data, size_t size, uint8_t *ret_bytes)
{
	size_t length = size > 0 ? 1U + data[0] % 40U : 0;

	length = length < size ? length : size;
	memcpy(ret_bytes, data, length);
	if (length > 2) {
		ret_bytes[1] = 0;
		ret_bytes[2] &= 0x1f;
	}
	return length;
}

static void step(struct nor_fixture *f, const uint8_t *bytes, size_t length, uint8_t what, uint8_t amount)
{
	uint8_t miso[64];
	struct nor *nor = &f->nor;
	const uint64_t now_ns = nor->now_ns + ((uint64_t)amount << what % 24);

	switch (what / 24) {
	case 0:
		nor_power(nor, amount & 1, now_ns);
		break;
	case 1:
		nor_run(nor, now_ns);
		break;
	case 2:
		nor_rot(nor, amount, (uint8_t)(amount & what));
		f->erased = true;
		break;
	case 3:
		f->injected = amount;
		break;
	default:
		memcpy(miso, bytes, length);
		nor_transfer(nor, miso, what & 1 ? miso : NULL, length, nor->now_ns + amount);
		break;
	}
}

static void compare(struct nor_fixture *f, const struct nor_fixture *copy)
{
	uint32_t start;

	for (unsigned i = 0; i < WATCHED && !f->erased; i++)
		if (arrays[0][i] & ~before[i])
			abort();
	if (nor_busy_until(&f->nor) <= f->nor.now_ns && f->nor.operation.kind == NOR_IDLE)
		f->erased = false;
	if (memcmp(arrays[0], arrays[1], WATCHED) != 0 || f->nor.now_ns != copy->nor.now_ns ||
	    nor_busy_until(&f->nor) != nor_busy_until(&copy->nor) || nor_cut_at(&f->nor) != nor_cut_at(&copy->nor) ||
	    memcmp(&f->nor.counters, &copy->nor.counters, sizeof f->nor.counters) != 0)
		abort();
	if (nor_protected(&f->nor, &start) > NOR_SIZE || start > NOR_SIZE)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nor_fixture f[2];
	uint8_t bytes[64];

	/* Only large erases reach further, and nothing is read there. */
	memset(arrays[0], 0xff, WATCHED);
	memset(arrays[1], 0xff, WATCHED);
	memset(f, 0, sizeof f);
	nor_init(&f[0].nor, NULL, arrays[0], &ops, &f[0], 0);
	f[1] = f[0];
	nor_attach(&f[1].nor, arrays[1], &ops_of_copy, &f[1]);
	while (size >= 2) {
		const uint8_t what = data[0], amount = data[1];
		data += 2;
		size -= 2;
		const size_t length = what / 24 > 3 ? message(data, size, bytes) : 0;
		memcpy(before, arrays[0], WATCHED);
		step(&f[0], bytes, length, what, amount);
		step(&f[1], bytes, length, what, amount);
		compare(&f[0], &f[1]);
		data += length;
		size -= length;
	}
	return 0;
}
