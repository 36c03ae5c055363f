/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: link, namer, proxy and far end know nothing of each other; the callbacks
 * here join them, and one queue of events (sim.h) drives them. Whoever holds the bus calls
 * world_run() up to its time before it uses the board, and world_next() says when something
 * happens again. The far end is opened last and closed first.
 */
#include "harness/session/world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/address/namer.h"
#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/fault/window.h"
#include "harness/session/firmware.h"

#define LOSS_MAX 512

/* -- the wire and the proxy -- */

static void plan_proxy(struct world *world)
{
	sim_schedule(&world->sim, &world->proxy_event, proxy_next(world->proxy));
}

/* Every frame is named before it comes to the proxy. */
static void submit(struct world *world, struct frame *frame, enum direction direction)
{
	struct named named;

	namer_name(world->namer, direction, frame_bytes(frame), &named);
	proxy_submit(world->proxy, frame, direction, &named, world->sim.now);
	plan_proxy(world);
}

/* A frame has left the chain at @asked. In wall time it may be later by now. */
static void note_passed(const struct world *world, sim_ns asked)
{
	const struct outside *outside = world->outside;

	if (outside != NULL)
		outside->ops->passed(outside->state, outside->ops->now(outside->state) - asked);
}

static void fire_proxy(void *ctx, sim_ns now)
{
	struct world *world = ctx;
	enum direction direction;
	struct frame *frame;

	while ((frame = proxy_deliver(world->proxy, now, &direction)) != NULL) {
		if (direction == TO_DEVICE)
			link_partner_sends(&world->link, frame);
		else
			world_far_end_take(&world->far_end, frame, now);
		note_passed(world, now);
	}
	plan_proxy(world);
}

static void keep_decision(void *ctx, const struct decision *decision)
{
	passing_keep(&((struct world *)ctx)->passing, decision);
}

/*
 * Windows of faults begin and end at what happens in other layers. Who lets it happen has told its
 * own.
 */
static void tell_others(struct world *world, const struct fault_event *event)
{
	static const enum fault_layer layers[] = {LAYER_BOARD, LAYER_SERVER};
	const enum fault_layer own = fault_sites[event->site].layer;

	if (own != LAYER_PROXY)
		proxy_see(world->proxy, event);
	for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
		if (own != layers[i] && world->armed[layers[i]] != NULL)
			armed_faults_see(world->armed[layers[i]], event);
	cable_see(world->cable, event);
}

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct world *world = ctx;
	FILE *events = world->passing.captures.events;
	char at[ADDRESS_TEXT_MAX];

	tell_others(world, event);
	wire_log_see(&world->wire, frame, event->direction, event->naming, fate->dropped, event->now);
	if (event->direction == TO_SERVER)
		judges_see(&world->judges, frame_bytes(frame), event->now);
	if (events != NULL)
		fprintf(events, "%" PRIu64 " %s %s\n", event->now, direction_name(event->direction), naming_render(event->naming, at));
	passing_decided(&world->passing, frame, event, fate);
}

static void made(void *ctx, const struct frame *frame, enum direction direction, size_t fault, sim_ns release, sim_ns now)
{
	passing_made(&((struct world *)ctx)->passing, frame, direction, fault, release, now);
}

static const char *layer_word(enum site site)
{
	return fault_sites[site].layer == LAYER_SERVER ? "server" : "board";
}

static void happened(void *ctx, const struct fault_event *event)
{
	struct world *world = ctx;
	FILE *events = world->passing.captures.events;

	if (events != NULL)
		fprintf(events, "%" PRIu64 " %s %s#%" PRIu64 "\n", event->now, layer_word(event->site), fault_sites[event->site].name,
		        event->number);
	tell_others(world, event);
}

static void link_to_proxy(void *ctx, struct frame *frame, sim_ns now)
{
	(void)now;
	submit(ctx, frame, TO_SERVER);
}

static void far_end_to_proxy(void *ctx, struct frame *frame, sim_ns now)
{
	(void)now;
	submit(ctx, frame, TO_DEVICE);
}

static void reached_far_end(void *ctx, const struct frame *frame, sim_ns now)
{
	const struct world *world = ctx;

	passing_received(&world->passing, AT_SERVER, frame->id, frame_bytes(frame), now);
}

/* For names of what is encrypted, and for the readers of the captures. */
static void keep_secret(void *ctx, const char *line)
{
	struct world *world = ctx;

	namer_secret(world->namer, line);
	captures_secret(&world->passing.captures, line);
}

static void link_to_board(void *ctx, const struct link_arrival *arrival, sim_ns now)
{
	struct world *world = ctx;

	const struct bytes frame = bytes_of(arrival->data, arrival->length - FRAME_FCS);

	passing_received(&world->passing, AT_DEVICE, arrival->id, frame, world->sim.now);
	world_far_end_delivered(&world->far_end, frame);
	board_frame_arrived(&world->board, arrival->data, arrival->length, now);
	load_look(&world->load, &world->board, now);
}

