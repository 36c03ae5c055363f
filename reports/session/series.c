/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/session/series.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/memory.h"

#define BUCKET_NS (100 * SIM_MS)

/* A line of series.csv. @return false for the line with the names, and for what is none. */
static bool read_row(const char *line, sim_ns *ret_at, struct series_row *ret_row)
{
	uint64_t s, ns;

	*ret_row = (struct series_row){.messages = 0};
	if (sscanf(line, "%" SCNu64 ".%9" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64 ",%" SCNu64, &s, &ns, &ret_row->messages,
	           &ret_row->bytes, &ret_row->interrupts, &ret_row->ring, &ret_row->operations) != 7)
		return false;
	*ret_at = s * SIM_S + ns;
	return true;
}

static void read_file(struct series *series, FILE *stream)
{
	char line[256];
	sim_ns at;

	while (series->count < SERIES_ROWS_MAX && fgets(line, sizeof line, stream) != NULL) {
		if (!read_row(line, &at, &series->rows[series->count]))
			continue;
		if (series->count == 0)
			series->start = at;
		else if (series->count == 1 && at > series->start)
			series->bucket_ns = at - series->start;
		series->count++;
	}
}

void series_open(struct series *series, const char *path, sim_ns start, sim_ns end)
{
	FILE *stream = fopen(path, "re");

	*series = (struct series){.start = start, .bucket_ns = BUCKET_NS};
	series->rows = memory_new(SERIES_ROWS_MAX * sizeof *series->rows);
	if (stream != NULL) {
		read_file(series, stream);
		(void)fclose(stream);
	}
	series->knows_board = series->count > 0;
	if (series->knows_board)
		return;
	const sim_ns length = end > start ? end - start : 0;
	while (length / series->bucket_ns >= SERIES_ROWS_MAX)
		series->bucket_ns *= 2;
	series->count = length / series->bucket_ns + 1;
}

void series_close(struct series *series)
{
	free(series->rows);
	series->rows = NULL;
}

size_t series_at(const struct series *series, sim_ns at)
{
	const sim_ns bucket = at > series->start ? (at - series->start) / series->bucket_ns : 0;

	return bucket < series->count ? bucket : series->count - 1;
}

/* Frames that wait do so through buckets in which none moves. */
static struct series_row *row_at(struct series *series, sim_ns at)
{
	const size_t bucket = series_at(series, at);

	while (series->last < bucket)
		series->rows[++series->last].waiting = series->waiting;
	return &series->rows[bucket];
}

void series_sends(struct series *series, sim_ns at, bool retransmission)
{
	struct series_row *row = row_at(series, at);

	row->retransmissions += retransmission;
	series->waiting++;
	if (series->waiting > row->waiting)
		row->waiting = series->waiting;
}

void series_delivers(struct series *series, sim_ns at, enum direction direction, size_t length)
{
	row_at(series, at)->delivered[direction] += length;
	if (series->waiting > 0)
		series->waiting--;
}

void series_end(struct series *series)
{
	(void)row_at(series, SIM_NEVER);
}
