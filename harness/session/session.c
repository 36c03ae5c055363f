/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the device asks and the session answers, one request at a time. A request carries
 * the guest's time; the world runs up to it, the request is served, and the answer tells the level
 * of INT and when the world next does something. The virtual CPU stands still meanwhile, so the
 * answer takes no guest time, and how long the host needed for it cannot be seen from inside.
 *
 * Resets. Every boot of the guest counts its time from 0, and virtual time goes on. The handshake
 * of a boot carries the machine's own counter, which no reset touches: what it is ahead of the
 * boot's time, less what it was ahead at the first handshake, is what lies between the guest's time
 * and the world's. A failure of the supply adds the time that it lasts.
 */
#include "harness/session/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xxhash.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "emulator/qemu/qemu.h"
#include "reports/vcd.h"
#include "harness/session/folder.h"
#include "harness/session/handshake.h"
#include "harness/session/configuration.h"
#include "harness/session/decide.h"
#include "harness/session/pace.h"
#include "harness/session/firmware.h"
#include "harness/session/world.h"

/*
 * So much of the host's time passes between two looks at the disk and two progress reports; no look
 * decides anything about the device.
 */
#define LOOK_NS (SIM_S / 4)
/* So many bytes of a message are written out in bus.txt. */
#define LOGGED_BYTES 8U

struct session {
	const struct plan *plan;
	const struct session_options *options;
	const char *dir;
	struct folder folder;
	struct trace *trace;
	struct world world;
	bool has_world;
	struct vcd vcd; /* if the folder has a stream for the bus */
	struct account account;
	struct qemu *qemu;
	sim_ns start, deadline;
	unsigned boots; /* handshakes so far */
	struct configuration configuration;
	/* at the first handshake: the machine's counter, less the boot's time */
	uint64_t ahead_ns;
	uint64_t shift_ns;  /* the world's time, less the present boot's */
	uint64_t off_ns;    /* without supply, in all */
	uint64_t looked_ns; /* when the disk was looked at last, by the host's clock */
	uint64_t requests;  /* that were read, the first included */
	/* the bus stays occupied for so much longer after the request being served */
	uint64_t busy_ns;
	enum session_end end;
	struct error broken; /* why, if END_BROKEN */
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SIM_S + (uint64_t)now.tv_nsec;
}

/* -- one request -- */

/* The guest has booted. After the first time, its clock has begun anew. */
static bool take_handshake(struct session *session, const struct stutter_request *request, const uint8_t *payload)
{
	uint64_t ahead_ns = 0;

	if (!handshake_read(request, payload, &ahead_ns, &session->broken)) {
		session->end = END_BROKEN;
		return false;
	}
	if (session->boots++ == 0)
		session->ahead_ns = ahead_ns;
	configuration_boot(&session->configuration);
	session->shift_ns = ahead_ns - session->ahead_ns + session->off_ns;
	return true;
}

static size_t answer_handshake(const struct session *session, uint8_t *ret_payload)
{
	struct stutter_setup setup = {.version = STUTTER_PROTOCOL_VERSION,
	                              .spi_clock_hz = (uint32_t)session->plan->device.spi_clock_hz,
	                              .flags = session->plan->device.flash.fitted ? STUTTER_HAS_FLASH : 0,
	                              .poll_ns = (uint32_t)session->plan->device.spi_poll_ns};

	memcpy(setup.mac, session->plan->device.mac, sizeof setup.mac);
	memcpy(ret_payload, &setup, sizeof setup);
	return sizeof setup;
}

/*
 * A line a message, short enough to keep and to compare: whatever two runs differ in, the first
 * line that differs shows where it began.
 */
static void log_message(struct session *session, const struct stutter_request *request, const uint8_t *mosi, const uint8_t *miso)
{
	fprintf(session->folder.messages, "%" PRIu64 " cs %u, %u B, mosi %016" PRIx64 " miso %016" PRIx64, session->world.sim.now,
	        request->chip_select, request->length, (uint64_t)XXH3_64bits(mosi, request->length),
	        (uint64_t)XXH3_64bits(miso, request->length));
	for (unsigned i = 0; i < request->length && i < LOGGED_BYTES; i++)
		fprintf(session->folder.messages, "%s%02x/%02x", i == 0 ? ": " : " ", mosi[i], miso[i]);
	(void)fputc('\n', session->folder.messages);
}

