/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server shows a wrong certificate. */
#include "harness/server/fault.h"

enum { CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET, CERTIFICATE_OTHER_NAME, CERTIFICATE_UNKNOWN_ISSUER };
static const char *const certificates[] = {"expired", "not_yet", "other_name", "unknown_issuer", NULL};

struct tls_certificate_params {
	unsigned word;
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(tls_certificate_params, word, "kind", certificates, "expired", "defect of the certificate"),
	{0},
};

static void tls(const void *params, struct tls_visit *visit)
{
	static const enum pki_certificate_fault pki_faults[] = {[CERTIFICATE_EXPIRED] = PKI_EXPIRED,
	                                                        [CERTIFICATE_NOT_YET] = PKI_NOT_YET,
	                                                        [CERTIFICATE_OTHER_NAME] = PKI_OTHER_NAME,
	                                                        [CERTIFICATE_UNKNOWN_ISSUER] = PKI_UNKNOWN_ISSUER};
	const struct tls_certificate_params *fault = params;

	visit->config->fault = pki_faults[fault->word];
}

static const char *not_in_front(const void *params)
{
	(void)params;
	return "a certificate needs the server's key, and TLS is not decrypted here; give the server such a certificate";
}

static const struct service_fault act = {.tls = tls, .not_in_front = not_in_front};

const struct action fault_tls_certificate = {
	.name = "tls_certificate",
	.summary = "the server shows a wrong certificate",
	.site = SITE_TLS,
	.params = rows,
	.params_size = sizeof(struct tls_certificate_params),
	.act = &act,
};
