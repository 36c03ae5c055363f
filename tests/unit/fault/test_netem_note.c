/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/netem_note.h"

#include "lib/fault/netem.h"
#include "tests/test.h"
#include "tests/unit/fault/made.h"

/* The notes about a line of tc, one a line of text. */
static const char *notes_of(const char *line, const char *match)
{
	const struct fault base = made_fault("tc", match, "drop", "");
	static char text[NETEM_FAULTS_MAX * NETEM_NOTE_MAX];
	struct fault faults[NETEM_FAULTS_MAX];
	char note[NETEM_NOTE_MAX];
	struct error err;
	size_t count = 0;

	CU_ASSERT_FATAL(netem_parse(line, &base, faults, &count, &err));
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		if (netem_note(&faults[i], note))
			TEST_APPEND(text, "%s\n", note);
	return text;
}

static void what_means_the_same_needs_no_note(void)
{
	TEST_SAME_TEXT(notes_of("delay 100ms 20ms loss 5% corrupt 1% duplicate 2% reorder 25% gap 5 rate 1mbit", ""), "");
	TEST_SAME_TEXT(notes_of("loss gemodel 1% 10% 70% 0.1%", ""), "");
	/* Nothing is left to correlate. */
	TEST_SAME_TEXT(notes_of("duplicate 100% 50%", ""), "");
	/* Nothing that can be seen is moved. */
	TEST_SAME_TEXT(notes_of("loss 100% 50%", ""), "");
	TEST_SAME_TEXT(notes_of("loss 0% 50%", ""), "");
	TEST_SAME_TEXT(notes_of("loss 0.00005% 50%", ""), "");
	TEST_SAME_TEXT(notes_of("corrupt 50% 10%", ""), "");
}

static void a_correlation_says_how_far_it_moves_the_rate(void)
{
	TEST_SAME_TEXT(notes_of("loss 5% 25%", ""),
	               "loses 5% of the frames here and 0.189% on Linux, where a correlation moves the rate\n");
	TEST_SAME_TEXT(notes_of("loss 0.5% 25%", ""),
	               "loses 0.5% of the frames here and fewer than one in a million on Linux, where a correlation moves the rate\n");
	TEST_SAME_TEXT(notes_of("delay 10ms reorder 25% 50% gap 5", ""),
	               "reorders 12.5% of the frames here and 5.42% on Linux, where a correlation moves the rate\n");
	TEST_CONTAINS(notes_of("corrupt 40% 10%", ""), "corrupts 40% of the frames here and 38.");
	TEST_CONTAINS(notes_of("duplicate 10% 25%", ""), "copies 10% of the frames here and 1.");
}

static void so_do_delays(void)
{
	TEST_SAME_TEXT(notes_of("delay 100ms 20ms 90%", ""),
	               "gives 90% of the frames the delay of the one before; on Linux a correlation of delays does as good as nothing\n");
	TEST_SAME_TEXT(notes_of("delay 10s 5s", ""), "has its whole jitter here; Linux cuts one to 2.147483647 s\n");
}

static void what_is_not_about_frames_needs_no_note(void)
{
	const struct fault fault = made_checked_fault("bit", "probability=5%;correlation=25%", "spi_bit", "bit=3");
	char note[NETEM_NOTE_MAX];

	CU_ASSERT_FALSE(netem_note(&fault, note));
}

static void netem_exact_needs_no_note(void)
{
	TEST_SAME_TEXT(notes_of("delay 10s 5s 25% loss 5% 25% duplicate 1% 10%", "netem_exact=true"), "");
}

const CU_TestInfo tests_netem_note[] = {
	{"what means the same needs no note", what_means_the_same_needs_no_note},
	{"a correlation says how far it moves the rate", a_correlation_says_how_far_it_moves_the_rate},
	{"so do delays", so_do_delays},
	{"what is not about frames needs no note", what_is_not_about_frames_needs_no_note},
	{"netem_exact needs no note", netem_exact_needs_no_note},
	CU_TEST_INFO_NULL,
};
