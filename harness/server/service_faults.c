/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: each function is called once for each event of its site, and lets all faults that
 * act change the same effect, in the order of the plan. State that outlives an event is here:
 * which hosts are down, until when, and from when on the draws are other ones.
 */
#include "harness/server/service_faults.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/server/fault.h"
#include "harness/server/names.h"
#include "lib/sim/random.h"

/*
 * Hosts of which it is known that they have been down, one by one; of more, the first are
 * forgotten.
 */
#define DOWN_MAX 64U

/* The stream of the bytes of a garbled body. */
#define GARBAGE "http garbage"

struct service_faults {
	struct armed_faults faults;
	struct random_stream garbage, garbage_then; /* the latter from an instant on */
	sim_ns then;
	struct down {
		uint32_t address;
		sim_ns until;
		bool resets;
	} down[DOWN_MAX], everybody; /* who has a row of its own is not meant by the latter */
	size_t down_count;
	/* there is a fault that takes a host down */
	bool takes_down;
	/* NULL: the hosts are those of server_names */
	const char *(*name_of)(void *ctx, uint32_t address);
	void *name_ctx;
};

static const struct service_fault *act_of(const struct fault *fault)
{
	return action_act(fault->action, LAYER_SERVER);
}

struct service_faults *service_faults_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace,
                                           struct armed_ops ops, void *ctx)
{
	struct service_faults *service_faults = memory_new(sizeof *service_faults);

	armed_faults_open(&service_faults->faults, faults, count, LAYER_SERVER, seed, trace, ops, ctx);
	for (size_t i = 0; i < service_faults->faults.count; i++)
		service_faults->takes_down |= service_faults->faults.list[i].site == SITE_TCP;
	service_faults->garbage = random_stream(seed, GARBAGE);
	service_faults->then = SIM_NEVER;
	return service_faults;
}

void service_faults_redraw(struct service_faults *service_faults, const struct redraw *redraw)
{
	armed_faults_redraw(&service_faults->faults, redraw);
	service_faults->garbage_then = random_stream(redraw->seed, GARBAGE);
	service_faults->then = redraw->asked ? redraw->from_ns : SIM_NEVER;
}

void service_faults_close(struct service_faults *service_faults)
{
	if (service_faults == NULL)
		return;
	armed_faults_close(&service_faults->faults);
	free(service_faults);
}

struct armed_faults *service_faults_armed(struct service_faults *service_faults)
{
	return &service_faults->faults;
}

/* The next fault that acts on this event, from the one at *@place on; NULL: none does any more. */
static const struct fault *next_acting(struct service_faults *service_faults, const struct fault_event *event, size_t *place)
{
	struct armed_faults *faults = &service_faults->faults;

	while (*place < faults->count) {
		struct armed_fault *armed = &faults->list[(*place)++];
		if (armed_fault_acts(faults, armed, event))
			return armed->fault;
	}
	return NULL;
}

/* -- HTTP -- */

struct http_effect service_faults_http(struct service_faults *service_faults, const char *host, const char *target, sim_ns now)
{
	struct http_effect effect = {0};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&service_faults->faults, SITE_HTTP, now);
	event.host = host;
	event.path = target;
	for (size_t place = 0; (fault = next_acting(service_faults, &event, &place)) != NULL;)
		act_of(fault)->http(fault_params(fault), &effect);
	effect.draw = random_bits(now >= service_faults->then ? service_faults->garbage_then : service_faults->garbage, event.number, 0);
	return effect;
}

uint8_t http_effect_garbage(const struct http_effect *effect, uint64_t place)
{
	return (uint8_t)random_bits((struct random_stream){effect->draw}, place, 0);
}

static void make_garbage(struct http_answer *answer, const struct http_effect *effect)
{
	size_t length = answer->body.length;
	char *bytes = memory_new(length + 1);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)http_effect_garbage(effect, i);
	free(answer->owned);
	answer->owned = bytes;
	answer->body = bytes_of(bytes, length);
}

void http_effect_apply(const struct http_effect *effect, struct http_answer *answer)
{
	answer->impairment = effect->impairment;
	if (effect->garbage && answer->body.length > 0)
		make_garbage(answer, effect);
	if (effect->empty)
		answer->body.length = 0;
}

/* -- TLS -- */

bool service_faults_tls(struct service_faults *service_faults, struct tls_config *config, sim_ns now, uint8_t *ret_alert)
{
	struct tls_visit what = {.config = config};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&service_faults->faults, SITE_TLS, now);
	event.host = config->host;
	for (size_t place = 0; (fault = next_acting(service_faults, &event, &place)) != NULL;)
		act_of(fault)->tls(fault_params(fault), &what);
	if (what.alerts)
		*ret_alert = what.alert;
	return what.alerts;
}

/* -- UDP -- */

