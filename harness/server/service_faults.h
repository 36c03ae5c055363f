/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the services: what goes wrong at the far end's DHCP, DNS, NTP, TCP, TLS and HTTP.
 *
 * Each service asks at its site (lib/fault/site.h: srv.dhcp and so on) before it answers. Events
 * are counted over all hosts, from 1 since power on, and every fault that acts is a line of the
 * trace with its site's address, such as srv.http#3.
 */
#ifndef SERVER_SERVICE_FAULTS_H
#define SERVER_SERVICE_FAULTS_H

#include "lib/fault/armed.h"
#include "harness/server/dhcp.h"
#include "harness/server/dns.h"
#include "harness/server/http.h"
#include "harness/server/ntp.h"
#include "harness/server/tls.h"

/** All faults that this layer carries out. */
extern const struct fault_catalogue catalogue_server;

struct service_faults;

/**
 * @param faults Borrowed; those of other layers are left out. @return to be released with
 * service_faults_close().
 */
struct service_faults *service_faults_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace,
                                           struct armed_ops ops, void *ctx);

/**
 * From an instant on it draws as with another seed (struct redraw); to be called before anything
 * comes.
 */
void service_faults_redraw(struct service_faults *service_faults, const struct redraw *redraw);
void service_faults_close(struct service_faults *service_faults);

/** The faults, for windows that open elsewhere, and for counters. */
struct armed_faults *service_faults_armed(struct service_faults *service_faults);

/** What happens to the answer to a request. */
struct http_effect {
	bool replaces; /**< the service is not asked: answer is the answer */
	struct http_answer answer;
	bool garbage, empty; /**< the body's bytes are others; there are none */
	uint64_t draw;       /**< for the garbage */
	struct http_impairment impairment;
};

/** @param host Name of the server; NULL: none. */
struct http_effect service_faults_http(struct service_faults *service_faults, const char *host, const char *target, sim_ns now);

/** Gives an answer what has become of it. */
void http_effect_apply(const struct http_effect *effect, struct http_answer *answer);

/**
 * A handshake begins.
 * @param config Gets a certificate's fault or a stall.
 * @param ret_alert The fatal alert that is sent instead; untouched if none is.
 * @return whether one is.
 */
bool service_faults_tls(struct service_faults *service_faults, struct tls_config *config, sim_ns now, uint8_t *ret_alert);

/** A byte of the garbage in place of the body's byte @p place. */
uint8_t http_effect_garbage(const struct http_effect *effect, uint64_t place);

/** A query for @p name has come; NULL: it cannot be read. @return what becomes of its answer. */
struct dns_effects service_faults_dns(struct service_faults *service_faults, const char *name, sim_ns now);

/**
 * A message has come. @param config What the server gives; one address more is taken for good by
 * other_address. @return whether there is an answer at all.
 */
bool service_faults_dhcp(struct service_faults *service_faults, struct bytes message, struct dhcp_config *config, uint32_t *device,
                         sim_ns now);

/**
 * A request has come. @param clock What the server's clock shows; gets how wrong it is. @return
 * what else becomes of the answer.
 */
struct ntp_effect service_faults_ntp(struct service_faults *service_faults, struct ntp_clock *clock, sim_ns now);

/** What becomes of an IPv4 packet for a host. */
enum passage { PASSAGE_FREE, PASSAGE_LOST, PASSAGE_RESET };

/**
 * A packet has come for the host at @p address.
 * @param is_tcp A segment of TCP: an event of srv.tcp.
 * @param ret_fallen The host has gone down with it: its connections are to be forgotten. 0: none
 * has; UINT32_MAX: all.
 */
enum passage service_faults_packet(struct service_faults *service_faults, uint32_t address, bool is_tcp, sim_ns now, uint32_t *ret_fallen);

/** Whether the host at @p address is down. */
bool service_faults_is_down(const struct service_faults *service_faults, uint32_t address, sim_ns now);

/**
 * From now on the hosts are not those of server/names.h: every address may be one. @param name_of
 * Its name, or NULL.
 */
void service_faults_take_hosts(struct service_faults *service_faults, const char *(*name_of)(void *ctx, uint32_t address), void *ctx);

#endif