/*
 * What the device has sent into the cable; what it was to hear and did not is in the server's
 * capture, as sent.
 */
static void lost(void *ctx, const struct frame *frame, enum direction direction, const char *why, sim_ns now)
{
	const struct world *world = ctx;
	char comment[LOSS_MAX];

	(void)now;
	(void)snprintf(comment, sizeof comment, "lost on the cable, %s", why);
	if (direction == TO_SERVER)
		passing_sent(&world->passing, frame, direction, comment, world->sim.now);
}

static void sent(void *ctx, const struct medium_outcome *outcome, sim_ns now)
{
	struct world *world = ctx;

	board_frame_sent(&world->board, outcome, now);
}

static void carrier_sensed(void *ctx, bool carrier, sim_ns now)
{
	struct world *world = ctx;

	board_carrier_sensed(&world->board, carrier, now);
}

static void carrier_changed(void *ctx, bool up, sim_ns now)
{
	struct world *world = ctx;

	board_carrier(&world->board, up, now);
}

/* -- the supply -- */

static void supply_returns(void *ctx, sim_ns now)
{
	struct world *world = ctx;

	board_power(&world->board, true, now);
}

/* The board is without supply; the processor hears of it by the answer to its next request. */
static void supply_fails(void *ctx, uint64_t off_ns, sim_ns now)
{
	struct world *world = ctx;

	world->supply_failed = true;
	world->off_ns = off_ns;
	sim_schedule(&world->sim, &world->power_back, now + off_ns);
}

bool world_take_power_cut(struct world *world, uint64_t *ret_off_ns)
{
	bool failed = world->supply_failed;

	*ret_off_ns = failed ? world->off_ns : 0;
	world->supply_failed = false;
	return failed;
}

/* -- the whole -- */

static bool is_at_site(const struct window_edge *edge)
{
	struct fault_address address;
	struct error err;

	return edge->kind == EDGE_ADDRESS && fault_address_parse(edge->at, &address, &err) && address.site != SITE_FRAME;
}

/* The faults of board and cable: the plan's, or its decisions. */
static void open_faults(struct world *world)
{
	const struct plan *plan = world->plan;

	world->faults = plan->faults;
	world->fault_count = plan->fault_count;
	if (plan->replay) {
		world->faults = world->made = memory_new(plan->decisions.count * sizeof *world->made);
		world->decision_places = memory_new(plan->decisions.count * sizeof *world->decision_places);
		world->fault_count = 0;
		for (size_t i = 0, in_proxy = 0; i < plan->decisions.count; i++) {
			bool of_proxy = plan->decisions.list[i].action->site == SITE_FRAME;
			world->decision_places[i] = of_proxy ? in_proxy++ : world->fault_count;
			if (!of_proxy)
				world->made[world->fault_count++] = fault_again(&plan->decisions.list[i]);
		}
	}
	size_t count = plan->replay ? world->fault_count : plan->fault_count;
	/* Whoever writes down what passes wants to be told, too. */
	world->tells_events = world->passing.captures.events != NULL;
	for (size_t i = 0; i < count; i++)
		world->tells_events |= is_at_site(&world->faults[i].match.from) || is_at_site(&world->faults[i].match.until);
}

static struct nic_config nic_of(const struct device *device, uint64_t seed)
{
	unsigned revision;

	CHECK(device_revision(device, &revision));
	return (struct nic_config){
		.seed = random_bits(random_stream(seed, "errata"), 0, 0),
		.spi_clock_hz = (uint32_t)device->spi_clock_hz,
		.revision = revision,
		.errata = device->errata,
		.lax_bit_fields = device->bit_fields_reach_mac,
	};
}

static struct nor_config flash_of(const struct flash_part *part, uint64_t seed)
{
	struct nor_config config = nor_config_default();

	config.page_ns = part->page_program_ns;
	config.first_byte_ns = part->first_byte_ns;
	config.next_byte_ns = part->next_byte_ns;
	config.sector_ns = part->sector_erase_ns;
	config.half_block_ns = part->half_block_erase_ns;
	config.block_ns = part->block_erase_ns;
	config.chip_ns = part->chip_erase_ns;
	config.seed = random_bits(random_stream(seed, "flash"), 0, 0);
	return config;
}

static void fit_flash(struct world *world, const struct plan *plan)
{
	const struct nor_config config = flash_of(&plan->device.flash, plan->seed);

	if (plan->device.flash.fitted)
		(void)board_fit_flash(&world->board, &config);
}

static struct armed_ops armed_ops(const struct world *world)
{
	return (struct armed_ops){keep_decision, world->tells_events ? happened : NULL};
}