static void answer_spi(struct session *session, const struct stutter_request *request, const uint8_t *payload, uint8_t *ret_payload)
{
	load_look(&session->world.load, &session->world.board, session->world.sim.now);
	session->busy_ns = board_spi(&session->world.board, request->chip_select, payload, ret_payload, request->length, request->bus_ns);
	if (session->folder.messages != NULL)
		log_message(session, request, payload, ret_payload);
	/* The picture has one chip select, that of the Ethernet chip. */
	if (session->folder.bus != NULL && request->chip_select == 0)
		vcd_transfer(&session->vcd, payload, ret_payload, request->length, request->bus_ns, session->plan->device.spi_clock_hz,
		             request->now_ns);
}

static void draw_int(void *ctx, bool asserted, sim_ns now)
{
	vcd_int(ctx, asserted, now);
}

/*
 * The lease's and the link's reports come from the system, however long its client is stuck; a
 * retry or a failure is a sign of life, but no progress.
 */
static void hear_report(struct session *session, const struct report *report)
{
	char what[WIRE_LOG_FRAME_TEXT_MAX];

	if (report->kind == REPORT_DHCP || report->kind == REPORT_LINK)
		return;
	bool progress = report->kind == REPORT_PHASE && report->step != REPORT_STEP_RETRY && report->step != REPORT_STEP_FAILED;
	(void)snprintf(what, sizeof what, "report '%.150s'", report->text);
	wire_log_sign(&session->world.wire, what, progress, session->world.sim.now);
}

/* Takes a report of the device; tells whether the session has its result. */
static bool take_event(struct session *session, const uint8_t *payload, size_t length)
{
	char text[VERDICT_TEXT_MAX];

	(void)snprintf(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), (const char *)payload);
	/* What a guest says ends up on terminals and in reports. */
	for (char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	trace_line(session->trace, session->world.sim.now, "device", "%s", text);
	const struct report report = report_read(text);
	const struct evidence evidence = world_evidence(&session->world, false);
	hear_report(session, &report);
	judges_hear(&session->world.judges, &report, &evidence);
	bool done = account_hear(&session->account, &session->world, &report);
	world_enter(&session->world, session->account.phase);
	return done;
}

/*
 * The device was reset, by itself or for want of power. The chips on the board are as they were
 * left.
 */
static void begin_again(struct session *session)
{
	world_booted(&session->world);
	trace_line(session->trace, session->world.sim.now, "session", "the device has booted again (boot %u)", session->boots);
	wire_log_sign(&session->world.wire, "boot", true, session->world.sim.now);
	account_reset(&session->account);
	judges_reset(&session->world.judges);
}

/* Serves a request at the world's now. @return false if the session is at its end. */
static bool serve(struct session *session, const struct stutter_request *request, const uint8_t *payload, uint8_t *ret_payload,
                  size_t *ret_length)
{
	*ret_length = 0;
	session->busy_ns = 0;
	switch (request->op) {
	case STUTTER_SPI:
		answer_spi(session, request, payload, ret_payload);
		*ret_length = request->length;
		return true;
	case STUTTER_POLL:
		return true;
	case STUTTER_HANDSHAKE:
		if (session->boots > 1)
			begin_again(session);
		*ret_length = answer_handshake(session, ret_payload);
		return true;
	case STUTTER_CONFIG:
		*ret_length = configuration_read(&session->configuration, &session->world, session->boots - 1, ret_payload);
		return true;
	case STUTTER_EVENT:
		if (take_event(session, payload, request->length)) {
			session->end = END_RESULT;
			return false;
		}
		return true;
	default:
		session->end = END_BROKEN;
		return error_set(&session->broken, "the guest sent a request of unknown kind %u: was its module built for this version?",
		                 request->op);
	}
}

/* Nothing that comes later can make good what a judge has seen. */
static bool is_lost(const struct session *session)
{
	const struct evidence evidence = world_evidence(&session->world, false);
	struct complaint complaint;

	return !session->plan->keeps_going && judges_lost(&session->world.judges, &evidence, &complaint) != NULL;
}

