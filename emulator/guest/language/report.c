/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/guest/language/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emulator/guest/language/reports.h"

/* If @text begins with the whole word @word, moves it to what follows. */
static bool take_word(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0 ||
	    ((*text)[length] != ' ' && (*text)[length] != '\0'))
		return false;
	*text += length + strspn(*text + length, " ");
	return true;
}

static void keep_phase(struct report *report, const char *text, const char *end)
{
	(void)snprintf(report->phase, sizeof report->phase, "%.*s", (int)strcspn(text, end), text);
}

/* A word of a step ends with a colon where a reason follows. */
static enum report_step step_of(const char *text)
{
	static const struct {
		const char *word;
		enum report_step step;
	} steps[] = {{REPORT_WORD_BEGIN, REPORT_STEP_BEGIN},
	             {REPORT_WORD_RETRY, REPORT_STEP_RETRY},
	             {REPORT_WORD_OK, REPORT_STEP_OK},
	             {REPORT_WORD_FAILED, REPORT_STEP_FAILED}};
	const size_t length = strcspn(text, " :");

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (strlen(steps[i].word) == length && memcmp(steps[i].word, text, length) == 0)
			return steps[i].step;
	return REPORT_STEP_OTHER;
}

static bool read_phase(struct report *report, const char *rest)
{
	keep_phase(report, rest, " ");
	rest += strcspn(rest, " ");
	report->step = step_of(rest + strspn(rest, " "));
	return true;
}

static bool read_boot(struct report *report, const char *rest)
{
	(void)sscanf(rest, READ_BOOT, report->slot, report->version, report->state);
	return true;
}

static bool read_usage(struct report *report, const char *rest)
{
	return sscanf(rest, READ_USAGE, &report->files, &report->heap) == 2;
}

static bool read_dhcp(struct report *report, const char *rest)
{
	report->lost_lease = strcmp(rest, REPORT_WORD_LEASEFAIL) == 0 ||
	                     strcmp(rest, REPORT_WORD_NAK) == 0;
	return true;
}

static bool read_nothing(struct report *report, const char *rest)
{
	(void)report;
	(void)rest;
	return true;
}

static bool read_panic(struct report *report, const char *rest)
{
	report->reason = rest;
	return true;
}

/* "PHASE: REASON"; a reason alone names no phase. Whatever is no pass is a failure. */
static bool read_result(struct report *report, const char *rest)
{
	size_t word;

	report->passed = take_word(&rest, REPORT_WORD_PASS);
	(void)take_word(&rest, REPORT_WORD_FAIL);
	report->reason = rest;
	word = strcspn(rest, " :");
	if (word > 0 && rest[word] == ':')
		keep_phase(report, rest, ":");
	return true;
}

static const struct {
	const char *word;
	enum report_kind kind;
	bool (*read)(struct report *report, const char *rest); /* tells whether it is one */
} kinds[] = {
	{REPORT_WORD_PHASE, REPORT_PHASE, read_phase},
	{REPORT_WORD_BOOT, REPORT_BOOT, read_boot},
	{REPORT_WORD_USAGE, REPORT_USAGE, read_usage},
	{REPORT_WORD_DHCP, REPORT_DHCP, read_dhcp},
	{REPORT_WORD_PROGRESS, REPORT_PROGRESS, read_nothing},
	{REPORT_WORD_LINK, REPORT_LINK, read_nothing},
	{REPORT_WORD_PANIC, REPORT_PANIC, read_panic},
	{REPORT_WORD_RESULT, REPORT_RESULT, read_result},
};

struct report report_read(const char *text)
{
	struct report report = {.text = text, .reason = ""};
	const char *rest = text;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (take_word(&rest, kinds[i].word)) {
			report.kind = kinds[i].read(&report, rest) ? kinds[i].kind : REPORT_OTHER;
			break;
		}
	return report;
}
