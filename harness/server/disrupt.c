/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server/disrupt.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "server/fault.h"
#include "server/names.h"
#include "sim/random.h"

/* Hosts of which it is known that they have been down, one by one; of more, the first are forgotten. */
#define DOWN_MAX 64U

/* The stream of the bytes of a garbled body. */
#define GARBAGE "http garbage"

struct disruptor {
	struct troubles troubles;
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

struct disruptor *disruptor_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct trouble_ops ops,
                                 void *ctx)
{
	struct disruptor *disruptor = memory_new(sizeof *disruptor);

	troubles_open(&disruptor->troubles, faults, count, LAYER_SERVER, seed, trace, ops, ctx);
	for (size_t i = 0; i < disruptor->troubles.count; i++)
		disruptor->takes_down |= act_of(disruptor->troubles.list[i].fault)->tcp != NULL;
	disruptor->garbage = random_stream(seed, GARBAGE);
	disruptor->then = SIM_NEVER;
	return disruptor;
}

void disruptor_redraw(struct disruptor *disruptor, const struct redraw *redraw)
{
	troubles_redraw(&disruptor->troubles, redraw);
	disruptor->garbage_then = random_stream(redraw->seed, GARBAGE);
	disruptor->then = redraw->asked ? redraw->from_ns : SIM_NEVER;
}

void disruptor_close(struct disruptor *disruptor)
{
	if (disruptor == NULL)
		return;
	troubles_close(&disruptor->troubles);
	free(disruptor);
}

struct troubles *disruptor_troubles(struct disruptor *disruptor)
{
	return &disruptor->troubles;
}

/* What comes to a site: the parts that matches ask for. */
struct visit {
	enum site site;
	const char *host, *path, *kind;
};

/* The next fault that acts on this visit, from the one at *@place on; NULL: none does any more. */
static const struct fault *next_acting(struct disruptor *disruptor, const struct visit *visit, sim_ns now, size_t *place)
{
	struct troubles *troubles = &disruptor->troubles;

	while (*place < troubles->count) {
		struct trouble *trouble = &troubles->list[(*place)++];
		if (fault_takes_service(trouble->fault, visit->host, visit->path, visit->kind) &&
		    trouble_acts(troubles, trouble, visit->site, now))
			return trouble->fault;
	}
	return NULL;
}

/* -- HTTP -- */

void upset_replace(struct upset *upset, unsigned status)
{
	upset->replaces = true;
	upset->answer = (struct http_answer){.status = status};
}

struct upset disruptor_http(struct disruptor *disruptor, const char *host, const char *target, sim_ns now)
{
	const struct visit visit = {.site = SITE_HTTP, .host = host, .path = target};
	struct upset upset = {0};
	const struct fault *fault;

	uint64_t occasion = troubles_next(&disruptor->troubles, SITE_HTTP, now);
	for (size_t place = 0; (fault = next_acting(disruptor, &visit, now, &place)) != NULL;)
		act_of(fault)->http(fault_params(fault), &upset);
	upset.draw = random_bits(now >= disruptor->then ? disruptor->garbage_then : disruptor->garbage, occasion, 0);
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
	const struct visit visit = {.site = SITE_TLS, .host = config->host};
	struct tls_visit what = {.config = config};
	const struct fault *fault;

	(void)troubles_next(&disruptor->troubles, SITE_TLS, now);
	for (size_t place = 0; (fault = next_acting(disruptor, &visit, now, &place)) != NULL;)
		act_of(fault)->tls(fault_params(fault), &what);
	if (what.alerts)
		*ret_alert = what.alert;
	return what.alerts;
}

/* -- UDP -- */

struct dns_spoilages disruptor_dns(struct disruptor *disruptor, const char *name, sim_ns now)
{
	const struct visit visit = {.site = SITE_DNS, .host = name};
	struct dns_spoilages spoilages = {0};
	const struct fault *fault;

	(void)troubles_next(&disruptor->troubles, SITE_DNS, now);
	for (size_t place = 0; (fault = next_acting(disruptor, &visit, now, &place)) != NULL;)
		act_of(fault)->dns(fault_params(fault), &spoilages);
	return spoilages;
}

bool disruptor_dhcp(struct disruptor *disruptor, struct bytes message, struct dhcp_config *config, uint32_t *device, sim_ns now)
{
	const struct visit visit = {.site = SITE_DHCP, .kind = dhcp_kind(message)};
	struct dhcp_visit what = {.config = config, .device = device, .answers = true};
	const struct fault *fault;

	(void)troubles_next(&disruptor->troubles, SITE_DHCP, now);
	for (size_t place = 0; (fault = next_acting(disruptor, &visit, now, &place)) != NULL;)
		act_of(fault)->dhcp(fault_params(fault), &what);
	return what.answers;
}

struct ntp_upset disruptor_ntp(struct disruptor *disruptor, struct ntp_clock *clock, sim_ns now)
{
	const struct visit visit = {.site = SITE_NTP};
	struct ntp_upset upset = {0};
	const struct fault *fault;

	(void)troubles_next(&disruptor->troubles, SITE_NTP, now);
	for (size_t place = 0; (fault = next_acting(disruptor, &visit, now, &place)) != NULL;)
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

	(void)troubles_next(&disruptor->troubles, SITE_TCP, now);
	if (!disruptor->takes_down)
		return 0;
	const struct visit visit = {.site = SITE_TCP, .host = name_of(disruptor, address)};
	for (size_t place = 0; (fault = next_acting(disruptor, &visit, now, &place)) != NULL;) {
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
