/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workflow commands of GitHub Actions, which become annotations: `::error file=F,title=T::MESSAGE`.
 * GitHub shows few of them a step, so a cause has one, however many sessions it has.
 */
#include <stdlib.h>

#include "reports/run/reports.h"
#include "reports/text.h"

/*
 * How GitHub's toolkit escapes: line ends would end the command; in a property so do the marks
 * between properties.
 */
static void put(FILE *stream, const char *text, bool is_property)
{
	uint32_t c;

	while ((c = text_next(&text)) != 0) {
		if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ',')))
			fprintf(stream, "%%%02X", (unsigned)c);
		else
			text_put(stream, c < ' ' || c == 0x7f ? TEXT_REPLACEMENT : c);
	}
}

static void put_command(FILE *stream, const char *command, const char *source, const char *title)
{
	fprintf(stream, "::%s file=", command);
	put(stream, source, true);
	fputs(",line=1,title=", stream);
	put(stream, title, true);
	fputs("::", stream);
}

static void put_name(void *ctx, const char *line)
{
	FILE *stream = ctx;

	put(stream, line, false);
	fputs("%0A", stream);
}

static void put_cause(FILE *stream, const struct causes *causes, const struct cause *cause)
{
	char title[96];

	(void)snprintf(title, sizeof title, "%s in %zu session%s", run_outcome_name(cause->first), cause->count,
	               cause->count == 1 ? "" : "s");
	put_command(stream, cause->first->outcome == RUN_FAILED ? "error" : "warning", cause->first->source, title);
	put(stream, cause->first->reason, false);
	if (cause->first->expectation[0] != '\0') {
		fputs(" (", stream);
		put(stream, cause->first->expectation, false);
		fputc(')', stream);
	}
	fputs("%0A", stream);
	cause_names(causes, cause, put_name, stream);
	put(stream, cause->first->replay, false);
	fputc('\n', stream);
}

void report_github(FILE *stream, const struct causes *causes)
{
	size_t count;
	struct run_idle *idle = run_idle_rules(causes->run, &count);
	const char *text;

	for (size_t i = 0; i < causes->count; i++)
		put_cause(stream, causes, &causes->list[i]);
	for (size_t i = 0; (text = run_missing(causes->run, i)) != NULL; i++)
		fprintf(stream, "::error title=A shard is missing::shard %s " RUN_MISSING_TEXT "\n", text);
	for (size_t i = 0; (text = run_note(causes->run, i)) != NULL; i++) {
		fputs("::notice::", stream);
		put(stream, text, false);
		fputc('\n', stream);
	}
	for (size_t i = 0; i < count; i++) {
		put_command(stream, "warning", idle[i].source, "A fault never matched");
		put(stream, idle[i].scenario, false);
		fputs(": ", stream);
		put(stream, idle[i].rule, false);
		fputc('\n', stream);
	}
	free(idle);
}
