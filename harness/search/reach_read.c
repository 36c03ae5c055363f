/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session has reached, from the files of its folder. */
#include "harness/search/reach.h"

#include <ctype.h>
#include <jansson.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/text.h"
#include "reports/member.h"
#include "reports/run/cause.h"
#include "harness/scenario/device.h"

#define TOPIC_MAX 12
#define PHASE_MAX 24
#define PHASES_MAX 64
/* Numbers behind this word are kept (reports/run/cause.h). */
#define PORT "status "
/* Before the device has said anything, as verdicts call it. */
#define FIRST_PHASE "start"

/* -- the trace -- */

/* A line of the trace, taken apart. */
struct line {
	uint64_t ns;
	char topic[TOPIC_MAX];
	const char *text;
};

/* When the session entered which phase. */
struct phases {
	struct {
		uint64_t ns;
		char name[PHASE_MAX];
	} list[PHASES_MAX];
	size_t count;
};

struct reader {
	struct reach *reach;
	struct phases phases;
};

static const char *phase_now(const struct reader *reader)
{
	return reader->phases.count > 0 ? reader->phases.list[reader->phases.count - 1].name : FIRST_PHASE;
}

static const char *phase_at(const struct reader *reader, uint64_t ns)
{
	size_t i = reader->phases.count;

	while (i > 0 && reader->phases.list[i - 1].ns > ns)
		i--;
	return i > 0 ? reader->phases.list[i - 1].name : FIRST_PHASE;
}

static void enter_phase(struct reader *reader, uint64_t ns, const char *name, size_t length)
{
	struct phases *phases = &reader->phases;

	if (phases->count == PHASES_MAX)
		memmove(&phases->list[0], &phases->list[1], --phases->count * sizeof phases->list[0]);
	phases->list[phases->count].ns = ns;
	(void)snprintf(phases->list[phases->count++].name, PHASE_MAX, "%.*s", (int)length, name);
}

/* "12.345678901" as nanoseconds. @return what follows; NULL if it is no such time. */
static const char *read_time(const char *text, uint64_t *ret_ns)
{
	char *end;
	const uint64_t seconds = strtoull(text, &end, 10);
	uint64_t ns = 0;

	if (end == text)
		return NULL;
	end += *end == '.';
	for (unsigned digit = 0; digit < 9; digit++) {
		const bool is_digit = isdigit((unsigned char)*end) != 0;
		ns = 10 * ns + (is_digit ? (unsigned)(*end - '0') : 0);
		end += is_digit;
	}
	*ret_ns = seconds * UINT64_C(1000000000) + ns;
	return *end == '\0' ? end : end + 1;
}

/* Leaves out what stands in quotes: names of faults, which say nothing of what happened. */
static void drop_quoted(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		const char *end = *from == '\'' ? strchr(from + 1, '\'') : NULL;
		if (end == NULL)
			*to++ = *from++;
		else
			from = end + 1 + (end[1] == ' ');
	}
	*to = '\0';
}

