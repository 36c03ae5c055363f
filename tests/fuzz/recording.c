/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are a file that a user brings: a table of a delay's distribution, a recording of a
 * link. What is read keeps the promises of its header, and what is refused has a reason.
 *
 * usage: `make fuzz T=recording`, or the program with files of the corpus as arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/fault/dist.h"
#include "lib/fault/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void read_opportunities(const char *path)
{
	struct opportunities opportunities;
	struct error err = {.text = ""};

	if (!opportunities_open(&opportunities, path, &err)) {
		must(err.text[0] != '\0');
		return;
	}
	must(opportunities.count > 0 && opportunities.at_ns[opportunities.count - 1] > 0);
	for (size_t i = 1; i < opportunities.count; i++)
		must(opportunities.at_ns[i] >= opportunities.at_ns[i - 1]);
	opportunities_close(&opportunities);
}

static void read_rows(const char *path)
{
	struct link_rows rows;
	struct error err = {.text = ""};

	if (!link_rows_open(&rows, path, &err)) {
		must(err.text[0] != '\0');
		return;
	}
	must(rows.count > 0);
	for (size_t i = 0; i < rows.count; i++)
		must(rows.list[i].loss <= UINT64_C(1000000000) && (i == 0 || rows.list[i].at_ns > rows.list[i - 1].at_ns));
	link_rows_close(&rows);
}

static void read_distribution(const char *path)
{
	struct error err = {.text = ""};
	struct dist dist;

	if (!dist_open(&dist, path, &err)) {
		must(err.text[0] != '\0');
		return;
	}
	must(dist.count > 0 && dist.count <= DIST_MAX);
	dist_close(&dist);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd = memfd_create("recording", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	read_opportunities(path);
	read_rows(path);
	read_distribution(path);
	(void)close(fd);
	return 0;
}
