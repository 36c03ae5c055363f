/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/reports/recorded.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/link/packet.h"
#include "reports/pcapng.h"
#include "harness/session/captures.h"
#include "lib/sim/trace.h"

#define HEADERS 54U
#define US UINT64_C(1000)

static FILE *open_file(const char *dir, const char *name)
{
	char *path = memory_format("%s/%s", dir, name);
	FILE *stream = fopen(path, "we");

	CHECK(stream != NULL);
	free(path);
	return stream;
}

void recorded_begin(struct recorded *recorded, const char *dir)
{
	*recorded = (struct recorded){.next = {1000, 5000}};
	recorded->captures[AT_DEVICE] = open_file(dir, CAPTURES_DEVICE);
	recorded->captures[AT_SERVER] = open_file(dir, CAPTURES_SERVER);
	recorded->trace = open_file(dir, "trace.txt");
	pcapng_begin(recorded->captures[AT_DEVICE], "test", "device");
	pcapng_begin(recorded->captures[AT_SERVER], "test", "server");
}

void recorded_end(struct recorded *recorded)
{
	for (size_t i = 0; i < 2; i++)
		(void)fclose(recorded->captures[i]);
	(void)fclose(recorded->trace);
}

static void sight(struct recorded *recorded, enum vantage where, bool sent, uint64_t at_us, const char *cause, struct bytes data)
{
	pcapng_frame(
		recorded->captures[where],
		&(struct pcapng_frame){.time_ns = WORLD_UNIX_BASE_NS + at_us * US, .id = recorded->id, .outbound = sent, .comment = cause},
		data);
}

static struct bytes make_segment(const struct recorded *recorded, const struct recorded_way *way, uint32_t sequence, uint8_t *bytes)
{
	const bool up = way->direction == TO_SERVER;

	memset(bytes, 0, HEADERS + way->length);
	put_be16(bytes + 12, ETHERTYPE_IPV4);
	bytes[14] = 0x45;
	put_be16(bytes + 16, 40U + way->length);
	bytes[22] = 64;
	bytes[23] = IP_TCP;
	put_be32(bytes + 26, up ? 0xc0000264 : 0xc0000201);
	put_be32(bytes + 30, up ? 0xc0000201 : 0xc0000264);
	put_be16(bytes + 34, up ? 40000 : 80);
	put_be16(bytes + 36, up ? 80 : 40000);
	put_be32(bytes + 38, sequence);
	put_be32(bytes + 42, recorded->next[!way->direction]);
	bytes[46] = 5 << 4;
	bytes[47] = way->flags != 0 ? way->flags : TCP_FLAG_ACK;
	return bytes_of(bytes, HEADERS + way->length);
}

static void pass(struct recorded *recorded, const struct recorded_way *way, uint32_t sequence)
{
	const enum vantage from = way->direction == TO_SERVER ? AT_DEVICE : AT_SERVER,
			   to = way->direction == TO_SERVER ? AT_SERVER : AT_DEVICE;
	uint8_t bytes[HEADERS + 1500];
	const struct bytes data = make_segment(recorded, way, sequence, bytes);

	recorded->id++;
	sight(recorded, from, true, way->sent_us, way->cause, data);
	if (way->arrives_us > 0)
		sight(recorded, to, false, way->arrives_us, NULL, data);
}

/* By how much a segment moves the sequence number on. */
static uint32_t counted(const struct recorded_way *way)
{
	return way->length + ((way->flags & (TCP_FLAG_SYN | TCP_FLAG_FIN)) != 0 ? 1U : 0U);
}

void recorded_segment(struct recorded *recorded, const struct recorded_way *way)
{
	const uint32_t sequence = recorded->next[way->direction];

	recorded->next[way->direction] += counted(way);
	pass(recorded, way, sequence);
}

void recorded_repeat(struct recorded *recorded, const struct recorded_way *way)
{
	pass(recorded, way, recorded->next[way->direction] - counted(way));
}

void recorded_forged(struct recorded *recorded, enum direction direction, uint64_t at_us)
{
	const struct recorded_way way = {.direction = direction, .flags = TCP_FLAG_RST};
	uint8_t bytes[HEADERS];

	recorded->id++;
	sight(recorded, direction == TO_SERVER ? AT_SERVER : AT_DEVICE, false, at_us, NULL,
	      make_segment(recorded, &way, recorded->next[direction], bytes));
}

void recorded_line(struct recorded *recorded, uint64_t at_us, const char *topic, const char *text)
{
	fprintf(recorded->trace, "[%3" PRIu64 ".%06" PRIu64 "000] %-7s %s\n", at_us / 1000000, at_us % 1000000, topic, text);
}

void recorded_download(struct recorded *recorded, unsigned segments, unsigned lost_every)
{
	uint64_t at = 1100000;

	recorded_line(recorded, 1000000, "session", "'x' seed 1 on device 'box'");
	recorded_line(recorded, 1000000, "device", "phase download begin");
	for (unsigned i = 1; i <= segments; i++, at += 2000) {
		const bool lost = lost_every > 0 && i % lost_every == 0;
		recorded_segment(recorded, &(struct recorded_way){.direction = TO_DEVICE,
		                                                  .sent_us = at,
		                                                  .arrives_us = lost ? 0 : at + 1300,
		                                                  .cause = lost ? "'loss' drop -> dropped" : NULL,
		                                                  .length = 1460});
		if (i % 2 == 0)
			recorded_segment(recorded,
			                 &(struct recorded_way){.direction = TO_SERVER, .sent_us = at + 1400, .arrives_us = at + 1400});
	}
	recorded_line(recorded, at, "device", "phase download ok");
	recorded_line(recorded, at, "session", "pass: updated");
}
