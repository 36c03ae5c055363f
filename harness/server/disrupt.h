/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the services: what goes wrong at the far end's DHCP, DNS, NTP, TCP, TLS and HTTP.
 *
 * Each service asks at its site (fault/point.h: srv.dhcp and so on) before it answers. Occasions are counted over all hosts, from 1 since power on, and every
 * fault that acts is a line of the trace with its site's address, such as srv.http#3.
 */
#ifndef SERVER_DISRUPT_H
#define SERVER_DISRUPT_H

#include "lib/fault/armed.h"
#include "harness/server/dhcp.h"
#include "harness/server/dns.h"
#include "harness/server/http.h"
#include "harness/server/ntp.h"
#include "harness/server/tls.h"

struct disruptor;

/** @param faults Borrowed; those of other layers are left out. @return to be released with disruptor_close(). */
struct disruptor *disruptor_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct armed_ops ops,
                                 void *ctx);

/** From an instant on it draws as with another seed (struct redraw); to be called before anything comes. */
void disruptor_redraw(struct disruptor *disruptor, const struct redraw *redraw);
void disruptor_close(struct disruptor *disruptor);

/** The faults, for windows that open elsewhere, and for counters. */
struct armed_faults *disruptor_faults(struct disruptor *disruptor);

/** What happens to the answer to a request. */
struct upset {
	bool replaces; /**< the service is not asked: answer is the answer */
	struct http_answer answer;
	bool garbage, empty; /**< the body's bytes are others; there are none */
	uint64_t draw;       /**< for the garbage */
	struct http_trouble trouble;
};

/** @param host Name of the server; NULL: none. */
struct upset disruptor_http(struct disruptor *disruptor, const char *host, const char *target, sim_ns now);

/** Gives an answer what has become of it. */
void upset_apply(const struct upset *upset, struct http_answer *answer);

/**
 * A handshake begins.
 * @param config Gets a flaw or a stall.
 * @param ret_alert The fatal alert that is sent instead; untouched if none is.
 * @return whether one is.
 */
bool disruptor_tls(struct disruptor *disruptor, struct tls_config *config, sim_ns now, uint8_t *ret_alert);

/** A byte of the garbage in place of the body's byte @p place. */
uint8_t upset_garbage(const struct upset *upset, uint64_t place);

/** A query for @p name has come; NULL: it cannot be read. @return what becomes of its answer. */
struct dns_spoilages disruptor_dns(struct disruptor *disruptor, const char *name, sim_ns now);

/** A message has come. @param config What the server gives; one address more is taken for good by other_address. @return whether there is an answer at all. */
bool disruptor_dhcp(struct disruptor *disruptor, struct bytes message, struct dhcp_config *config, uint32_t *device, sim_ns now);

/** A request has come. @param clock What the server's clock shows; gets how wrong it is. @return what else becomes of the answer. */
struct ntp_upset disruptor_ntp(struct disruptor *disruptor, struct ntp_clock *clock, sim_ns now);

/** What becomes of an IPv4 packet for a host. */
enum passage { PASSAGE_FREE, PASSAGE_LOST, PASSAGE_RESET };

/**
 * A packet has come for the host at @p address.
 * @param is_tcp A segment of TCP: an occasion of srv.tcp.
 * @param ret_fallen The host has gone down with it: its connections are to be forgotten. 0: none has; UINT32_MAX: all.
 */
enum passage disruptor_packet(struct disruptor *disruptor, uint32_t address, bool is_tcp, sim_ns now, uint32_t *ret_fallen);

/** Whether the host at @p address is down. */
bool disruptor_is_down(const struct disruptor *disruptor, uint32_t address, sim_ns now);

/** From now on the hosts are not those of server/names.h: every address may be one. @param name_of Its name, or NULL. */
void disruptor_take_hosts(struct disruptor *disruptor, const char *(*name_of)(void *ctx, uint32_t address), void *ctx);

#endif
