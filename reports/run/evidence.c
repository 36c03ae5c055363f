/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about a session that went wrong, in the same words and the same order wherever it
 * is told.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/member.h"
#include "reports/run/run.h"

struct teller {
	void (*put)(void *ctx, const char *label, const char *text);
	void *ctx;
};

static void tell(const struct teller *teller, const char *label, const char *text)
{
	if (text[0] != '\0')
		teller->put(teller->ctx, label, text);
}

static void tell_lines(const struct teller *teller, const char *label, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		char *line = memory_format("%.*s", (int)length, text);
		tell(teller, label, line);
		free(line);
		text += length + (text[length] == '\n');
	}
}

/*
 * Times are cut, not rounded, as everywhere: what is said to have been at 2.000 s was not before
 * that.
 */
static void tell_at(const struct teller *teller, const char *label, const json_t *json, const char *key, const char *text)
{
	double seconds = json_number_value(json_object_get(json, key));
	char *line = memory_format("at %.3f s%s%s", floor(seconds * 1000 + 1e-6) / 1000, text[0] != '\0' ? ": " : "", text);

	tell(teller, label, line);
	free(line);
}

static void tell_stretch(const struct teller *teller, const json_t *stretch)
{
	const char *report = member_text(stretch, "report"), *faults = member_text(stretch, "faults");

	if (report[0] != '\0')
		tell_at(teller, "last report", stretch, "report_s", report);
	if (member_text(stretch, "far_end_waits")[0] != '\0')
		tell_at(teller, "far end waits", stretch, "end_s", member_text(stretch, "far_end_waits"));
	tell_at(teller, "last progress", stretch, "progress_s", "");
	tell(teller, "faults since", faults[0] != '\0' ? faults : "none");
	tell_lines(teller, "last frames", member_text(stretch, "frames"));
}

void run_evidence(const struct run_session *session, void (*put)(void *ctx, const char *label, const char *text), void *ctx)
{
	const struct teller teller = {put, ctx};
	const json_t *stretch = json_object_get(session->json, "last_stretch");

	if (session->reason[run_why(session)] == '\n')
		tell_lines(&teller, "besides", session->reason + run_why(session) + 1);
	if (stretch != NULL)
		tell_stretch(&teller, stretch);
	tell(&teller, "first problem", member_text(session->json, "first_trouble"));
	tell(&teller, "faults then", member_text(session->json, "first_trouble_faults"));
	tell_lines(&teller, "frames then", member_text(session->json, "first_trouble_frames"));
}
