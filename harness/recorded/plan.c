/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was lost or late as a scenario, and as lines for people. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "lib/base/unit.h"
#include "harness/recorded/form.h"
#include "harness/recorded/losses.h"

#define S UINT64_C(1000000000)
#define MS UINT64_C(1000000)
/* A path that is shorter is as good as none. */
#define PATH_MIN (1 * MS)

/* What lies where the capture cannot see. */
static const char *limit_of(const struct recording *recording)
{
	static const char *const limits[] = {
		"made where its times do not show: what passed it and was sent again may have been lost on either side of it",
		"made beside the device: what the device sent and nobody acknowledged may have been lost either way; what servers sent and "
		"never came shows only where it was sent again",
		"made between both: what was lost behind it shows by its second sending, what was lost in front of it only by the gap that was "
		"filled",
		"made beside the servers: what a server sent and nobody acknowledged may have been lost either way; what the device sent and "
		"never came shows only where it was sent again",
	};

	return limits[recording->vantage];
}

static void write_fault(const struct loss *loss, const struct recording *recording, size_t number, FILE *stream)
{
	char text[UNIT_TEXT_MAX];
	uint64_t at = loss->time_ns > recording->began_ns ? loss->time_ns - recording->began_ns : 0;

	fprintf(stream, "  # at %" PRIu64 ".%06" PRIu64 " s: %s\n", at / S, at % S / 1000, loss->why);
	fprintf(stream, "  - name: %s %zu\n    at: %s\n    direction: %s\n", loss->kind == LOSS_LOST ? "lost" : "late", number, loss->at,
	        direction_name(loss->direction));
	if (loss->kind == LOSS_LOST)
		fputs("    drop: true\n", stream);
	else
		fprintf(stream, "    delay: {time: %s, keep_order: false}\n", unit_format(UNIT_DURATION, loss->late_ns, text));
}

/* The name of a scenario is one of a folder, too. */
static void write_name(const char *name, FILE *stream)
{
	fputs("name: recorded-", stream);
	for (int i = 0; i < 40 && name[i] != '\0' && name[i] != '.'; i++)
		fputc(isalnum((unsigned char)name[i]) || name[i] == '-' ? name[i] : '-', stream);
	fputc('\n', stream);
}

void losses_write(const struct losses *losses, const struct recording *recording, const char *name, const char *session, FILE *stream)
{
	char text[UNIT_TEXT_MAX];
	size_t number = 0;

	fputs("# What ", stream);
	form_quote(recording->source, stream);
	fprintf(stream, " shows to have been lost or late. Only what was observed stands here. The capture:\n# %s.\n", limit_of(recording));
	fputs("# An address behind the first loss of a connection holds as far as its sender sends again as the recorded one did.\n",
	      stream);
	write_name(name, stream);
	fputs("summary: What was lost or late in a recorded session.\nsession: ", stream);
	form_quote(session, stream);
	fputs("\ndevice: recorded\n", stream);
	bool path = losses->round_trip_ns >= PATH_MIN;
	fputs(path || losses->count > losses->unnamed ? "faults:\n" : "faults: []\n", stream);
	if (path)
		fprintf(stream, "  # the shortest round trip of an opening\n  - name: path\n    delay: {time: %s}\n",
		        unit_format(UNIT_DURATION, losses->round_trip_ns / 2 / 1000 * 1000, text));
	for (size_t i = 0; i < losses->count; i++)
		if (losses->list[i].at[0] != '\0')
			write_fault(&losses->list[i], recording, ++number, stream);
	fputs("expect:\n  verdict: any\n", stream);
}

void losses_tell(const struct losses *losses, const struct recording *recording, FILE *stream)
{
	size_t lost = 0;

	for (size_t i = 0; i < losses->count; i++)
		lost += losses->list[i].kind == LOSS_LOST;
	fprintf(stream, "%zu frames were lost, %zu late. The capture: %s\n", lost, losses->count - lost, limit_of(recording));
	if (losses->needless > 0)
		fprintf(stream, "%" PRIu64 " segments were sent again although they had come\n", losses->needless);
	if (losses->more > 0)
		fprintf(stream, "not taken: %" PRIu64 " more that were lost or late; a scenario has no more faults\n", losses->more);
	if (losses->unnamed > 0)
		fprintf(stream, "not taken: %" PRIu64 " that could not be named\n", losses->unnamed);
}
