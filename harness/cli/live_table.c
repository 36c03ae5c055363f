/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/live_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/base/unit.h"

#define RULES_MAX ((size_t)2 * FAULTS_MAX)
#define LINE_MAX_BYTES 256
#define NAME_COLUMNS 24
/* So often a line is written where there is no terminal. */
#define LINES_NS (10 * SIM_S)
/* A rule that has acted so lately stands out. */
#define LATELY_NS SIM_S

/*
 * Writes as much of a line as there are columns for. All is ASCII but names, of which a cut may
 * take more than it had to.
 */
static void put_line(FILE *stream, const char *text, const struct live_table_form *form, bool stands_out)
{
	const bool coloured = stands_out && form->colours;

	fprintf(stream, "%s%.*s%s%s\n", coloured ? "\033[33m" : "", (int)form->columns, text, coloured ? "\033[0m" : "",
	        form->in_place ? "\033[K" : "");
}

static void draw_head(FILE *stream, const struct bridge_status *status, const struct live_table_form *form)
{
	char line[LINE_MAX_BYTES], p50[UNIT_TEXT_MAX], p99[UNIT_TEXT_MAX], most[UNIT_TEXT_MAX];
	const uint64_t s = status->elapsed_ns / SIM_S;

	(void)snprintf(line, sizeof line,
	               "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64 "  to-server %" PRIu64 "  to-device %" PRIu64 "  waiting %" PRIu64 "%s%s",
	               s / 3600, s / 60 % 60, s % 60, status->frames[TO_SERVER], status->frames[TO_DEVICE], status->waiting,
	               status->phase[0] != '\0' ? "  phase " : "", status->phase);
	put_line(stream, line, form, false);
	(void)snprintf(line, sizeof line, "later than asked: p50 %s  p99 %s  max %s  beyond the limit %" PRIu64 "  lost %" PRIu64,
	               unit_show_duration(status->skew.p50_ns, p50), unit_show_duration(status->skew.p99_ns, p99),
	               unit_show_duration(status->skew.max_ns, most), status->skew.beyond,
	               status->ends[0].lost_in + status->ends[0].lost_out + status->ends[1].lost_in + status->ends[1].lost_out);
	put_line(stream, line, form, status->skew.beyond > 0);
}

static void draw_rule(FILE *stream, const struct bridge_rule *rule, const struct live_table_form *form)
{
	const struct fault_counters *counters = &rule->counters;
	const bool lately = counters->last_applied != SIM_NEVER && form->now - counters->last_applied < LATELY_NS;
	char line[LINE_MAX_BYTES];

	(void)snprintf(line, sizeof line, "%-*.*s %-12s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "%s", NAME_COLUMNS, NAME_COLUMNS,
	               rule->fault.name, rule->fault.action->name, counters->seen, counters->matched, counters->applied,
	               rule->gone ? "  gone" : "");
	put_line(stream, line, form, lately && !rule->gone);
}

unsigned live_table_draw(FILE *stream, const struct bridge_status *status, const struct bridge_rule *rules, size_t count,
                         const struct live_table_form *form)
{
	/*
	 * The head, the titles, the line that tells of those that are not shown, and the one the
	 * cursor is in.
	 */
	const size_t room = form->rows > 6 ? form->rows - 5 : 1, shown = count < room ? count : room;
	char line[LINE_MAX_BYTES];
	unsigned lines = 3;

	draw_head(stream, status, form);
	(void)snprintf(line, sizeof line, "%-*s %-12s %10s %10s %10s", NAME_COLUMNS, "fault", "", "seen", "matched", "applied");
	put_line(stream, line, form, false);
	for (size_t i = 0; i < shown; i++, lines++)
		draw_rule(stream, &rules[i], form);
	if (shown < count) {
		(void)snprintf(line, sizeof line, "and %zu more", count - shown);
		put_line(stream, line, form, false);
		lines++;
	}
	return lines;
}

void live_table_line(FILE *stream, const struct bridge_status *status)
{
	char p50[UNIT_TEXT_MAX], p99[UNIT_TEXT_MAX], most[UNIT_TEXT_MAX];

	fprintf(stream, "%" PRIu64 " frames to-server, %" PRIu64 " to-device; later than asked by %s (p50), %s (p99), %s (max)",
	        status->frames[TO_SERVER], status->frames[TO_DEVICE], unit_show_duration(status->skew.p50_ns, p50),
	        unit_show_duration(status->skew.p99_ns, p99), unit_show_duration(status->skew.max_ns, most));
}

static struct live_table_form form_of(const struct live_table *table, sim_ns now)
{
	struct winsize size = {0};

	(void)ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
	return (struct live_table_form){.columns = size.ws_col > 0 ? size.ws_col : 80,
	                                .rows = size.ws_row > 0 ? size.ws_row : 24,
	                                .in_place = true,
	                                .colours = table->colours,
	                                .now = now};
}

void live_table_close(struct live_table *table)
{
	if (table->lines > 0)
		fprintf(stderr, "\033[%uA\033[J", table->lines);
	table->lines = 0;
}

void live_table_show(struct live_table *table, struct bridge *bridge)
{
	const sim_ns now = bridge_now(bridge);
	const struct bridge_status status = bridge_status(bridge);

	if (!table->terminal) {
		if (now - table->told_ns < LINES_NS)
			return;
		table->told_ns = now;
		fprintf(stderr, "%6" PRIu64 " s: ", now / SIM_S);
		live_table_line(stderr, &status);
		fputc('\n', stderr);
		return;
	}
	struct bridge_rule *rules = memory_new(RULES_MAX * sizeof *rules);
	const size_t count = bridge_rules(bridge, rules, RULES_MAX);
	const struct live_table_form form = form_of(table, now);
	live_table_close(table);
	table->lines = live_table_draw(stderr, &status, rules, count < RULES_MAX ? count : RULES_MAX, &form);
	(void)fflush(stderr);
	free(rules);
}
