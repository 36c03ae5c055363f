/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/disrupt.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/server/fault.h"
#include "harness/server/names.h"
#include "lib/sim/random.h"

/* Hosts of which it is known that they have been down, one by one; of more, the first are forgotten. */
#define DOWN_MAX 64U

/* The stream of the bytes of a garbled body. */
#define GARBAGE "http garbage"

struct disruptor {
	struct armed_faults faults;
	struct random_stream garbage, garbage_then; /* the latter from an instant on */
	sim_ns then;
	struct down {
		uint32_t address;
		sim_ns until;
		bool resets;
	} down[DOWN_MAX], everybody; /* who has a row of its own is not meant by the latter */
	size_t down_count;
	bool takes_down;                                     /* there is a fault that takes a host down */
	const char *(*name_of)(void *ctx, uint32_t address); /* NULL: the hosts are those of server_names */
	void *name_ctx;
};

static const struct service_fault *act_of(const struct fault *fault)
{
	return fault->action->act;
}

/* Whether a fault has what is asked for at its site. */
static bool has_effect(const struct armed_fault *armed)
{
	const struct service_fault *act = act_of(armed->fault);
	const bool has[SITES_ALL] = {
		[SITE_DHCP] = act->dhcp != NULL, [SITE_DNS] = act->dns != NULL, [SITE_NTP] = act->ntp != NULL,
		[SITE_TCP] = act->tcp != NULL,   [SITE_TLS] = act->tls != NULL, [SITE_HTTP] = act->http != NULL,
	};

	return has[armed->site];
}

struct disruptor *disruptor_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct armed_ops ops,
                                 void *ctx)
{
	struct disruptor *disruptor = memory_new(sizeof *disruptor);

	armed_faults_open(&disruptor->faults, faults, count, LAYER_SERVER, seed, trace, ops, ctx);
	for (size_t i = 0; i < disruptor->faults.count; i++) {
		CHECK(has_effect(&disruptor->faults.list[i]));
		disruptor->takes_down |= disruptor->faults.list[i].site == SITE_TCP;
	}
	disruptor->garbage = random_stream(seed, GARBAGE);
	disruptor->then = SIM_NEVER;
	return disruptor;
}

void disruptor_redraw(struct disruptor *disruptor, const struct redraw *redraw)
{
	armed_faults_redraw(&disruptor->faults, redraw);
	disruptor->garbage_then = random_stream(redraw->seed, GARBAGE);
	disruptor->then = redraw->asked ? redraw->from_ns : SIM_NEVER;
}

void disruptor_close(struct disruptor *disruptor)
{
	if (disruptor == NULL)
		return;
	armed_faults_close(&disruptor->faults);
	free(disruptor);
}

struct armed_faults *disruptor_faults(struct disruptor *disruptor)
{
	return &disruptor->faults;
}

/* The next fault that acts on this event, from the one at *@place on; NULL: none does any more. */
static const struct fault *next_acting(struct disruptor *disruptor, const struct fault_event *event, size_t *place)
{
	struct armed_faults *faults = &disruptor->faults;

	while (*place < faults->count) {
		struct armed_fault *armed = &faults->list[(*place)++];
		if (armed_fault_acts(faults, armed, event))
			return armed->fault;
	}
	return NULL;
}

/* -- HTTP -- */

struct upset disruptor_http(struct disruptor *disruptor, const char *host, const char *target, sim_ns now)
{
	struct upset upset = {0};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&disruptor->faults, SITE_HTTP, now);
	event.host = host;
	event.path = target;
	for (size_t place = 0; (fault = next_acting(disruptor, &event, &place)) != NULL;)
		act_of(fault)->http(fault_params(fault), &upset);
	upset.draw = random_bits(now >= disruptor->then ? disruptor->garbage_then : disruptor->garbage, event.number, 0);
	return upset;
}

uint8_t upset_garbage(const struct upset *upset, uint64_t place)
{
	return (uint8_t)random_bits((struct random_stream){upset->draw}, place, 0);
}

static void make_garbage(struct http_answer *answer, const struct upset *upset)
{
	size_t length = answer->body.length;
	char *bytes = memory_new(length + 1);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)upset_garbage(upset, i);
	free(answer->owned);
	answer->owned = bytes;
	answer->body = bytes_of(bytes, length);
}

void upset_apply(const struct upset *upset, struct http_answer *answer)
{
	answer->trouble = upset->trouble;
	if (upset->garbage && answer->body.length > 0)
		make_garbage(answer, upset);
	if (upset->empty)
		answer->body.length = 0;
}

/* -- TLS -- */

bool disruptor_tls(struct disruptor *disruptor, struct tls_config *config, sim_ns now, uint8_t *ret_alert)
{
	struct tls_visit what = {.config = config};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&disruptor->faults, SITE_TLS, now);
	event.host = config->host;
	for (size_t place = 0; (fault = next_acting(disruptor, &event, &place)) != NULL;)
		act_of(fault)->tls(fault_params(fault), &what);
	if (what.alerts)
		*ret_alert = what.alert;
	return what.alerts;
}

