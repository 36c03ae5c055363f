/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/import.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/unit.h"

/* So many addresses can open connections. */
#define CANDIDATES_MAX 1024U
/* With less than this on the way nothing tells one side of it from the other. */
#define NEAR_NS UINT64_C(10000000)
/* One side is so many times as far away as the other, or the capture was made between them. */
#define FARTHER 4U

struct candidate {
	uint32_t address;
	uint64_t opened, exchanges;
};

struct work {
	struct streams *streams;
	struct exchanges *exchanges;
	struct candidate *candidates;
	unsigned candidate_count;
};

/* -- the device -- */

static struct candidate *candidate(struct work *work, uint32_t address)
{
	for (unsigned i = 0; i < work->candidate_count; i++)
		if (work->candidates[i].address == address)
			return &work->candidates[i];
	if (work->candidate_count == CANDIDATES_MAX || address == 0)
		return NULL;
	work->candidates[work->candidate_count] = (struct candidate){.address = address};
	return &work->candidates[work->candidate_count++];
}

static void count_candidates(struct work *work)
{
	work->candidates = memory_new(CANDIDATES_MAX * sizeof *work->candidates);
	for (size_t i = 0; i < streams_count(work->streams); i++) {
		struct candidate *found = candidate(work, streams_summary(work->streams, i).client);
		if (found != NULL)
			found->opened++;
	}
	for (size_t i = 0; i < exchanges_count(work->exchanges); i++) {
		struct candidate *found = candidate(work, exchanges_client(work->exchanges, i));
		if (found != NULL)
			found->exchanges++;
	}
}

static bool is_before(const struct candidate *a, const struct candidate *b)
{
	if (a->opened != b->opened)
		return a->opened > b->opened;
	return a->exchanges != b->exchanges ? a->exchanges > b->exchanges : a->address < b->address;
}

/* @return false if nobody has begun anything. */
static bool find_device(const struct work *work, uint32_t wanted, uint32_t *ret_device, struct import_told *told)
{
	const struct candidate *first = NULL, *second = NULL;

	told->candidates = 0;
	for (unsigned i = 0; i < work->candidate_count; i++) {
		const struct candidate *one = &work->candidates[i];
		told->candidates += one->opened > 0;
		if (wanted != 0 ? one->address == wanted : first == NULL || is_before(one, first)) {
			second = first;
			first = one;
		} else if (wanted == 0 && (second == NULL || is_before(one, second))) {
			second = one;
		}
	}
	if (first == NULL)
		return false;
	told->opened = first->opened;
	told->runner_up = second != NULL ? second->opened : 0;
	*ret_device = first->address;
	return true;
}

/* -- the vantage point -- */

/*
 * What lies between SYN and SYN+ACK is the way to the server and back, what lies between that and
 * the ACK the way to the device and back.
 */
static unsigned find_vantage(const struct streams *streams, uint32_t device)
{
	uint64_t to_server = 0, to_device = 0, count = 0;

	for (size_t i = 0; i < streams_count(streams); i++) {
		const struct flow_summary summary = streams_summary(streams, i);
		if (summary.client != device || summary.syns != 1 || summary.open_ns == 0 || summary.synack_ns == 0)
			continue;
		to_server += summary.synack_ns - summary.syn_ns;
		to_device += summary.open_ns - summary.synack_ns;
		count++;
	}
	if (count == 0 || to_server + to_device < count * NEAR_NS)
		return VANTAGE_UNKNOWN;
	if (to_server / FARTHER > to_device)
		return VANTAGE_DEVICE;
	return to_device / FARTHER > to_server ? VANTAGE_SERVER : VANTAGE_BETWEEN;
}

/* -- the steps -- */

static int compare_steps(const void *a, const void *b)
{
	const struct step *one = a, *other = b;

	if (one->at_ns != other->at_ns)
		return one->at_ns < other->at_ns ? -1 : 1;
	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	return one->port < other->port ? -1 : one->port > other->port;
}

static void drop_step(struct recording *recording)
{
	struct recording last = {.steps = memory_new(sizeof(struct step)), .step_count = 1};

	last.steps[0] = recording->steps[--recording->step_count];
	recording_close(&last);
}

