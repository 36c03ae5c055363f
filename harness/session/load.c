/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/load.h"

#include <inttypes.h>
#include <string.h>

void load_init(struct load *load, sim_ns start)
{
	memset(load, 0, sizeof *load);
	load->start = start;
	load->bucket_ns = LOAD_BUCKET_NS;
	load->end = start + LOAD_BUCKET_NS;
}

static struct load_counts counts_of(const struct load *load, const struct board *board)
{
	const struct nor_counters none = {0};
	const struct nor_counters *flash = board->flash != NULL ? &board->flash->nor.counters : &none;

	return (struct load_counts){
		.messages = board->counters.messages,
		.bytes = board->counters.bytes,
		.interrupts = load->interrupts,
		.flash = flash->programs + flash->erases,
	};
}

static void close_bucket(struct load *load, const struct board *board)
{
	const struct load_counts now = counts_of(load, board);
	struct load_counts *row = &load->rows[load->current].counts;

	row->messages += now.messages - load->closed.messages;
	row->bytes += now.bytes - load->closed.bytes;
	row->interrupts += now.interrupts - load->closed.interrupts;
	row->flash += now.flash - load->closed.flash;
	load->closed = now;
}

/* Makes buckets twice as wide. Their number is even. */
static void widen(struct load *load)
{
	for (size_t i = 0; i < LOAD_ROWS_MAX / 2; i++) {
		const struct load_row *one = &load->rows[2 * i], *other = one + 1;
		load->rows[i] = (struct load_row){
			.counts = {one->counts.messages + other->counts.messages, one->counts.bytes + other->counts.bytes,
		                   one->counts.interrupts + other->counts.interrupts, one->counts.flash + other->counts.flash},
			.ring = one->ring > other->ring ? one->ring : other->ring,
		};
	}
	memset(load->rows + LOAD_ROWS_MAX / 2, 0, LOAD_ROWS_MAX / 2 * sizeof load->rows[0]);
	load->bucket_ns *= 2;
	load->current /= 2;
}

/* What lies in the ring stays there through buckets in which nothing happens. */
static void turn_to(struct load *load, sim_ns now)
{
	while ((now - load->start) / load->bucket_ns >= LOAD_ROWS_MAX)
		widen(load);
	const size_t wanted = (now - load->start) / load->bucket_ns;
	while (load->current < wanted)
		load->rows[++load->current].ring = load->ring;
	load->end = load->start + (load->current + 1) * load->bucket_ns;
}

void load_look(struct load *load, const struct board *board, sim_ns now)
{
	if (now >= load->end) {
		close_bucket(load, board);
		turn_to(load, now);
	}
	load->ring = board_rx_fill(board);
	if (load->ring > load->rows[load->current].ring)
		load->rows[load->current].ring = load->ring;
}

void load_interrupt(struct load *load, const struct board *board, sim_ns now)
{
	load_look(load, board, now);
	load->interrupts++;
}

void load_write(struct load *load, const struct board *board, sim_ns now, FILE *stream)
{
	load_look(load, board, now);
	close_bucket(load, board);
	fputs("time_s,spi_messages,spi_bytes,interrupts,ring_bytes,flash_operations\n", stream);
	for (size_t i = 0; i <= load->current; i++) {
		const struct load_row *row = &load->rows[i];
		const sim_ns at = load->start + i * load->bucket_ns;
		fprintf(stream, "%" PRIu64 ".%09" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%u,%" PRIu64 "\n", at / SIM_S, at % SIM_S,
		        row->counts.messages, row->counts.bytes, row->counts.interrupts, row->ring, row->counts.flash);
	}
}
