/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/passing.h"

#include <inttypes.h>
#include <string.h>

#include <xxhash.h>

#include "lib/address/namer.h"
#include "lib/base/check.h"
#include "lib/fault/armed.h"
#include "lib/link/packet.h"

#define CAUSE_MAX 512

void passing_open(struct passing *passing, struct trace *trace, const struct captures *captures)
{
	memset(passing, 0, sizeof *passing);
	passing->trace = trace;
	passing->captures = *captures;
	passing->wire_digest = XXH3_createState();
	CHECK(passing->wire_digest != NULL && XXH3_64bits_reset(passing->wire_digest) == XXH_OK);
	captures_begin(captures);
}

void passing_close(struct passing *passing)
{
	decisions_close(&passing->decisions);
	XXH3_freeState(passing->wire_digest);
	passing->wire_digest = NULL;
}

/* -- captures -- */

void passing_sent(const struct passing *passing, const struct frame *frame, enum direction direction, const char *comment, sim_ns now)
{
	captures_frame(&passing->captures,
	               &(struct sighting){.where = direction == TO_SERVER ? AT_DEVICE : AT_SERVER,
	                                  .sent = true,
	                                  .time = now,
	                                  .id = frame->id,
	                                  .comment = comment},
	               frame_bytes(frame));
}

void passing_received(const struct passing *passing, enum vantage where, uint64_t id, struct bytes data, sim_ns now)
{
	captures_frame(&passing->captures, &(struct sighting){.where = where, .time = now, .id = id}, data);
}

/* A frame comes to the proxy. */
static void note_frame(struct passing *passing, const struct frame *frame, enum direction direction, const char *cause, sim_ns now)
{
	const uint64_t head[3] = {now, direction, frame->length};

	passing->frames[direction]++;
	(void)XXH3_64bits_update(passing->wire_digest, head, sizeof head);
	(void)XXH3_64bits_update(passing->wire_digest, frame->data, frame->length);
	passing_sent(passing, frame, direction, cause, now);
}

/* -- decisions -- */

void passing_keep(struct passing *passing, const struct decision *decision)
{
	decisions_add(&passing->decisions, decision);
}

/* What the chain did to a frame, as decisions at its address. */
static void keep_causes(struct passing *passing, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct decision decision = {.direction = event->direction == TO_SERVER ? MATCH_TO_SERVER : MATCH_TO_DEVICE, .time = event->now};

	(void)naming_render(event->naming, decision.at);
	for (size_t i = 0; i < fate->cause_count; i++) {
		const struct proxy_cause *cause = &fate->causes[i];
		if (cause->consequence)
			continue;
		decision.action = cause->action;
		decision.params = cause->params;
		decision.place = proxy_place(passing->proxy, cause->fault);
		memcpy(decision.name, proxy_fault(passing->proxy, cause->fault)->name, sizeof decision.name);
		passing_keep(passing, &decision);
	}
}

void passing_decided(struct passing *passing, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	char at[ADDRESS_TEXT_MAX], packet[PACKET_TEXT_MAX], cause[CAUSE_MAX];

	if (fate->cause_count == 0 && !fate->dropped) {
		note_frame(passing, frame, event->direction, NULL, event->now);
		return;
	}
	keep_causes(passing, event, fate);
	proxy_fate_render(passing->proxy, fate, event->now, cause, sizeof cause);
	trace_line(passing->trace, event->now, "proxy", "%s #%" PRIu64 " %s %s: %s", direction_name(event->direction), frame->id,
	           naming_render(event->naming, at), packet_render_ends(frame_bytes(frame), packet), cause);
	note_frame(passing, frame, event->direction, cause, event->now);
}

void passing_made(struct passing *passing, const struct frame *frame, enum direction direction, size_t fault, sim_ns release, sim_ns now)
{
	char packet[PACKET_TEXT_MAX], quantity[UNIT_TEXT_MAX];
	bool lost = release == SIM_NEVER;

	trace_line(passing->trace, now, "proxy", "%s #%" PRIu64 " forged by '%s', %s -> %s%s", direction_name(direction), frame->id,
	           proxy_fault(passing->proxy, fault)->name, packet_render(frame_bytes(frame), packet),
	           lost ? "dropped, the proxy's queue is full" : "leaves after ", lost ? "" : unit_show_duration(release - now, quantity));
}

void passing_cut(struct passing *passing, uint64_t place, sim_ns begun, const struct action_params *params)
{
	decisions_amend(&passing->decisions, place, begun, params);
}

static void write_address(void *ctx, enum direction direction, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	fprintf(ctx, "%-9s %s\n", direction_name(direction), address_format(address, text));
}

void passing_write_addresses(const struct namer *namer, FILE *stream)
{
	namer_list(namer, write_address, stream);
}

void passing_write_events(const struct armed_faults *faults, enum site site, FILE *stream)
{
	const bool at_server = fault_sites[site].layer == LAYER_SERVER;

	if (faults->events[site] > 0)
		fprintf(stream, "%-9s %s#1..%" PRIu64 "\n", at_server ? "server" : "board", fault_sites[site].name, faults->events[site]);
}

void passing_finish(const struct passing *passing, sim_ns now)
{
	trace_line(passing->trace, now, "wire", "%" PRIu64 " frames to-server, %" PRIu64 " frames to-device, digest %016" PRIx64,
	           passing->frames[TO_SERVER], passing->frames[TO_DEVICE], (uint64_t)XXH3_64bits_digest(passing->wire_digest));
}