static void take_steps(struct work *work, struct recording *recording, struct import_told *told)
{
	for (size_t i = 0; i < streams_count(work->streams); i++) {
		const struct flow_summary summary = streams_summary(work->streams, i);
		if (summary.client == recording->device && recording->step_count < RECORDING_STEPS_MAX) {
			told->open += summary.open;
			streams_give(work->streams, i, recording_add(recording));
			continue;
		}
		*(summary.client == recording->device   ? &told->beyond
		  : summary.server == recording->device ? &told->to_device
		                                        : &told->of_others) += 1;
	}
	for (size_t i = 0; i < exchanges_count(work->exchanges); i++) {
		const bool is_own = exchanges_are_of(work->exchanges, i, &recording->owner);
		if (!is_own || recording->step_count == RECORDING_STEPS_MAX) {
			*(is_own ? &told->beyond : &told->of_others) += 1;
			continue;
		}
		exchanges_give(work->exchanges, i, recording_add(recording));
		/* What nobody answered was no conversation. */
		const struct step *step = &recording->steps[recording->step_count - 1];
		if (step->kind == STEP_UDP && step->turn_count == 0)
			drop_step(recording);
	}
	if (recording->step_count > 0)
		qsort(recording->steps, recording->step_count, sizeof *recording->steps, compare_steps);
}

static void name_steps(const struct work *work, struct recording *recording)
{
	for (size_t i = 0; i < recording->step_count; i++) {
		struct step *step = &recording->steps[i];
		const char *name = step->address != 0 ? exchanges_name(work->exchanges, step->address) : NULL;
		if (step->kind != STEP_DNS && step->kind != STEP_DHCP && name != NULL)
			(void)snprintf(step->name, sizeof step->name, "%s", name);
	}
}

/* Which step each one waits for. Times become those since the session began. */
static void order_steps(struct recording *recording)
{
	for (size_t i = 0; i < recording->step_count; i++) {
		struct step *step = &recording->steps[i];
		uint64_t latest = 0;
		step->at_ns -= recording->began_ns;
		for (size_t j = 0; j < i; j++) {
			const struct step *before = &recording->steps[j];
			uint64_t end = before->at_ns + before->takes_ns;
			if (end > step->at_ns || (step->follows > 0 && end < latest))
				continue;
			step->follows = (unsigned)j + 1;
			latest = end;
		}
		step->wait_ns = step->follows > 0 ? step->at_ns - latest : 0;
	}
}

const char *import_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* What is in a capture in which nobody has begun anything. */
static bool refuse_empty(const struct packets_counters *counters, struct error *err)
{
	static const char nobody[] = "no device starts anything in this capture: no TCP connection over IPv4 with its SYN, no query";

	if (counters->packets == 0 && strstr(counters->why, "different from the type") != NULL)
		return error_set(err, "its interfaces have different link types: capture on interfaces of one type (%s)", counters->why);
	if (counters->ends_early)
		return error_set(err, "%s in its first %" PRIu64 " packets; the rest cannot be read: %s", nobody, counters->packets,
		                 counters->why);
	if (counters->ipv6 > 0)
		return error_set(err,
		                 "%s; %" PRIu64 " of its %" PRIu64
		                 " packets are IPv6, which a session does not support: capture the device where it uses IPv4",
		                 nobody, counters->ipv6, counters->packets);
	return error_set(err, "%s, in %" PRIu64 " packets", nobody, counters->packets);
}

static bool assemble(struct work *work, struct recording *recording, struct import_told *told, const struct import_options *options,
                     struct error *err)
{
	char address[RECORDING_ADDRESS_MAX];

	count_candidates(work);
	if (!find_device(work, options->device, &recording->device, told)) {
		if (options->device != 0)
			return error_set(err,
			                 "the device %s starts nothing in this capture; without --device, the one that does is looked "
			                 "for",
			                 recording_address(options->device, address));
		return refuse_empty(&told->capture, err);
	}
	recording->vantage = options->vantage != VANTAGE_UNKNOWN ? options->vantage : find_vantage(work->streams, recording->device);
	recording->owner = exchanges_owner(work->exchanges, recording->device);
	take_steps(work, recording, told);
	recording->began_ns = recording->step_count > 0 ? recording->steps[0].at_ns : recording->began_ns;
	name_steps(work, recording);
	order_steps(recording);
	return true;
}

static void read_packets(struct work *work, struct packets *packets)
{
	struct recorded_packet packet;

	while (packets_next(packets, &packet)) {
		if (packet.packet.is_tcp)
			(void)streams_take(work->streams, &packet);
		else
			(void)exchanges_take(work->exchanges, &packet);
	}
}

bool import_stream(struct recording *ret_recording, struct import_told *ret_told, FILE *stream, const char *path,
                   const struct import_options *options, struct error *err)
{
	struct recording recording = {.step_count = 0};
	struct import_told told = {.opened = 0};
	struct work work = {.streams = NULL};
	struct packets *packets;

	if (!packets_open_stream(&packets, stream, path, err))
		return false;
	work.streams = streams_open();
	work.exchanges = exchanges_open();
	read_packets(&work, packets);
	(void)snprintf(recording.source, sizeof recording.source, "%s", import_file_name(path));
	recording.began_ns = packets_began(packets);
	told.capture = packets_counters(packets);
	bool good = assemble(&work, &recording, &told, options, err) || error_at(err, path, 0, 0);
	told.streams = streams_counters(work.streams);
	told.exchanges = exchanges_counters(work.exchanges);
	packets_close(packets);
	streams_close(work.streams);
	exchanges_close(work.exchanges);
	free(work.candidates);
	if (!good) {
		recording_close(&recording);
		return false;
	}
	*ret_recording = recording;
	*ret_told = told;
	return true;
}

