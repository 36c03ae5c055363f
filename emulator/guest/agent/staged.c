/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The staged flow: who we are, what there is, and three stages of it into the flash.
 *
 * How it works: an image is downloaded, verified by reading it back, and activated, one after the
 * other in the manifest's order. What is installed already is passed over, so that after a failure,
 * a reset or a power cut at any moment the same walk goes on where it was. The OS is written beside
 * the one that runs; it becomes the next to boot by one entry of the boot record, and stays only if
 * it comes up, reaches the service and says so (confirm). Otherwise the boot program goes back to
 * the one before, which reports that.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "../language/reports.h"
#include "agent.h"
#include "credentials.h"

#define CSR_MAX 1024
#define SIGNATURE_TEXT_MAX 257

/* ---- who we are ---- */

static bool get_nonce(struct agent *agent, char *ret_nonce, size_t size, struct failure *ret_why)
{
	const struct policy *policy = &agent->policy;
	char url[2 * POLICY_TEXT_MAX + 64];
	struct http_text text;
	json_t *answer;
	const char *nonce;

	snprintf(url, sizeof(url), "https://%s/v1/nonce?device=%s", policy->auth_host, policy->device_name);
	if (!exchange_text(agent, url, HTTP_BOOTSTRAP, NULL, &text, ret_why))
		return false;
	answer = json_loadb(text.bytes, text.length, 0, NULL);
	nonce = json_string_value(json_object_get(answer, "nonce"));
	if (nonce)
		snprintf(ret_nonce, size, "%s", nonce);
	json_decref(answer);
	return nonce || failure_set(ret_why, "the answer has no nonce");
}

/* The statement of what booted, signed. */
static char *make_statement(struct agent *agent, const char *nonce, struct failure *ret_why)
{
	const struct boot_state *boot = &agent->boot;
	char statement[POLICY_TEXT_MAX + 4 * BOOT_TEXT_MAX], signature[SIGNATURE_TEXT_MAX], csr[CSR_MAX];
	json_t *body;
	char *text;

	snprintf(statement, sizeof(statement), "%s\n%s\n%s\n%s\n%s\n", agent->policy.device_name, nonce, boot->slot, boot->version,
	         boot->digest);
	if (!credentials_request(agent->policy.device_name, csr, sizeof(csr), ret_why) ||
	    !credentials_sign(statement, signature, sizeof(signature), ret_why))
		return NULL;
	body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "device", agent->policy.device_name, "nonce", nonce, "slot", boot->slot,
	                 "version", boot->version, "digest", boot->digest, "csr", csr, "signature", signature);
	text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	return text;
}

bool attempt_auth(struct agent *agent, struct failure *ret_why)
{
	char nonce[65], url[POLICY_TEXT_MAX + 64];
	const char *certificate;
	struct http_text text;
	json_t *answer;
	char *body;
	bool good;

	if (!get_nonce(agent, nonce, sizeof(nonce), ret_why))
		return false;
	body = make_statement(agent, nonce, ret_why);
	if (!body)
		return false;
	snprintf(url, sizeof(url), "https://%s/v1/attest", agent->policy.auth_host);
	good = exchange_text(agent, url, HTTP_BOOTSTRAP, body, &text, ret_why);
	free(body);
	if (!good)
		return false;
	answer = json_loadb(text.bytes, text.length, 0, NULL);
	certificate = json_string_value(json_object_get(answer, "certificate"));
	good = certificate ? credentials_write(CREDENTIALS_CLIENT, certificate, strlen(certificate), ret_why)
	                   : failure_set(ret_why, "the answer has no certificate");
	json_decref(answer);
	return good;
}

/* ---- what there is ---- */

/* Asks whether there is something new. @ret_url is empty if not. */
static bool ask_update(struct agent *agent, char *ret_url, size_t size, struct failure *ret_why)
{
	const struct policy *policy = &agent->policy;
	char url[5 * POLICY_TEXT_MAX + 128];
	struct http_text text;
	const char *word, *manifest;
	json_t *answer;
	bool good;

	/* A device whose stages are not all done has no version that it could name. */
	snprintf(url, sizeof(url), "https://%s/v1/update?device=%s&feed=%s&group=%s&version=%s", policy->core_host, policy->device_name,
	         policy->feed, policy->group, install_is_complete(&agent->install) ? agent->boot.version : "");
	if (!exchange_text(agent, url, HTTP_CLIENT, NULL, &text, ret_why))
		return false;
	answer = json_loadb(text.bytes, text.length, 0, NULL);
	word = json_string_value(json_object_get(answer, "update"));
	manifest = json_string_value(json_object_get(answer, "manifest"));
	ret_url[0] = 0;
	good = word && (strcmp(word, "none") == 0 || (strcmp(word, "available") == 0 && manifest && strlen(manifest) < size));
	if (good && manifest)
		snprintf(ret_url, size, "%s", manifest);
	json_decref(answer);
	return good || failure_set(ret_why, "the answer says neither none nor available");
}

static bool read_manifest(struct agent *agent, const struct http_text *envelope, struct failure *ret_why)
{
	uint8_t signature[SIGNATURE_SIZE];
	char wrong[REASON_MAX];
	char *text;
	bool good;

	if (!manifest_open(envelope->bytes, envelope->length, &text, signature, wrong, sizeof(wrong)))
		return failure_set(ret_why, "%s", wrong);
	good = credentials_signed(text, strlen(text), signature, ret_why);
	if (good && !manifest_parse_stages(&agent->manifest, text, strlen(text), wrong, sizeof(wrong)))
		good = failure_set(ret_why, "%s", wrong);
	free(text);
	return good;
}