/* When a judge ends the session if nothing happens until then. */
static sim_ns due(const struct session *session)
{
	const struct evidence evidence = world_evidence(&session->world, false);

	return judges_due(&session->world.judges, &evidence, NULL);
}

/*
 * In wall time it takes until the wall is there. @return false, and the session is at its end, if
 * the far end is gone.
 */
static bool run_until(struct session *session, sim_ns until)
{
	if (session->options->outside == NULL) {
		world_run(&session->world, until);
		return true;
	}
	if (pace_run(&session->world, until, &session->broken))
		return true;
	session->end = END_BROKEN;
	return false;
}

/*
 * Runs the world up to an instant that is its last, if nothing else ends it before. @return false.
 */
static bool end_at(struct session *session, sim_ns last, enum session_end end)
{
	if (run_until(session, last))
		session->end = end;
	return false;
}

/*
 * Runs the world up to the request's time. @return false at the deadline or if the guest's clock
 * went backwards.
 */
static bool advance(struct session *session, const struct stutter_request *request)
{
	if (request->now_ns < session->world.sim.now) {
		session->end = END_BROKEN;
		return error_set(&session->broken, "the guest's clock went backwards, from %" PRIu64 " to %" PRIu64 " ns",
		                 session->world.sim.now, (uint64_t)request->now_ns);
	}
	if (request->now_ns >= session->deadline)
		return end_at(session, session->deadline, END_DEADLINE);
	if (request->now_ns >= due(session))
		return end_at(session, due(session), END_OVERDUE);
	return run_until(session, request->now_ns);
}

static bool look_around(struct session *session)
{
	const struct session_options *options = session->options;

	session->looked_ns = clock_ns(CLOCK_MONOTONIC_COARSE);
	if (options->progress != NULL)
		options->progress(options->ctx, session->world.sim.now - session->start, session->account.phase);
	(void)folder_flush(&session->folder);
	if (folder_sound(&session->folder, &session->broken))
		return true;
	session->end = END_BROKEN;
	return false;
}

static struct stutter_reply make_reply(struct session *session, size_t length)
{
	sim_ns wake = world_next(&session->world);
	uint64_t off_ns;
	bool cut = world_take_power_cut(&session->world, &off_ns);
	bool fell = board_take_int_edge(&session->world.board);

	if (fell)
		load_interrupt(&session->world.load, &session->world.board, session->world.sim.now);
	session->off_ns += off_ns;
	if (wake > session->deadline)
		wake = session->deadline;
	if (wake > due(session))
		wake = due(session);
	/* What comes from outside nobody knows beforehand. */
	if (session->options->outside != NULL && wake > session->world.sim.now + PACE_STEP_NS)
		wake = session->world.sim.now + PACE_STEP_NS;
	return (struct stutter_reply){
		.length = (uint32_t)length,
		.flags = (fell ? STUTTER_INT_FELL : 0) | (cut ? STUTTER_POWER_CUT : 0),
		.wake_ns = wake - session->shift_ns,
		.busy_ns = session->busy_ns,
	};
}

static bool is_result(const struct stutter_request *request, const uint8_t *payload)
{
	static const char word[] = "result ";

	return request->op == STUTTER_EVENT && request->length >= sizeof word - 1 && memcmp(payload, word, sizeof word - 1) == 0;
}

static bool is_held(const struct session *session, const struct stutter_request *request, const uint8_t *payload)
{
	const struct session_hold *hold = session->options->hold;

	if (hold == NULL)
		return false;
	if (strcmp(hold->phase, SESSION_HOLD_RESULT) == 0)
		return is_result(request, payload);
	return hold->at == session->requests || (hold->phase[0] != '\0' && strcmp(hold->phase, session->account.phase) == 0);
}

/* Waits for how to go on. Whoever does, from here, has a folder of its own. */
static bool hold(struct session *session)
{
	struct session_hold *held = session->options->hold;

	(void)folder_flush(&session->folder);
	session->dir = held->wait(held);
	if (!folder_move(&session->folder, session->dir, session->plan, &session->broken)) {
		session->end = END_BROKEN;
		return false;
	}
	held->moved(held);
	return true;
}

