/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/vcd.h"

#include <inttypes.h>

/*
 * The signals, in the order of their bits; the identifier codes are '!' and the characters after
 * it.
 */
enum { SCK, MOSI, MISO, CS, INT, SIGNALS };
static const char *const names[SIGNALS] = {"SCK", "MOSI", "MISO", "CS", "INT"};

#define S_NS 1000000000U
#define BITS 8

static void set(struct vcd *vcd, uint64_t at_ns, unsigned signal, bool high)
{
	if (((vcd->levels >> signal) & 1U) == high)
		return;
	vcd->levels ^= 1U << signal;
	if (at_ns != vcd->stamped_ns)
		fprintf(vcd->stream, "#%" PRIu64 "\n", at_ns);
	vcd->stamped_ns = at_ns;
	fputc(high ? '1' : '0', vcd->stream);
	fputc('!' + (int)signal, vcd->stream);
	fputc('\n', vcd->stream);
}

void vcd_begin(struct vcd *vcd, FILE *stream, uint64_t now_ns)
{
	*vcd = (struct vcd){.stream = stream, .drawn_ns = now_ns, .stamped_ns = now_ns, .levels = 1U << CS | 1U << INT};
	fputs("$timescale 1 ns $end\n$scope module stutter $end\n", stream);
	for (unsigned i = 0; i < SIGNALS; i++)
		fprintf(stream, "$var wire 1 %c %s $end\n", '!' + (int)i, names[i]);
	fprintf(stream, "$upscope $end\n$enddefinitions $end\n#%" PRIu64 "\n$dumpvars\n", now_ns);
	for (unsigned i = 0; i < SIGNALS; i++)
		fprintf(stream, "%u%c\n", vcd->levels >> i & 1U, '!' + (int)i);
	fputs("$end\n", stream);
}

static uint64_t draw_byte(struct vcd *vcd, uint8_t mosi, uint8_t miso, uint64_t at_ns, uint64_t half_ns)
{
	for (int bit = BITS - 1; bit >= 0; bit--) {
		set(vcd, at_ns, MOSI, mosi >> bit & 1);
		set(vcd, at_ns, MISO, miso >> bit & 1);
		set(vcd, at_ns + half_ns, SCK, true);
		set(vcd, at_ns + 2 * half_ns, SCK, false);
		at_ns += 2 * half_ns;
	}
	return at_ns;
}

void vcd_transfer(struct vcd *vcd, const uint8_t *mosi, const uint8_t *miso, size_t length, uint64_t bus_ns, uint64_t clock_hz,
                  uint64_t end_ns)
{
	const uint64_t half_ns = S_NS / clock_hz / 2 > 0 ? S_NS / clock_hz / 2 : 1;
	const uint64_t bits_ns = (uint64_t)length * BITS * 2 * half_ns;
	const uint64_t pause_ns = bus_ns > bits_ns ? (bus_ns - bits_ns) / 3 : 1;
	uint64_t at_ns = end_ns > bus_ns && end_ns - bus_ns > vcd->drawn_ns ? end_ns - bus_ns : vcd->drawn_ns + pause_ns;

	set(vcd, at_ns, CS, false);
	at_ns += pause_ns;
	for (size_t i = 0; i < length; i++)
		at_ns = draw_byte(vcd, mosi[i], miso[i], at_ns, half_ns);
	at_ns += pause_ns;
	set(vcd, at_ns, CS, true);
	vcd->drawn_ns = at_ns;
}

void vcd_int(struct vcd *vcd, bool asserted, uint64_t now_ns)
{
	if (now_ns > vcd->drawn_ns)
		vcd->drawn_ns = now_ns;
	set(vcd, vcd->drawn_ns, INT, !asserted);
}

void vcd_end(struct vcd *vcd, uint64_t now_ns)
{
	fprintf(vcd->stream, "#%" PRIu64 "\n", now_ns > vcd->stamped_ns ? now_ns : vcd->stamped_ns + 1);
}