/* Before anything has come that could be decided about. */
static void redraw_faults(struct world *world)
{
	const struct plan *plan = world->plan;
	char text[UNIT_TEXT_MAX];

	if (plan->redraw.asked)
		trace_aside(world->trace, world->sim.now, "session", "from %s on faults draw as with seed %" PRIu64,
		            unit_show_duration(plan->redraw.from_ns, text), plan->redraw.seed);
	proxy_redraw(world->proxy, plan->faults, plan->fault_count, &plan->redraw);
	armed_faults_redraw(world->armed[LAYER_LINK], &plan->redraw);
	armed_faults_redraw(world->armed[LAYER_BOARD], &plan->redraw);
	service_faults_redraw(world->service_faults, &plan->redraw);
}

/* And what lies in the flash of a device that updates in stages. */
static void open_service_faults(struct world *world)
{
	const struct plan *plan = world->plan;

	world->service_faults = service_faults_open(world->faults, world->fault_count, plan->seed, world->trace, armed_ops(world), world);
	world->armed[LAYER_SERVER] = service_faults_armed(world->service_faults);
	redraw_faults(world);
	if (plan->device.agent.flow == DEVICE_FLOW_STAGED)
		firmware_open(world);
}

/* The first line of the trace; in wall time its first instant is that of the wall's. */
static void begin_time(struct world *world, sim_ns start, const struct captures *captures)
{
	const struct plan *plan = world->plan;
	const struct outside *outside = world->outside;
	struct captures dated = *captures;

	world->unix_base_ns = WORLD_UNIX_BASE_NS;
	if (outside != NULL)
		world->unix_base_ns = dated.began_ns = outside->ops->begin(outside->state, start);
	/* The far end announces itself while it opens, so the captures begin before. */
	passing_open(&world->passing, world->trace, &dated);
	trace_line(world->trace, start, "session", "'%s' seed %" PRIu64 " on device '%s'%s%s", plan->name, plan->seed, plan->device.name,
	           outside == NULL               ? ""
	           : outside_is_far_end(outside) ? ", in wall time, with the far end behind "
	                                         : ", in wall time",
	           outside_is_far_end(outside) ? outside->far_end : "");
}

/* -- the list: what each part sends or tells, and who gets it -- */

static const struct proxy_ops proxy_ops = {.decided = decided, .made = made};
static const struct link_ops link_ops = {link_to_proxy, link_to_board, sent, carrier_sensed, carrier_changed, lost};
static const struct world_far_end_ops far_end_ops = {far_end_to_proxy, reached_far_end, keep_secret};

static void open_link(struct world *world)
{
	const struct plan *plan = world->plan;

	link_init(&world->link, &plan->link, device_nic(&plan->device)->bit_ns, &link_ops, world, &world->sim, world->trace, plan->seed);
	/*
	 * Whatever leaves the proxy or comes from the far end has to cross the wire, as a frame,
	 * before the device can notice it.
	 */
	world->proxy_event = (struct sim_event){.fire = fire_proxy, .ctx = world, .lag = link_jam_ns(&world->link)};
	world->cable = cable_open(world->faults, world->fault_count, plan->seed, &world->link, &world->sim, world->trace, armed_ops(world),
	                          world);
	world->armed[LAYER_LINK] = cable_faults(world->cable);
}

static void open_board(struct world *world)
{
	const struct plan *plan = world->plan;
	const struct nic_config nic = nic_of(&plan->device, plan->seed);
	struct board_faults *faults = board_faults_open(world->faults, world->fault_count, plan->seed, world->trace, armed_ops(world),
	                                                world);

	world->armed[LAYER_BOARD] = board_faults_armed(faults);
	board_open(&world->board, device_nic(&plan->device), &nic, &world->link, faults, &world->sim, world->trace);
	fit_flash(world, plan);
	world->power_back = (struct sim_event){.fire = supply_returns, .ctx = world};
	world->board.power_cut = supply_fails;
	world->board.power_ctx = world;
}

bool world_open(struct world *world, const struct plan *plan, sim_ns start, struct trace *trace, const struct captures *captures,
                const struct outside *outside, struct error *err)
{
	memset(world, 0, sizeof *world);
	world->plan = plan;
	if (!world_far_end_load(&world->far_end, plan, outside, err))
		return false;
	world->trace = trace;
	world->outside = outside;
	sim_open(&world->sim, start);
	load_init(&world->load, start);
	wire_log_open(&world->wire, judge_settings_text(&plan->expect.judges, "signs_of_life"), start);
	judges_open(&world->judges, &plan->expect.judges);
	begin_time(world, start, captures);
	open_faults(world);
	world->namer = namer_open();
	world->proxy = plan->replay ? proxy_open_frozen(&plan->decisions, proxy_ops, world)
	                            : proxy_open(plan->faults, plan->fault_count, plan->seed, proxy_ops, world);
	world->passing.proxy = world->proxy;
	open_link(world);
	open_board(world);
	world_far_end_open(&world->far_end, &world->sim, trace, link_jam_ns(&world->link), far_end_ops, world);
	open_service_faults(world);
	world_far_end_serve(&world->far_end, world->faults, world->fault_count, world->service_faults, world->unix_base_ns);
	return true;
}