/* Answers requests until the session is at its end, which it leaves in session->end. */
static void converse(struct session *session)
{
	uint8_t answer[STUTTER_PAYLOAD_MAX];
	struct stutter_request request;
	const uint8_t *payload;
	size_t length;

	for (;;) {
		if (!qemu_read_request(session->qemu, &request, &payload, &session->broken)) {
			session->end = END_BROKEN;
			return;
		}
		session->requests++;
		if (is_held(session, &request, payload) && !hold(session))
			return;
		if (request.op == STUTTER_HANDSHAKE && !take_handshake(session, &request, payload))
			return;
		request.now_ns += session->shift_ns;
		if (!advance(session, &request) || !serve(session, &request, payload, answer, &length))
			return;
		/* What the request set off at once belongs to its answer. */
		world_run(&session->world, request.now_ns);
		folder_keep_decisions(&session->folder, &session->world.passing.decisions);
		if (is_lost(session)) {
			session->end = END_LOST;
			return;
		}
		struct stutter_reply reply = make_reply(session, length);
		if (!qemu_write_reply(session->qemu, &reply, answer, &session->broken)) {
			session->end = END_BROKEN;
			return;
		}
		if (clock_ns(CLOCK_MONOTONIC_COARSE) - session->looked_ns >= LOOK_NS && !look_around(session))
			return;
	}
}

/* -- the session -- */

/* The first request tells when power-on was by the guest's clock; the world begins there. */
static bool begin_world(struct session *session)
{
	const struct stutter_request *request;
	struct stutter_request first;
	const uint8_t *payload;
	uint8_t answer[STUTTER_PAYLOAD_MAX];
	size_t length;

	request = &first;
	if (!qemu_read_request(session->qemu, &first, &payload, &session->broken))
		return false;
	session->requests = 1;
	if (first.op != STUTTER_HANDSHAKE)
		return error_set(&session->broken, "the guest's first request is of kind %u, not a handshake", first.op);
	if (!take_handshake(session, &first, payload))
		return false;
	session->start = request->now_ns;
	session->deadline = session->start + session->plan->deadline_ns;
	if (!world_open(&session->world, session->plan, session->start, session->trace, &session->folder.captures,
	                session->options->outside, &session->broken))
		return false;
	session->has_world = true;
	if (session->folder.bus != NULL) {
		vcd_begin(&session->vcd, session->folder.bus, session->start);
		session->world.board.int_changed = draw_int;
		session->world.board.int_ctx = &session->vcd;
		vcd_int(&session->vcd, board_int_asserted(&session->world.board), session->start);
	}
	if (!serve(session, request, payload, answer, &length))
		return false;
	struct stutter_reply reply = make_reply(session, length);
	return qemu_write_reply(session->qemu, &reply, answer, &session->broken);
}

static void run_device(struct session *session, struct verdict *verdict)
{
	const struct session_options *options = session->options;
	uint64_t wall = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	session->end = END_BROKEN;
	session->qemu = options->start(options->ctx, session->plan, session->dir, verdict->image_hash, &session->broken);
	bool begun = session->qemu != NULL && begin_world(session);
	verdict->restore_ns = clock_ns(CLOCK_MONOTONIC) - wall;
	if (begun)
		converse(session);
	verdict->wall_ns = clock_ns(CLOCK_MONOTONIC) - wall;
	verdict->outside_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	verdict->requests = session->requests;
	qemu_stop(session->qemu);
}

/* Which of the faults that must have acted did so. In a replay a fault acts by its decisions. */
static void count_acted(const struct plan *plan, const struct world *world, struct verdict *verdict)
{
	for (size_t i = 0; i < EXPECT_ACTED_MAX && plan->expect.acted[i][0] != '\0'; i++) {
		const char *wanted = plan->expect.acted[i];
		bool acted = false;
		for (size_t k = 0; !plan->replay && k < plan->fault_count; k++)
			acted = acted || (expect_means(wanted, plan->faults[k].name) && world_counters(world, k).applied > 0);
		for (size_t k = 0; plan->replay && k < plan->decisions.count; k++)
			acted = acted || (expect_means(wanted, plan->decisions.list[k].name) && world_decision_found(world, k));
		verdict->acted |= (uint32_t)acted << i;
	}
}

