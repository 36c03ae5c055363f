/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A device with keys as a client of the update service, step by step, with false statements
 * where a test wants them.
 */
#ifndef TESTS_SERVER_DEVICE_H
#define TESTS_SERVER_DEVICE_H

#include <jansson.h>

#include "tests/unit/server/fixture.h"

/** SHA-256 of the OS that the device says it runs. */
#define DEVICE_DIGEST "1111111111111111111111111111111111111111111111111111111111111111"

enum device_lie { NO_LIE, LIE_NONCE, LIE_OLD_NONCE, LIE_SIGNATURE, LIE_DIGEST, LIE_CSR, LIE_DEVICE, LIE_FIELD, LIE_JSON };
enum device_identity { DEVICE_NONE, DEVICE_BOOTSTRAP, DEVICE_CLIENT };

struct device {
	int version;                   /**< of TLS */
	enum device_identity identity; /**< of what certificate it shows */
	enum device_lie lie;
	char trust[8192], certificate[4096], key[512], nonce[64], old_nonce[64];
	uint64_t expires;
	char manifest_url[256];
	json_t *manifest;  /**< the signed part; NULL: none yet */
	unsigned status;   /**< of the last answer */
	char failure[160]; /**< of the last handshake */
};

void device_open(struct device *device, int version);
void device_close(struct device *device);

struct client_answer device_ask(struct device *device, const char *host, const char *method, const char *target, const char *headers,
                                const char *body);

/** The status of the answer; a POST has an empty JSON object as its body. */
unsigned device_status(struct device *device, const char *host, const char *method, const char *target);

/** Nonce and attestation with a new key; the device shows the new certificate from then on. */
bool device_attest(struct device *device, const char *version);

/** Whether there is an update. */
bool device_check(struct device *device, const char *feed, const char *group, const char *version);

/** Fetches the manifest and checks its signature. */
bool device_manifest(struct device *device);

/**
 * Fetches the image of a stage and checks its size, hash and signature; a trust bundle is believed.
 * @param url Which of its URLs.
 */
bool device_download(struct device *device, size_t stage, size_t url);

/** The status of the answer to a report. */
unsigned device_report(struct device *device, const char *json);

#endif
