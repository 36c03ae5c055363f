/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The update service: what the far end's servers say. There are two flows. The plain one, at the
 * gateway:
 *
 *     GET  /connecttest.txt        the connectivity check's text
 *     GET  /update/manifest.json   what there is to install, with sizes and SHA-256 hashes
 *     GET  /images/os.bin          the image, with ranges
 *     GET  /images/os.swu          the same image as a package for SWUpdate (swu.h), with ranges
 *     POST /report                 what the device says became of it (JSON)
 *
 * And the one of a device with keys, over TLS, where each host has its part (names.h):
 *
 *     auth      GET  /v1/nonce, POST /v1/attest              with the bootstrap certificate
 *                                                            (attest.h)
 *     core      GET  /v1/update?device=&feed=&group=&version=
 *                                                            with the attestation's certificate
 *                    {"update": "none"} or {"update": "available", "manifest": URL}
 *               POST /v1/report, /v1/telemetry               with either certificate
 *     releases  GET  /v1/manifests/VERSION.json              the signed manifest (release.h), and
 *                                                            the images of the first stage
 *     images, images-secondary   GET /images/NAME            the images, with ranges
 *     connect2  GET  /connecttest.txt                        over plain HTTP
 *
 * What is refused is answered with `{"error": "..."}`, and is a finding in the trace if no good
 * device would have sent it.
 */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "harness/server/attest.h"
#include "harness/server/delivery.h"
#include "harness/server/service_faults.h"
#include "harness/server/http.h"
#include "harness/server/names.h"
#include "harness/server/release.h"
#include "harness/server/service_config.h"
#include "harness/server/service_log.h"
#include "harness/server/udp.h"

#define SERVICE_SHA256_TEXT_MAX 65
#define SERVICE_MANIFEST_MAX 1024

enum service_feed { SERVICE_RETAIL, SERVICE_EVAL, SERVICE_FEEDS };

/** What the service needs of the world around it. */
struct service_ops {
	/**
	 * A TLS secret in the format of SSLKEYLOGFILE, before anything is sent that it is needed
	 * for; NULL: nobody wants them.
	 */
	void (*secret)(void *ctx, const char *line);
};

struct service {
	struct service_config config;
	struct bytes image;
	char image_sha256[SERVICE_SHA256_TEXT_MAX];
	char image_etag[SERVICE_SHA256_TEXT_MAX + 2];
	char manifest[SERVICE_MANIFEST_MAX];
	uint8_t *package; /**< the image as a package; NULL until it is asked for */
	size_t package_length;
	char package_etag[SERVICE_SHA256_TEXT_MAX + 2];
	struct dns_name dns_names[NAMES_MAX];
	struct udp_services udp;
	struct service_log log;
	struct delivery delivery;
	uint64_t unix_base_ns, seed;
	struct service_ops ops;
	void *ctx;
	struct service_faults *service_faults; /**< NULL: nothing goes wrong */
	struct pki *pki;                       /**< NULL until it is needed */
	struct attest attest;
	/** versions: a promotion may have put that of retail-eval into retail */
	const char *offers[SERVICE_FEEDS];
	/** what became of the record of a promotion; empty: there is none */
	char promoted[256];
	struct bytes os; /**< OS image of both feeds; empty: generated ones */
	struct release releases[SERVICE_FEEDS];
	bool has_releases;
	/**
	 * set before it starts: others serve at the ports of HTTP, and only DHCP, DNS and NTP are
	 * the service's
	 */
	bool no_http;
	bool bundle_out; /**< the last byte of the trust bundle was handed out */
};

/**
 * Reads the image of the plain flow and prepares its manifest; touches no network.
 * @param image_path A file; it is mapped and must not change while the service lives.
 */
bool service_open(struct service *service, const struct service_config *config, const char *image_path, struct error *err);
void service_close(struct service *service);

/** The OS image that both feeds offer; it must stay. To be called before the service starts. */
void service_offer_os(struct service *service, struct bytes image);

/**
 * Attestation knows the OS with this SHA-256, 64 hexadecimal digits, beside those on offer. If it
 * is never called it knows all.
 */
void service_accept_os(struct service *service, const char *sha256);

/**
 * The keys and certificates of the world that begins at @p unix_base_ns. What the device gets of
 * them is the same in every session.
 */
const struct pki *service_pki(struct service *service, uint64_t unix_base_ns);

/**
 * What the feeds offer, an array of SERVICE_FEEDS; made when it is first asked for. After the start
 * of the service.
 */
const struct release *service_releases(struct service *service);

/**
 * Starts the servers on the host of this process.
 * @param unix_base_ns The true time at virtual time 0.
 * @param seed Of nonces, certificates and TLS.
 * @param service_faults Borrowed; NULL: nothing goes wrong.
 */
void service_start(struct service *service, uint64_t unix_base_ns, uint64_t seed, struct service_faults *service_faults,
                   struct service_ops ops, void *ctx);

/**
 * The time 0 of the started service is at another date than was thought: a clock outside says so.
 * Keys and certificates stay as they are.
 */
void service_date(struct service *service, uint64_t unix_base_ns);

/** A frame has come over the cable to the device's jack. */
void service_delivered(struct service *service, struct bytes frame);

/** Answers a request: what http_open()'s handler calls. @param ctx The service. */
void service_answer(void *ctx, const struct http_request *request, struct http_answer *ret_answer);

#endif