static void count(struct reader *reader, uint64_t times, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Counts it without its amounts, together with the phase. */
static void count(struct reader *reader, uint64_t times, const char *format, ...)
{
	char raw[1024], text[1024 + PHASE_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	char *normal = cause_normal(raw), *port = strstr(normal, " port " PORT);
	if (port != NULL) {
		port += strlen(" port ");
		memmove(port, port + strlen(PORT), strlen(port + strlen(PORT)) + 1);
	}
	(void)snprintf(text, sizeof text, "%s: %s", phase_now(reader), normal);
	reach_count(reader->reach, text, times);
	free(normal);
}

/* "phase download retry 1: curl 28: too slow after 1000 ms", and whatever else the device says. */
static void read_device(struct reader *reader, uint64_t ns, const char *text)
{
	char name[PHASE_MAX], rest[8];

	if (sscanf(text, "phase %23s %7s", name, rest) == 2 && strcmp(rest, "begin") == 0)
		enter_phase(reader, ns, name, strlen(name));
	/* How far it is and what it uses are amounts, and come at times. */
	if (strncmp(text, "progress ", 9) != 0 && strncmp(text, "usage ", 6) != 0)
		count(reader, 1, "device %s", text);
}

/*
 * "to-device #41 tcp.data[80/8]#557 192.0.2.1:80 > 192.0.2.100:37376 1514 B: 'jitter' delay 7.68 ms
 * -> leaves after 7.68 ms".
 */
static void read_proxy(struct reader *reader, const char *text)
{
	char way[16], at[80];
	const char *cause = strstr(text, " B: ");

	if (sscanf(text, "%15s #%*u %79s", way, at) != 2)
		return;
	char *what = memory_text(cause != NULL ? cause + 4 : "");
	drop_quoted(what);
	const size_t word = strcspn(at, "[#"), flow = at[word] == '[' ? strcspn(at + word, "/]") : 0;
	/* The port is the service's name here, and no amount. */
	count(reader, 1, "proxy %s %.*s%s%.*s: %s", way, (int)word, at, flow > 1 ? " port " PORT : "", (int)(flow > 1 ? flow - 1 : 0),
	      at + word + (flow > 1), what);
	free(what);
}

/* "#3 GET /images/os.bin -> 200, 5461232 B": the status is no amount. */
static void read_http(struct reader *reader, const char *text)
{
	const char *arrow = strstr(text, " -> ");

	if (arrow == NULL)
		count(reader, 1, "http %s", text);
	else
		count(reader, 1, "http %.*s -> status %s", (int)(arrow - text), text, arrow + 4);
}

static void read_tls(struct reader *reader, const char *text)
{
	const char *alert = strstr(text, "has sent alert ");

	if (alert == NULL)
		count(reader, 1, "tls %s", text);
	else
		count(reader, 1, "tls alert sent, code %s", alert + strlen("has sent alert "));
}

static void read_fault(struct reader *reader, const char *text)
{
	char *what = memory_text(text);

	drop_quoted(what);
	count(reader, 1, "fault %s", what);
	free(what);
}

/*
 * "3378 frames received, 0 overflowed": the sums of a session.
 * @return whether it is such a line.
 */
static bool read_sums(struct reader *reader, const struct line *line)
{
	char what[48], text[REACH_TEXT_MAX];
	uint64_t amount;

	if (!isdigit((unsigned char)line->text[0]))
		return false;
	for (const char *at = line->text; at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL)
		if (sscanf(at, " %" SCNu64 " %47[^,]", &amount, what) == 2) {
			(void)snprintf(text, sizeof text, "%s in all: %s", line->topic, what);
			if (strpbrk(what, "0123456789") == NULL)
				reach_amount(reader->reach, text, amount);
		}
	return true;
}

static void read_line(struct reader *reader, const struct line *line)
{
	static const char *const sums[] = {"spi", "wire", "chip", "link", "flash"};
	const char *topic = line->topic, *text = line->text;

	for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
		if (strcmp(topic, sums[i]) == 0 && read_sums(reader, line))
			return;
	if (strcmp(topic, "device") == 0)
		read_device(reader, line->ns, text);
	else if (strcmp(topic, "proxy") == 0)
		read_proxy(reader, text);
	else if (strcmp(topic, "http") == 0)
		read_http(reader, text);
	else if (strcmp(topic, "tls") == 0)
		read_tls(reader, text);
	else if (strcmp(topic, "fault") == 0)
		read_fault(reader, text);
	else if (text[0] != '\'')
		count(reader, 1, "%s %s", topic, text);
}

/*
 * Takes apart "[ 6.788433440] chip reset: power on". Asides, "# [...", are about the run and not of
 * what happened in it.
 */
static bool take_apart(const char *text, struct line *ret_line)
{
	if (text[0] != '[')
		return false;
	const char *rest = read_time(text + 1, &ret_line->ns);
	if (rest == NULL || *rest == '\0')
		return false;
	rest += strspn(rest, " ");
	const size_t length = strcspn(rest, " ");
	(void)snprintf(ret_line->topic, sizeof ret_line->topic, "%.*s", (int)length, rest);
	ret_line->text = rest + length + strspn(rest + length, " ");
	return true;
}

/* Calls @p take with each line of a file. @return false if it cannot be read. */
static bool each_line(const char *dir, const char *name, void (*take)(void *ctx, char *line), void *ctx)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	char *text = memory_file(path);
	if (text == NULL)
		return false;
	for (char *at = text, *rest; *at != '\0'; at = rest) {
		char *end = at + strcspn(at, "\n");
		rest = *end == '\0' ? end : end + 1;
		*end = '\0';
		take(ctx, at);
	}
	free(text);
	return true;
}

static void take_trace(void *ctx, char *text)
{
	struct line line;

	if (take_apart(text, &line))
		read_line(ctx, &line);
}

/* -- levels -- */

/* "time_s,spi_messages,spi_bytes,interrupts,ring_bytes,flash_operations". */
static void take_levels(void *ctx, char *line)
{
	struct reader *reader = ctx;
	char text[REACH_TEXT_MAX];
	uint64_t ns, interrupts, ring;
	const char *rest = isdigit((unsigned char)line[0]) ? read_time(line, &ns) : NULL;

	if (rest == NULL || sscanf(rest, "%*[0-9],%*[0-9],%" SCNu64 ",%" SCNu64, &interrupts, &ring) != 2)
		return;
	(void)snprintf(text, sizeof text, "%s: bytes in the receive ring", phase_at(reader, ns));
	reach_amount(reader->reach, text, ring);
	/* Whether there were any: how many is how fast the link was. */
	(void)snprintf(text, sizeof text, "%s: %s", phase_at(reader, ns), interrupts > 0 ? "interrupts" : "no interrupt");
	reach_count(reader->reach, text, 1);
}

/* -- the kernel -- */

/* "[  274.5] BUG: unable to handle ...": what the kernel has to say of itself. */
static void take_console(void *ctx, char *line)
{
	static const char *const words[] = {"BUG:", "kernel BUG", "Oops", "WARNING:", "panic", "NETDEV WATCHDOG", "Out of memory"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(line, words[i]) != NULL) {
			char text[REACH_TEXT_MAX];
			(void)snprintf(text, sizeof text, "kernel: %s", words[i]);
			reach_count(ctx, text, 1);
			return;
		}
}

/* -- connections -- */

/* What says how a connection went. */
static const struct {
	const char *word, *to_server, *to_device;
} signs[] = {
	{"tcp.syn", "begun", "begun"},
	{"tcp.synack", "accepted", "accepted"},
	{"http.request", "asked", "asked"},
	{"tls.client_hello", "asked", "asked"},
	{"tcp.fin", "closed by the device", "closed by the server"},
	{"tcp.rst", "reset by the device", "reset by the server"},
	{"tcp.retransmission", "sent again by the device", "sent again by the server"},
	{"tls.alert", "alert by the device", "alert by the server"},
};
#define SIGNS (sizeof signs / sizeof signs[0])

struct connection {
	unsigned port, number;
	uint32_t signs; /* bits: 2 x sign + way */
	uint64_t again[2];
};

struct connections {
	struct connection *list;
	size_t count, room;
};

static struct connection *connection_of(struct connections *all, unsigned port, unsigned number)
{
	for (size_t i = all->count; i > 0; i--)
		if (all->list[i - 1].port == port && all->list[i - 1].number == number)
			return &all->list[i - 1];
	if (all->count == all->room) {
		all->room = all->room > 0 ? 2 * all->room : 32;
		all->list = memory_resize(all->list, all->room, sizeof *all->list);
	}
	all->list[all->count] = (struct connection){.port = port, .number = number};
	return &all->list[all->count++];
}

/* "to-server tcp.syn[80/1]#1..2". */
static void take_address(void *ctx, char *line)
{
	char way[16], word[32];
	unsigned port, number;
	uint64_t first, last;

	const int found = sscanf(line, "%15s %31[a-z._][%u/%u]#%" SCNu64 "..%" SCNu64, way, word, &port, &number, &first, &last);
	if (found < 5)
		return;
	const unsigned to_device = strcmp(way, "to-device") == 0;
	for (size_t i = 0; i < SIGNS; i++)
		if (strcmp(word, signs[i].word) == 0) {
			struct connection *connection = connection_of(ctx, port, number);
			connection->signs |= UINT32_C(1) << (2 * i + to_device);
			if (strcmp(word, "tcp.retransmission") == 0)
				connection->again[to_device] = (found == 6 ? last : first) - first + 1;
		}
}

static void tell_connection(struct reach *reach, const struct connection *connection)
{
	char text[REACH_TEXT_MAX];
	struct text all = text_in(text, sizeof text);

	text_add(&all, "connection to %u:", connection->port);
	for (size_t i = 0; i < 2 * SIGNS; i++)
		if ((connection->signs >> i & 1) != 0)
			text_add(&all, " %s,", i % 2 == 0 ? signs[i / 2].to_server : signs[i / 2].to_device);
	reach_count(reach, text, 1);
	for (unsigned way = 0; way < 2; way++)
		if (connection->again[way] > 0) {
			(void)snprintf(text, sizeof text, "connection to %u: segments sent again by the %s", connection->port,
			               way == 0 ? "device" : "server");
			reach_amount(reach, text, connection->again[way]);
		}
}

static void read_connections(struct reach *reach, const char *dir)
{
	struct connections all = {.count = 0};

	(void)each_line(dir, "addresses.txt", take_address, &all);
	for (size_t i = 0; i < all.count; i++)
		tell_connection(reach, &all.list[i]);
	free(all.list);
}

/* -- the verdict -- */

static void note_text(struct reach *reach, const char *what, const char *text)
{
	if (text[0] == '\0')
		return;
	char *normal = cause_normal(text), *whole = memory_format("%s: %s", what, normal);
	reach_count(reach, whole, 1);
	free(normal);
	free(whole);
}

/*
 * "on 192.0.2.1:80 (ESTABLISHED, 2920 bytes not acknowledged), ...": the states of TCP at the far
 * end.
 */
static void note_states(struct reach *reach, const char *waits)
{
	char text[REACH_TEXT_MAX];

	for (const char *at = strchr(waits, '('); at != NULL; at = strchr(at + 1, '(')) {
		(void)snprintf(text, sizeof text, "far end waits: %.*s", (int)strcspn(at + 1, ",)"), at + 1);
		reach_count(reach, text, 1);
	}
}

static void read_verdict(struct reach *reach, const char *dir)
{
	char path[DEVICE_PATH_MAX + 32];

	(void)snprintf(path, sizeof path, "%s/verdict.json", dir);
	json_t *json = json_load_file(path, 0, NULL);
	const json_t *rules = json_object_get(json, "rules"), *rule;
	size_t i;

	note_text(reach, "verdict", member_text(json, "verdict"));
	note_text(reach, "verdict in phase", member_text(json, "phase"));
	note_text(reach, "judge", member_text(json, "judge"));
	note_text(reach, "reason", member_text(json, "reason"));
	note_states(reach, member_text(json_object_get(json, "last_stretch"), "far_end_waits"));
	reach_amount(reach, "retries", member_number(json, "retries"));
	json_array_foreach(rules, i, rule)
	{
		char text[REACH_TEXT_MAX];
		(void)snprintf(text, sizeof text, "acted: %s", member_text(rule, "action"));
		if (member_number(rule, "applied") > 0)
			reach_count(reach, text, member_number(rule, "applied"));
	}
	json_decref(json);
}

bool reach_read(const char *dir, struct reach *ret_reach, struct error *err)
{
	struct reader reader = {.reach = ret_reach};

	*ret_reach = (struct reach){.count = 0};
	if (!each_line(dir, "trace.txt", take_trace, &reader))
		return error_set(err, "%s has no trace that can be read", dir);
	(void)each_line(dir, "series.csv", take_levels, &reader);
	(void)each_line(dir, "console.log", take_console, ret_reach);
	read_connections(ret_reach, dir);
	read_verdict(ret_reach, dir);
	reach_settle(ret_reach);
	return true;
}