struct dns_effects service_faults_dns(struct service_faults *service_faults, const char *name, sim_ns now)
{
	struct dns_effects effects = {0};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&service_faults->faults, SITE_DNS, now);
	event.host = name;
	for (size_t place = 0; (fault = next_acting(service_faults, &event, &place)) != NULL;)
		act_of(fault)->dns(fault_params(fault), &effects);
	return effects;
}

bool service_faults_dhcp(struct service_faults *service_faults, struct bytes message, struct dhcp_config *config, uint32_t *device,
                         sim_ns now)
{
	struct dhcp_visit what = {.config = config, .device = device, .answers = true};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&service_faults->faults, SITE_DHCP, now);
	event.kind = dhcp_kind(message);
	for (size_t place = 0; (fault = next_acting(service_faults, &event, &place)) != NULL;)
		act_of(fault)->dhcp(fault_params(fault), &what);
	return what.answers;
}

struct ntp_effect service_faults_ntp(struct service_faults *service_faults, struct ntp_clock *clock, sim_ns now)
{
	struct ntp_effect effect = {0};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&service_faults->faults, SITE_NTP, now);
	for (size_t place = 0; (fault = next_acting(service_faults, &event, &place)) != NULL;)
		act_of(fault)->ntp(fault_params(fault), clock, &effect);
	return effect;
}

/* -- hosts that are down -- */

void service_faults_take_hosts(struct service_faults *service_faults, const char *(*name_of)(void *ctx, uint32_t address), void *ctx)
{
	service_faults->name_of = name_of;
	service_faults->name_ctx = ctx;
}

/* Whether somebody can be at an address: what is for all or for many is for no host. */
static bool is_host(const struct service_faults *service_faults, uint32_t address)
{
	return service_faults->name_of != NULL ? address != 0 && address >> 28 < 14 : names_at(address) != NULL;
}

static const char *name_of(const struct service_faults *service_faults, uint32_t address)
{
	const struct server_name *row = names_at(address);

	if (service_faults->name_of != NULL)
		return service_faults->name_of(service_faults->name_ctx, address);
	return row != NULL ? row->name : NULL;
}

static struct down *row_of(struct service_faults *service_faults, uint32_t address)
{
	for (size_t i = 0; i < service_faults->down_count; i++)
		if (service_faults->down[i].address == address)
			return &service_faults->down[i];
	if (service_faults->down_count == DOWN_MAX)
		memmove(service_faults->down, service_faults->down + 1, --service_faults->down_count * sizeof *service_faults->down);
	return &service_faults->down[service_faults->down_count++];
}

static uint32_t take_down(struct service_faults *service_faults, const struct host_fall *fall, uint32_t address, sim_ns now)
{
	const struct down down = {address, now + fall->for_ns, fall->resets};

	if (fall->all) {
		service_faults->everybody = down;
		service_faults->down_count = 0;
		return UINT32_MAX;
	}
	if (is_host(service_faults, address))
		*row_of(service_faults, address) = down;
	return address;
}

/* NULL: it is up. */
static const struct down *find_down(const struct service_faults *service_faults, uint32_t address, sim_ns now)
{
	const struct down *down = &service_faults->everybody;

	if (!is_host(service_faults, address))
		return NULL;
	for (size_t i = 0; i < service_faults->down_count; i++)
		if (service_faults->down[i].address == address)
			down = &service_faults->down[i];
	return now < down->until ? down : NULL;
}

bool service_faults_is_down(const struct service_faults *service_faults, uint32_t address, sim_ns now)
{
	return find_down(service_faults, address, now) != NULL;
}

/*
 * An event of srv.tcp, of which there are many: what the host is called is asked only if a fault
 * may want to know. @return as ret_fallen below.
 */
static uint32_t take_segment(struct service_faults *service_faults, uint32_t address, sim_ns now)
{
	const struct fault *fault;
	uint32_t fallen = 0;

	struct fault_event event = armed_faults_next(&service_faults->faults, SITE_TCP, now);
	if (!service_faults->takes_down)
		return 0;
	event.host = name_of(service_faults, address);
	for (size_t place = 0; (fault = next_acting(service_faults, &event, &place)) != NULL;) {
		struct host_fall how;
		act_of(fault)->tcp(fault_params(fault), &how);
		fallen |= take_down(service_faults, &how, address, now);
	}
	return fallen;
}

enum passage service_faults_packet(struct service_faults *service_faults, uint32_t address, bool is_tcp, sim_ns now, uint32_t *ret_fallen)
{
	*ret_fallen = 0;
	if (is_tcp)
		*ret_fallen = take_segment(service_faults, address, now);
	const struct down *down = find_down(service_faults, address, now);
	if (down == NULL)
		return PASSAGE_FREE;
	return is_tcp && down->resets ? PASSAGE_RESET : PASSAGE_LOST;
}