bool attempt_staged_check(struct agent *agent, struct failure *ret_why)
{
	char url[MANIFEST_URL_MAX];
	struct http_text text;

	agent->manifest.image_count = 0;
	agent->manifest.version[0] = 0;
	if (!ask_update(agent, url, sizeof(url), ret_why))
		return false;
	if (!url[0]) {
		snprintf(agent->detail, sizeof(agent->detail), "nothing new");
		return true;
	}
	if (!exchange_text(agent, url, HTTP_NOBODY, NULL, &text, ret_why) || !read_manifest(agent, &text, ret_why))
		return false;
	snprintf(agent->detail, sizeof(agent->detail), "version %s, images %zu", agent->manifest.version, agent->manifest.image_count);
	return true;
}

/* ---- one image ---- */

static struct download *present(struct agent *agent)
{
	return &agent->downloads[agent->present];
}

bool attempt_staged_download(struct agent *agent, struct failure *ret_why)
{
	if (!download_attempt(present(agent), &agent->policy, &agent->report, ret_why))
		return false;
	snprintf(agent->detail, sizeof(agent->detail), "%s, %" PRIu64 " bytes", stage_name(present(agent)->image->stage),
	         present(agent)->have);
	return true;
}

static bool check_signature(const struct image *image, struct failure *ret_why)
{
	char text[2 * SHA256_SIZE + 1];

	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", image->sha256[i]);
	return credentials_signed(text, strlen(text), image->signature, ret_why);
}

bool attempt_staged_verify(struct agent *agent, struct failure *ret_why)
{
	struct download *download = present(agent);

	if (download_verify(download, ret_why) && check_signature(download->image, ret_why))
		return true;
	download_discard(download);
	return false;
}

bool attempt_activate(struct agent *agent, struct failure *ret_why)
{
	return install_activate(&agent->install, ret_why);
}

bool attempt_confirm(struct agent *agent, struct failure *ret_why)
{
	if (!install_confirm(&agent->install, ret_why))
		return false;
	agent->boot.kind = BOOT_CONFIRMED;
	snprintf(agent->detail, sizeof(agent->detail), "slot %.8s, version %.64s", agent->boot.slot, agent->boot.version);
	return true;
}

/* ---- telling ---- */

bool attempt_staged_report(struct agent *agent, struct failure *ret_why)
{
	const bool known = access(CREDENTIALS_CLIENT, F_OK) == 0;
	json_t *status = json_pack("{s:s, s:s, s:s, s:s}", "device", agent->policy.device_name, "version", agent->boot.version, "slot",
	                           agent->boot.slot, "status", agent->passed ? agent->status : "failed");
	char url[POLICY_TEXT_MAX + 64];
	struct http_text text;
	char *body;
	bool good;

	if (!agent->passed) {
		json_object_set_new(status, "phase", json_string(phase_name(agent->failed_phase)));
		json_object_set_new(status, "reason", json_string(agent->failed.reason));
	}
	body = json_dumps(status, JSON_COMPACT);
	snprintf(url, sizeof(url), "https://%s/v1/report", agent->policy.core_host);
	good = exchange_text(agent, url, known ? HTTP_CLIENT : HTTP_BOOTSTRAP, body, &text, ret_why);
	free(body);
	json_decref(status);
	return good;
}

/* ---- the walk ---- */

static bool tell(struct agent *agent, const char *status)
{
	agent->status = status;
	return run_phase(agent, PHASE_REPORT);
}

/* The device is reset; its boot program decides what comes up. Does not return. */
static void reset(struct agent *agent)
{
	report_event(&agent->report, SAY_PHASE_BEGIN_OF(GUEST_PHASE_REBOOT));
	sync();
	(void)reboot(RB_AUTOBOOT);
	report_event(&agent->report, SAY_PHASE_FAILED_OF(GUEST_PHASE_REBOOT, "the kernel refuses"));
}

/* @return whether the image is there now. */
static bool run_image(struct agent *agent, size_t index)
{
	const struct image *image = &agent->manifest.images[index];
	struct store *store;

	if (install_has(&agent->install, image, agent->manifest.version, &agent->boot))
		return true;
	store = install_begin(&agent->install, image, &agent->failed);
	if (!store) {
		agent->failed_phase = PHASE_DOWNLOAD;
		return false;
	}
	agent->present = index;
	download_init(&agent->downloads[index], image, store);
	if (!run_phase(agent, PHASE_DOWNLOAD) || !run_phase(agent, PHASE_VERIFY) || !run_phase(agent, PHASE_ACTIVATE))
		return false;
	if (image->stage != STAGE_OS)
		return true;
	(void)tell(agent, "installed");
	reset(agent);
	return false;
}

/*
 * A system that is on trial has reached the service: it stays. One that came back after a failed
 * trial says so, and does not try that version again.
 */
static bool run_first(struct agent *agent)
{
	if (agent->boot.kind == BOOT_TRIAL)
		return run_phase(agent, PHASE_CONFIRM) && tell(agent, "confirmed");
	if (agent->boot.kind == BOOT_ROLLBACK) {
		agent->failed_phase = PHASE_CONFIRM;
		(void)failure_set(&agent->failed, "rolled back: %.150s", agent->boot.reason);
		return false;
	}
	return true;
}

bool run_stages(struct agent *agent)
{
	if (!run_phase(agent, PHASE_AUTH) || !run_first(agent) || !run_phase(agent, PHASE_CHECK))
		return false;
	for (size_t i = 0; i < agent->manifest.image_count; i++)
		if (!run_image(agent, i))
			return false;
	return tell(agent, agent->manifest.image_count > 0 ? "complete" : "up-to-date");
}