bool import_capture(struct recording *ret_recording, struct import_told *ret_told, const char *path, const struct import_options *options,
                    struct error *err)
{
	FILE *stream = fopen(path, "rbe");

	if (stream != NULL)
		return import_stream(ret_recording, ret_told, stream, path, options, err);
	error_set(err, "cannot be read: %s", strerror(errno));
	return error_at(err, path, 0, 0);
}

/* -- telling -- */

static void tell_steps(const struct recording *recording, FILE *stream)
{
	static const char *const places[] = {"where the capture was made cannot be told from its times",
	                                     "the capture was made beside the device", "the capture was made between device and servers",
	                                     "the capture was made beside the servers"};
	uint64_t counts[STEP_KINDS] = {0};
	char address[RECORDING_ADDRESS_MAX];
	const char *comma = "";

	for (size_t i = 0; i < recording->step_count; i++)
		counts[recording->steps[i].kind]++;
	fprintf(stream, "%zu steps of the device %s: ", recording->step_count, recording_address(recording->device, address));
	for (int kind = 0; kind < STEP_KINDS; kind++) {
		if (counts[kind] == 0)
			continue;
		fprintf(stream, "%s%" PRIu64 " %s", comma, counts[kind], step_kind_names[kind]);
		comma = ", ";
	}
	fprintf(stream, "\n%s\n", places[recording->vantage]);
}

void import_tell(const struct recording *recording, const struct import_told *told, FILE *stream)
{
	const struct {
		uint64_t count;
		const char *what;
	} rows[] = {
		{told->of_others, "connections and exchanges between others than the device"},
		{told->beyond, "connections and exchanges of the device beyond what a session holds"},
		{told->to_device, "connections that others have opened to the device"},
		{told->streams.midway, "segments of connections whose beginning was not recorded"},
		{told->streams.too_many, "segments of connections or turns beyond what a session holds"},
		{told->streams.strange, "segments far from where their connection is"},
		{told->streams.missed_bytes, "bytes that were acknowledged and are not in the capture: their number is kept"},
		{told->streams.cut_bytes, "bytes that the capture's snaplen has cut off: their number is kept"},
		{told->exchanges.to_many, "datagrams to groups or broadcast addresses"},
		{told->exchanges.not_dns, "messages of DNS that cannot be read"},
		{told->exchanges.dns_others, "messages of DNS about something other than addresses of IPv4"},
		{told->exchanges.unasked, "answers to what was not recorded"},
		{told->exchanges.too_many, "datagrams beyond what a session holds"},
		{told->exchanges.too_large, "datagrams that are not whole in the capture: their length is kept"},
		{told->capture.ipv6, "packets of IPv6, which a session does not have"},
		{told->capture.not_ipv4 - told->capture.ipv6, "packets that are neither IP nor ARP"},
		{told->capture.fragments, "fragments of IPv4, which are not put together"},
		{told->capture.not_carried, "packets of IPv4 that are neither TCP nor UDP"},
		{told->capture.malformed, "packets whose headers are not whole, or contradict themselves"},
		{told->capture.backwards, "packets with a time before that of the one in front"},
	};

	tell_steps(recording, stream);
	if (told->candidates > 1)
		fprintf(stream,
		        "%u addresses have opened connections; the device %" PRIu64 ", the next %" PRIu64 " (--device says another)\n",
		        told->candidates, told->opened, told->runner_up);
	if (told->streams.repeated + told->streams.reordered > 0)
		fprintf(stream, "put in order: %" PRIu64 " segments that came again, %" PRIu64 " that came late\n", told->streams.repeated,
		        told->streams.reordered);
	if (told->open > 0)
		fprintf(stream,
		        "%" PRIu64
		        " connections had not ended when the capture did; if they had, its last packets were not written: wait a "
		        "second before tcpdump is ended\n",
		        told->open);
	if (told->capture.ends_early)
		fprintf(stream, "not taken: what follows packet %" PRIu64 " in the file: %s\n", told->capture.packets, told->capture.why);
	if (told->capture.set > 0)
		fprintf(stream, "the clock of the capture was set %" PRIu64 " times, and the session's time goes on without that\n",
		        told->capture.set);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].count > 0)
			fprintf(stream, "not taken: %" PRIu64 " %s\n", rows[i].count, rows[i].what);
}