/*
 * How the plan's faults or decisions fared. A replay that could not do what it was to do shows
 * nothing.
 */
static void count_rules(const struct session *session, const struct world *world, struct verdict *verdict)
{
	const struct plan *plan = session->plan;

	verdict->replay = plan->replay;
	count_acted(plan, world, verdict);
	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++) {
		struct fault_counters counters = world_counters(world, i);
		verdict->rules[verdict->rule_count].seen = counters.seen;
		verdict->rules[verdict->rule_count].matched = counters.matched;
		verdict->rules[verdict->rule_count++].applied = counters.applied;
	}
	if (!plan->replay)
		return;
	verdict->decisions = plan->decisions.count;
	for (size_t i = 0; i < plan->decisions.count; i++) {
		bool unfound = !world_decision_found(world, i);
		verdict->unfound += unfound;
		verdict->unfound_before += unfound && plan->decisions.list[i].time <= world->sim.now;
	}
	decide_replay(plan->least_found, verdict);
}

static void finish(struct session *session, struct verdict *verdict)
{
	struct world *world = session->has_world ? &session->world : NULL;
	struct error err;

	if (world != NULL) {
		verdict->virtual_ns = world->sim.now - session->start;
		verdict->frames = world->passing.frames[TO_SERVER] + world->passing.frames[TO_DEVICE];
		verdict->spi_messages = world->board.counters.messages;
		verdict->image_bytes = service_log_delivered(&world->far_end.service.log);
	}
	decide_verdict(&session->account, world, session->end, session->broken.text, verdict);
	if (session->options->outside != NULL && world != NULL)
		session->options->outside->ops->conclude(session->options->outside->state, verdict);
	if (world != NULL)
		count_rules(session, world, verdict);
	decide_origin(session->plan, verdict);
	decide_expectation(&session->plan->expect, verdict);
	if (world == NULL)
		return;
	if (session->folder.bus != NULL)
		vcd_end(&session->vcd, world->sim.now);
	trace_line(session->trace, world->sim.now, "session", "%s: %s", verdict_name(verdict->kind), verdict->reason);
	pace_tell(world, &verdict->live);
	world_finish(world);
	(void)trace_digest(session->trace, verdict->digest);
	if (!folder_freeze_plan(session->dir, session->plan, &world->passing.decisions, verdict->image_hash,
	                        session->options->outside != NULL, &err) ||
	    !folder_write_addresses(session->dir, world, &err) || !folder_write_load(session->dir, world, &err) ||
	    (session->plan->replay && !folder_write_replay(session->dir, world, &err))) {
		decide_verdict(&session->account, world, END_BROKEN, err.text, verdict);
		decide_expectation(&session->plan->expect, verdict);
	}
	world_close(world);
}

static void run_in_folder(struct session *session, struct verdict *verdict)
{
	struct error err;

	run_device(session, verdict);
	finish(session, verdict);
	if (!folder_close(&session->folder, &err)) {
		decide_verdict(&session->account, NULL, END_BROKEN, err.text, verdict);
		decide_expectation(&session->plan->expect, verdict);
	}
}

void session_run(const struct plan *plan, const struct session_options *options, struct verdict *ret_verdict)
{
	struct session *session = memory_new(sizeof *session);
	struct error err;

	memset(ret_verdict, 0, sizeof *ret_verdict);
	ret_verdict->requests_shared = options->requests_shared;
	session->plan = plan;
	session->options = options;
	session->dir = options->dir;
	session->end = END_BROKEN;
	account_init(&session->account);
	if (folder_open(&session->folder, options->dir, plan, options->bus, &session->broken)) {
		session->trace = trace_open(folder_trace_sink(&session->folder));
		run_in_folder(session, ret_verdict);
		trace_close(session->trace);
	} else {
		finish(session, ret_verdict);
	}
	if (!folder_write_verdict(session->dir, plan, ret_verdict, &err) && ret_verdict->kind != VERDICT_INCONCLUSIVE) {
		decide_verdict(&session->account, NULL, END_BROKEN, err.text, ret_verdict);
		decide_expectation(&plan->expect, ret_verdict);
	}
	configuration_close(&session->configuration);
	free(session);
}