/* -- UDP -- */

struct dns_spoilages disruptor_dns(struct disruptor *disruptor, const char *name, sim_ns now)
{
	struct dns_spoilages spoilages = {0};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&disruptor->faults, SITE_DNS, now);
	event.host = name;
	for (size_t place = 0; (fault = next_acting(disruptor, &event, &place)) != NULL;)
		act_of(fault)->dns(fault_params(fault), &spoilages);
	return spoilages;
}

bool disruptor_dhcp(struct disruptor *disruptor, struct bytes message, struct dhcp_config *config, uint32_t *device, sim_ns now)
{
	struct dhcp_visit what = {.config = config, .device = device, .answers = true};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&disruptor->faults, SITE_DHCP, now);
	event.kind = dhcp_kind(message);
	for (size_t place = 0; (fault = next_acting(disruptor, &event, &place)) != NULL;)
		act_of(fault)->dhcp(fault_params(fault), &what);
	return what.answers;
}

struct ntp_upset disruptor_ntp(struct disruptor *disruptor, struct ntp_clock *clock, sim_ns now)
{
	struct ntp_upset upset = {0};
	const struct fault *fault;

	struct fault_event event = armed_faults_next(&disruptor->faults, SITE_NTP, now);
	for (size_t place = 0; (fault = next_acting(disruptor, &event, &place)) != NULL;)
		act_of(fault)->ntp(fault_params(fault), clock, &upset);
	return upset;
}

/* -- hosts that are down -- */

void disruptor_take_hosts(struct disruptor *disruptor, const char *(*name_of)(void *ctx, uint32_t address), void *ctx)
{
	disruptor->name_of = name_of;
	disruptor->name_ctx = ctx;
}

/* Whether somebody can be at an address: what is for all or for many is for no host. */
static bool is_host(const struct disruptor *disruptor, uint32_t address)
{
	return disruptor->name_of != NULL ? address != 0 && address >> 28 < 14 : names_at(address) != NULL;
}

static const char *name_of(const struct disruptor *disruptor, uint32_t address)
{
	const struct server_name *row = names_at(address);

	if (disruptor->name_of != NULL)
		return disruptor->name_of(disruptor->name_ctx, address);
	return row != NULL ? row->name : NULL;
}

static struct down *row_of(struct disruptor *disruptor, uint32_t address)
{
	for (size_t i = 0; i < disruptor->down_count; i++)
		if (disruptor->down[i].address == address)
			return &disruptor->down[i];
	if (disruptor->down_count == DOWN_MAX)
		memmove(disruptor->down, disruptor->down + 1, --disruptor->down_count * sizeof *disruptor->down);
	return &disruptor->down[disruptor->down_count++];
}

static uint32_t take_down(struct disruptor *disruptor, const struct host_fall *fall, uint32_t address, sim_ns now)
{
	const struct down down = {address, now + fall->for_ns, fall->resets};

	if (fall->all) {
		disruptor->everybody = down;
		disruptor->down_count = 0;
		return UINT32_MAX;
	}
	if (is_host(disruptor, address))
		*row_of(disruptor, address) = down;
	return address;
}

/* NULL: it is up. */
static const struct down *find_down(const struct disruptor *disruptor, uint32_t address, sim_ns now)
{
	const struct down *down = &disruptor->everybody;

	if (!is_host(disruptor, address))
		return NULL;
	for (size_t i = 0; i < disruptor->down_count; i++)
		if (disruptor->down[i].address == address)
			down = &disruptor->down[i];
	return now < down->until ? down : NULL;
}

bool disruptor_is_down(const struct disruptor *disruptor, uint32_t address, sim_ns now)
{
	return find_down(disruptor, address, now) != NULL;
}

/* An occasion of srv.tcp, of which there are many: what the host is called is asked only if a fault may want to know. @return as ret_fallen below. */
static uint32_t take_segment(struct disruptor *disruptor, uint32_t address, sim_ns now)
{
	const struct fault *fault;
	uint32_t fallen = 0;

	struct fault_event event = armed_faults_next(&disruptor->faults, SITE_TCP, now);
	if (!disruptor->takes_down)
		return 0;
	event.host = name_of(disruptor, address);
	for (size_t place = 0; (fault = next_acting(disruptor, &event, &place)) != NULL;) {
		struct host_fall how;
		act_of(fault)->tcp(fault_params(fault), &how);
		fallen |= take_down(disruptor, &how, address, now);
	}
	return fallen;
}

enum passage disruptor_packet(struct disruptor *disruptor, uint32_t address, bool is_tcp, sim_ns now, uint32_t *ret_fallen)
{
	*ret_fallen = 0;
	if (is_tcp)
		*ret_fallen = take_segment(disruptor, address, now);
	const struct down *down = find_down(disruptor, address, now);
	if (down == NULL)
		return PASSAGE_FREE;
	return is_tcp && down->resets ? PASSAGE_RESET : PASSAGE_LOST;
}
