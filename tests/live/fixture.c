/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/live/fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness/live/requests.h"
#include "tests/test.h"
#include "tests/unit/proxy/chain.h"
#include "tests/unit/scenario/fixture.h"

#define FRAME_LENGTH 80U
#define NUMBER_AT 44U
/* Of the bridge's time: far beyond what any step needs on a loaded machine. */
#define STEPS_MAX_NS (100 * SIM_S)

/* -- ports over socket pairs -- */

struct pair_port {
	int fd;
	struct port_counters *counters;
	const uint64_t *older_ns;
};

static uint64_t stamp_of(const struct pair_port *port)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return *port->older_ns != 0 ? (uint64_t)now.tv_sec * SIM_S + (uint64_t)now.tv_nsec - *port->older_ns : 0;
}

static bool read_pair(void *state, unsigned most, port_take *take, void *ctx, struct error *err)
{
	struct pair_port *port = state;
	uint8_t data[FRAME_MAX + 64];

	for (unsigned i = 0; i < most; i++) {
		const ssize_t got = recv(port->fd, data, sizeof data, MSG_DONTWAIT);
		if (got < 0)
			return errno == EAGAIN || error_set(err, "recv: %s", strerror(errno));
		if (got == 0)
			return error_set(err, "the cable is out");
		port->counters->received++;
		take(ctx, bytes_of(data, (size_t)got), stamp_of(port));
	}
	return true;
}

static enum sent send_pair(void *state, struct bytes frame, struct error *err)
{
	struct pair_port *port = state;

	if (send(port->fd, frame.data, frame.length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
		port->counters->sent++;
		return SENT_WHOLE;
	}
	port->counters->lost_out++;
	error_set(err, "send: %s", strerror(errno));
	return errno == EAGAIN || errno == EMSGSIZE ? SENT_LOST : SENT_NEVER;
}

static struct port_counters counters_of_pair(void *state)
{
	return *((struct pair_port *)state)->counters;
}

static void close_pair(void *state)
{
	struct pair_port *port = state;

	(void)close(port->fd);
	free(port);
}

static const struct port_ops pair_ops = {read_pair, send_pair, counters_of_pair, close_pair};

static void open_pair(struct live_fixture *f, enum direction direction, const char *name)
{
	struct pair_port *port = calloc(1, sizeof *port);
	int ends[2];

	CU_ASSERT_FATAL(port != NULL && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	*port = (struct pair_port){ends[0], &f->counters[direction], &f->older_ns};
	f->ports[direction] = (struct port){.ops = &pair_ops, .state = port, .fd = ends[0]};
	(void)snprintf(f->ports[direction].name, sizeof f->ports[direction].name, "%s", name);
	f->peers[direction] = ends[1];
}

/* -- steps -- */

static void collect(struct live_fixture *f, enum direction direction)
{
	const int peer = f->peers[direction == TO_SERVER ? TO_DEVICE : TO_SERVER];
	uint8_t data[FRAME_MAX];
	ssize_t got;

	while (peer >= 0 && (got = recv(peer, data, sizeof data, MSG_DONTWAIT)) > 0) {
		if (f->forgets)
			continue;
		CU_ASSERT_FATAL(f->got_count[direction] < LIVE_FIXTURE_FRAMES_MAX);
		f->got[direction][f->got_count[direction]++] = frame_new(data, (size_t)got);
	}
}

static void go_on(void *ctx, struct bridge *bridge)
{
	struct live_fixture *f = ctx;

	collect(f, TO_SERVER);
	collect(f, TO_DEVICE);
	if (bridge_now(bridge) > STEPS_MAX_NS) {
		CU_FAIL("a step was never done");
		bridge_stop(bridge, "the test has failed");
	} else if (*f->steps == NULL) {
		bridge_stop(bridge, "the test was over");
	} else if ((*f->steps)(f, bridge)) {
		f->steps++;
	}
}

static void begin(struct live_fixture *f)
{
	open_pair(f, TO_SERVER, "device0");
	open_pair(f, TO_DEVICE, "server0");
	f->again = eventfd(1, EFD_CLOEXEC);
	CU_ASSERT_FATAL(f->again >= 0);
	f->sides[0] = (struct bridge_side){.fd = f->again, .ready = go_on, .ctx = f};
	(void)snprintf(f->dir, sizeof f->dir, "%s", live_fixture_path(""));
	f->options = (struct bridge_options){
		.plan = &f->plan, .dir = f->dir, .ends = {&f->ports[TO_SERVER], &f->ports[TO_DEVICE]}, .sides = f->sides, .side_count = 1};
}

void live_fixture_open(struct live_fixture *f, const char *scenario)
{
	memset(f, 0, sizeof *f);
	TEST_SAME_TEXT(plan_fixture_open(&f->plan, scenario, "box"), "");
	begin(f);
}

void live_fixture_open_frozen(struct live_fixture *f, const char *path)
{
	struct error err;

	memset(f, 0, sizeof *f);
	CU_ASSERT_FATAL(plan_open_frozen(&f->plan, path, NULL, &plan_fixture_paths, &err));
	begin(f);
}

void live_fixture_run(struct live_fixture *f, live_fixture_step *const *steps)
{
	struct error err;

	f->steps = steps;
	bool good = bridge_run(&f->options, &f->result, &err);
	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
	collect(f, TO_SERVER);
	collect(f, TO_DEVICE);
}

void live_fixture_close(struct live_fixture *f)
{
	for (unsigned i = 0; i < 2; i++) {
		f->ports[i].ops->close(f->ports[i].state);
		if (f->peers[i] >= 0)
			(void)close(f->peers[i]);
		for (size_t k = 0; k < f->got_count[i]; k++)
			frame_free(f->got[i][k]);
	}
	(void)close(f->again);
	bridge_result_close(&f->result);
	plan_close(&f->plan);
}

void live_fixture_send(struct live_fixture *f, enum direction direction, unsigned flow, unsigned number)
{
	struct frame *frame = chain_frame(flow, direction, FRAME_LENGTH);

	put_be16(frame->data + NUMBER_AT, number);
	CU_ASSERT_EQUAL_FATAL(send(f->peers[direction], frame->data, frame->length, 0), (ssize_t)frame->length);
	frame_free(frame);
}

unsigned live_fixture_number(const struct live_fixture *f, enum direction direction, size_t index)
{
	CU_ASSERT_FATAL(index < f->got_count[direction]);
	const uint8_t *data = f->got[direction][index]->data;

	return (unsigned)(data[NUMBER_AT] << 8 | data[NUMBER_AT + 1]);
}

const char *live_fixture_ask(struct live_fixture *f, struct bridge *bridge, const char *line)
{
	FILE *stream = fmemopen(f->answer, sizeof f->answer, "w");

	CU_ASSERT_FATAL(stream != NULL);
	request_answer(bridge, line, stream);
	(void)fclose(stream);
	return f->answer;
}

const char *live_fixture_path(const char *name)
{
	static char path[640];

	(void)snprintf(path, sizeof path, "%s/run%s%s", test_folder(), name[0] != '\0' ? "/" : "", name);
	return path;
}

char *live_fixture_read(const char *name)
{
	char *text = test_read(live_fixture_path(name));

	CU_ASSERT_FATAL(text != NULL);
	return text;
}
