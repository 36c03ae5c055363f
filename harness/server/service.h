/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The update service: what the far end's HTTP server says. Connectivity check, update check, image download, report.
 *
 *     GET  /connecttest.txt        the connectivity check's text
 *     GET  /update/manifest.json   what there is to install, with sizes and SHA-256 hashes
 *     GET  /images/os.bin          the image, with ranges
 *     POST /report                 what the device says became of it (JSON)
 */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/param.h"
#include "server/http.h"
#include "server/udp.h"

#define SERVICE_UPDATE_HOST "update.stutter.test"
#define SERVICE_CONNECT_HOST "connect.stutter.test"
#define SERVICE_NTP_HOST "time.stutter.test"
#define SERVICE_CONNECT_TEXT "Stutter Connect Test"
#define SERVICE_SHA256_TEXT_MAX 65
#define SERVICE_MANIFEST_MAX 1024
#define SERVICE_REPORT_MAX 256

/** The parameters under `server:` of a scenario. */
struct service_config {
	char version[32];        /**< of the update on offer */
	uint64_t lease_ns;       /**< of the DHCP lease */
	uint64_t ttl_ns;         /**< of DNS answers */
	bool path_mtu_discovery; /**< TCP is sent with DF set, and what ICMP says to it is not heard, as behind many a filter */
};

extern const struct param service_params[];

/** What the service knows of the session: the judges' second witness beside the device. */
struct service_truth {
	uint64_t requests;      /**< of any kind */
	uint64_t checks;        /**< update checks answered */
	uint64_t image_bytes;   /**< bytes of image that were handed to TCP, repeated ones included */
	uint64_t image_covered; /**< how much of the image, from its beginning, was handed to TCP at least once */
	uint64_t attempts;      /**< image requests */
	uint64_t reports;
	char last_report[SERVICE_REPORT_MAX]; /**< the body, as far as it fits */
};

struct service {
	struct service_config config;
	struct bytes image;
	char image_sha256[SERVICE_SHA256_TEXT_MAX];
	char image_etag[SERVICE_SHA256_TEXT_MAX + 2];
	char manifest[SERVICE_MANIFEST_MAX];
	struct udp_services udp;
	struct service_truth truth;
};

/**
 * Reads the image and prepares the manifest; touches no network.
 * @param image_path A file; it is mapped and must not change while the service lives.
 */
bool service_open(struct service *service, const struct service_config *config, const char *image_path, struct error *err);
void service_close(struct service *service);

/** Starts DHCP, DNS, NTP and HTTP on the host of this process. @param unix_base_ns The true time at virtual time 0. */
void service_start(struct service *service, uint64_t unix_base_ns);

/** Answers a request: what http_open()'s handler calls. @param ctx The service. */
void service_answer(void *ctx, const struct http_request *request, struct http_answer *ret_answer);

#endif
