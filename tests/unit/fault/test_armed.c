/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/armed.h"

#include <string.h>

#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/fault/made.h"

#define EVENTS 64U

/* On which of the first events the fault acts, a bit each; the n-th comes at n milliseconds. */
static uint64_t acts(const struct fault *faults, size_t count, uint64_t seed, struct redraw redraw)
{
	struct trace *trace = trace_open_null();
	struct armed_faults armed;
	uint64_t bits = 0;

	armed_faults_open(&armed, faults, count, LAYER_BOARD, seed, trace, (struct armed_ops){0}, NULL);
	armed_faults_redraw(&armed, &redraw);
	for (unsigned i = 1; i <= EVENTS; i++) {
		const struct fault_event event = armed_faults_next(&armed, SITE_SPI, i * SIM_MS);
		for (size_t k = 0; k < armed.count; k++)
			bits |= (uint64_t)armed_fault_acts(&armed, &armed.list[k], &event) << (i - 1);
	}
	armed_faults_close(&armed);
	trace_close(trace);
	return bits;
}

static void from_an_instant_on_they_draw_as_with_another_seed(void)
{
	/* The second is that of the layer: its place among all counts. */
	const struct fault faults[] = {made_checked_fault("other layer", "", "drop", "enabled=true"),
	                               made_checked_fault("bit", "probability=50%", "spi_bit", "bit=3")};
	const uint64_t own = acts(faults, 2, 3, (struct redraw){.asked = false}),
		       other = acts(faults, 2, 77, (struct redraw){.asked = false});
	const uint64_t mixed = acts(faults, 2, 3, (struct redraw){.asked = true, .from_ns = 33 * SIM_MS, .seed = 77});
	const uint64_t first = UINT32_MAX;

	CU_ASSERT_NOT_EQUAL(own & first, other & first);
	CU_ASSERT_NOT_EQUAL(own & ~first, other & ~first);
	CU_ASSERT_EQUAL(mixed, (own & first) | (other & ~first));
	CU_ASSERT_EQUAL(acts(faults, 2, 3, (struct redraw){.asked = true, .from_ns = 0, .seed = 77}), other);
	CU_ASSERT_EQUAL(acts(faults, 2, 3, (struct redraw){.asked = true, .from_ns = 20 * SIM_MS, .seed = 3}), own);
}

/* How many events are decided as the one before them. */
static unsigned repeats(uint64_t bits)
{
	unsigned count = 0;

	for (unsigned i = 1; i < EVENTS; i++)
		count += (bits >> i & 1) == (bits >> (i - 1) & 1);
	return count;
}

static void events_of_a_site_are_correlated(void)
{
	const struct fault alone = made_checked_fault("bit", "probability=50%", "spi_bit", "bit=3"),
			   never = made_checked_fault("bit", "probability=50%;correlation=0.0000001%", "spi_bit", "bit=3"),
			   often = made_checked_fault("bit", "probability=50%;correlation=90%", "spi_bit", "bit=3"),
			   always = made_checked_fault("bit", "probability=50%;correlation=100%", "spi_bit", "bit=3");
	const struct redraw none = {.asked = false};

	/* What is not a repetition is drawn as without a correlation. */
	CU_ASSERT_EQUAL(acts(&never, 1, 3, none), acts(&alone, 1, 3, none));
	CU_ASSERT(repeats(acts(&alone, 1, 3, none)) < 45);
	CU_ASSERT(repeats(acts(&often, 1, 3, none)) > 50);
	CU_ASSERT_EQUAL(repeats(acts(&always, 1, 3, none)), EVENTS - 1);
}

const CU_TestInfo tests_armed[] = {{"from an instant on they draw as with another seed", from_an_instant_on_they_draw_as_with_another_seed},
                                   {"events of a site are correlated", events_of_a_site_are_correlated},
                                   CU_TEST_INFO_NULL};