void world_close(struct world *world)
{
	world_far_end_close(&world->far_end);
	service_faults_close(world->service_faults);
	cable_close(world->cable);
	board_close(&world->board);
	link_close(&world->link);
	proxy_close(world->proxy);
	namer_close(world->namer);
	world_far_end_unload(&world->far_end);
	firmware_close(world);
	passing_close(&world->passing);
	wire_log_close(&world->wire);
	judges_close(&world->judges);
	free(world->made);
	free(world->decision_places);
	sim_close(&world->sim);
}

void world_enter(struct world *world, const char *phase)
{
	if (world->passing.captures.events != NULL)
		fprintf(world->passing.captures.events, "%" PRIu64 " phase %s\n", world->sim.now, phase);
	proxy_enter(world->proxy, phase);
	armed_faults_enter(world->armed[LAYER_BOARD], phase);
	armed_faults_enter(world->armed[LAYER_SERVER], phase);
	cable_enter(world->cable, phase, world->sim.now);
}

void world_date(struct world *world, uint64_t unix_base_ns)
{
	world->unix_base_ns = world->passing.captures.began_ns = unix_base_ns;
	world_far_end_date(&world->far_end, unix_base_ns);
}

void world_booted(struct world *world)
{
	world->frames_before_boot = world->passing.frames[TO_SERVER];
}

void world_run(struct world *world, sim_ns now)
{
	sim_run_until(&world->sim, now);
}

sim_ns world_next(const struct world *world)
{
	return board_can_interrupt(&world->board) ? sim_next_visible(&world->sim) : SIM_NEVER;
}

/* Of the @index-th of the faults that board, cable and services were opened with. */
static struct fault_counters site_counters(const struct world *world, size_t index)
{
	struct fault_counters counters;

	CHECK(armed_faults_counters(world->armed[action_layer(world->faults[index].action)], index, &counters));
	return counters;
}

struct fault_counters world_counters(const struct world *world, size_t index)
{
	const struct fault *faults = world->plan->faults;
	size_t in_proxy = 0;

	if (faults[index].action->site != SITE_FRAME)
		return site_counters(world, index);
	for (size_t i = 0; i < index; i++)
		in_proxy += faults[i].action->site == SITE_FRAME;
	return proxy_counters(world->proxy, in_proxy);
}

bool world_decision_found(const struct world *world, size_t index)
{
	const size_t in_layer = world->decision_places[index];
	const bool of_frame = world->plan->decisions.list[index].action->site == SITE_FRAME;

	return (of_frame ? proxy_counters(world->proxy, in_layer) : site_counters(world, in_layer)).applied > 0;
}

void world_write_replay(const struct world *world, FILE *stream)
{
	static const char *const directions[] = {"", ", to-server", ", to-device"};
	const struct decisions *decisions = &world->plan->decisions;

	for (size_t i = 0; i < decisions->count; i++) {
		const struct decision *decision = &decisions->list[i];
		const char *word = world_decision_found(world, i) ? "found" : decision->time > world->sim.now ? "not reached" : "not found";
		fprintf(stream, "%-11s '%s' %s at %s%s\n", word, decision->name, decision->action->name,
		        decision->at[0] != '\0'       ? decision->at
		        : decision->during[0] != '\0' ? "the beginning of its phase"
		                                      : "its time",
		        directions[decision->direction]);
	}
}

void world_write_addresses(const struct world *world, FILE *stream)
{
	passing_write_addresses(world->namer, stream);
	for (unsigned site = 0; site < SITES; site++)
		passing_write_events(world->armed[fault_sites[site].layer], (enum site)site, stream);
}

void world_write_load(struct world *world, FILE *stream)
{
	load_write(&world->load, &world->board, world->sim.now, stream);
}

void world_finish(struct world *world)
{
	board_finish(&world->board);
	link_finish(&world->link);
	passing_finish(&world->passing, world->sim.now);
	for (size_t i = 0; i < world->plan->fault_count && !world->plan->replay; i++) {
		const struct fault_counters counters = world_counters(world, i);
		trace_aside(world->trace, world->sim.now, "fault", "'%s': %" PRIu64 " matched, %" PRIu64 " applied%s",
		            world->plan->faults[i].name, counters.matched, counters.applied,
		            counters.applied == 0 ? ": it never did anything" : "");
	}
}
