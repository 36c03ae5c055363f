/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the service knows of the session: what judges go by beside the device. Who asked which host
 * for what and when, what was handed out, and what the device has reported.
 */
#ifndef SERVER_SERVICE_LOG_H
#define SERVER_SERVICE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"
#include "harness/server/coverage.h"
#include "harness/server/pki.h"

#define SERVICE_REPORT_MAX 256
/** Requests and statuses that are kept; further ones are only counted. */
#define SERVICE_LOG_VISITS_MAX 8192U
#define SERVICE_LOG_STATUSES_MAX 256U
/**
 * Images that are told apart: three of each of two feeds, that of the plain flow, and its package
 * for SWUpdate.
 */
#define SERVICE_LOG_IMAGES_MAX 8U
#define SERVICE_LOG_TEXT_MAX 48

/** What a request was about. */
enum service_kind {
	SERVICE_OTHER,
	SERVICE_CONNECT,
	SERVICE_NONCE,
	SERVICE_ATTEST,
	SERVICE_UPDATE,
	SERVICE_MANIFEST,
	SERVICE_IMAGE,
	SERVICE_REPORT,
	SERVICE_TELEMETRY,
	SERVICE_KINDS,
};

/** Their names, for reports and judges. */
extern const char *const service_kinds[SERVICE_KINDS];

/** A request, when it was complete at the server. */
struct service_visit {
	uint64_t at_ns;
	uint32_t address; /**< of the host that was asked, host order */
	enum service_kind kind;
	unsigned status; /**< that it was answered with */
};

/**
 * What a device has reported of itself; a text is empty if it was not told, and cut if it is long.
 */
struct service_status {
	uint64_t at_ns;
	char device[SERVICE_LOG_TEXT_MAX], version[SERVICE_LOG_TEXT_MAX], slot[SERVICE_LOG_TEXT_MAX], status[SERVICE_LOG_TEXT_MAX],
		phase[SERVICE_LOG_TEXT_MAX], reason[2 * SERVICE_LOG_TEXT_MAX];
};

/** An image, and what became of it. */
struct service_image {
	char name[2 * SERVICE_LOG_TEXT_MAX];
	uint64_t size;
	uint64_t requests;
	uint64_t bytes;           /**< handed to TCP, repeated ones included */
	struct coverage coverage; /**< of these */
	/** bytes of it that went over the device's cable, repeated ones included */
	uint64_t delivered;
	uint64_t from_primary, from_secondary; /**< bytes by image host */
};

struct service_log {
	uint64_t requests; /**< of any kind */
	uint64_t refused;  /**< of these, those that were answered with an error */
	uint64_t checks;   /**< update checks answered */
	uint64_t reports;
	char last_report[SERVICE_REPORT_MAX]; /**< the body, as far as it fits */

	struct service_visit *visits;
	size_t visit_count; /**< that are kept */
	uint64_t kinds[SERVICE_KINDS];
	struct service_image images[SERVICE_LOG_IMAGES_MAX];
	size_t image_count;
	struct service_status *statuses;
	size_t status_count; /**< that are kept */
	uint64_t telemetry;
	uint64_t nonces, certificates, refusals; /**< given; given; attestations refused */
	uint64_t handshakes, handshakes_failed;  /**< of TLS */
	struct pki_identity identity;            /**< the last client that was verified */
	/** of what devices did wrong towards the service */
	uint64_t findings;
};

/** Copied. To be called in the order of time. */
void service_log_visit(struct service_log *log, const struct service_visit *visit);
void service_log_status(struct service_log *log, const struct service_status *status);

/** @return the image called @p name, made if it was not there; NULL if there are too many. */
struct service_image *service_log_image(struct service_log *log, const char *name, uint64_t size);

/**
 * Bytes of all images that went over the device's cable, repeated ones included; and the sizes of
 * all that were asked for.
 */
uint64_t service_log_delivered(const struct service_log *log);
uint64_t service_log_asked_for(const struct service_log *log);

/**
 * The shortest time between two requests of a kind to a host, one after the other.
 * @param address 0: of any host.
 * @return UINT64_MAX if there were fewer than two.
 */
uint64_t service_log_least_gap(const struct service_log *log, enum service_kind kind, uint32_t address);

void service_log_close(struct service_log *log);

#endif
