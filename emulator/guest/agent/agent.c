// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The update agent: what a device's updater does, from the first address to the last report, one phase after the other.
 *
 * How it works: each phase is a function that makes one attempt. run_phase() makes attempts until one succeeds, the policy's retries are
 * used up, or a failure is permanent, and tells the harness what happened. Nothing here draws a random number or looks at anything but
 * guest time and the configuration, so the same network gives the same run. This file is the flow; waiting, asking and checking have files
 * of their own.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "download.h"
#include "http.h"
#include "manifest.h"
#include "ntp.h"
#include "policy.h"
#include "report.h"

#define CONFIG_FILE "/run/config"
#define LEASE_FILE "/run/lease" /* the DHCP script writes it last */
#define RESULT_FILE "/run/result"
#define DEVICE_FILE "/dev/stutter"
#define DOWNLOAD_FOLDER "/run/download"
#define LEASE_POLL_MS 50
#define DETAIL_MAX 128

struct agent {
	struct policy policy;
	struct report report;
	struct manifest manifest;
	struct download downloads[MANIFEST_IMAGES_MAX];
	char detail[DETAIL_MAX]; /* what the "ok" event of the present phase says */
	enum phase failed_phase;
	struct failure failed;
	bool passed;
};

typedef bool attempt_function(struct agent *agent, struct failure *ret_why);

/* ---- attempts ---- */

static bool attempt_dhcp(struct agent *agent, struct failure *ret_why)
{
	const uint64_t deadline = clock_ms() + agent->policy.dhcp_deadline_ms;

	while (access(LEASE_FILE, F_OK) != 0) {
		if (clock_ms() >= deadline) {
			failure_set(ret_why, "no lease within %" PRIu64 " ms", agent->policy.dhcp_deadline_ms);
			ret_why->permanent = true;
			return false;
		}
		clock_sleep_ms(LEASE_POLL_MS);
	}
	return true;
}

static bool attempt_dns(struct agent *agent, struct failure *ret_why)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char address[64] = "", name[POLICY_TEXT_MAX];
	int error;

	snprintf(name, sizeof(name), "%s", agent->policy.update_host);
	name[strcspn(name, ":")] = 0; /* a port may follow */
	error = getaddrinfo(name, NULL, &hints, &found);
	if (error)
		return failure_set(ret_why, "%s: %s", name, gai_strerror(error));
	getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
	snprintf(agent->detail, sizeof(agent->detail), "%s", address);
	return true;
}

static bool attempt_ntp(struct agent *agent, struct failure *ret_why)
{
	int64_t offset_ns;

	if (!ntp_ask(&agent->policy, &offset_ns, ret_why))
		return false;
	snprintf(agent->detail, sizeof(agent->detail), "offset %" PRId64 " ms", offset_ns / 1000000);
	return true;
}

/* Gets a text of limited size. */
static bool get_text(struct agent *agent, const char *url, struct http_text *ret_text, struct failure *ret_why)
{
	const struct http_request request = {.url = url, .sink = http_sink_text, .context = ret_text};
	struct http_head head;

	ret_text->length = 0;
	ret_text->bytes[0] = 0;
	if (http_perform(&agent->policy, &request, &head, ret_why))
		return http_expect(200, &head, ret_why);
	return ret_why->reason[0] ? false : failure_set(ret_why, "answer too long");
}

static bool attempt_connect(struct agent *agent, struct failure *ret_why)
{
	char url[POLICY_TEXT_MAX + 64];
	struct http_text text;

	snprintf(url, sizeof(url), "http://%s/connecttest.txt", agent->policy.connect_host);
	if (!get_text(agent, url, &text, ret_why))
		return false;
	if (strcmp(text.bytes, agent->policy.connect_text) != 0)
		return failure_set(ret_why, "the answer is not the expected text, a captive portal?");
	return true;
}

static bool attempt_check(struct agent *agent, struct failure *ret_why)
{
	const struct policy *policy = &agent->policy;
	char url[3 * POLICY_TEXT_MAX + 64];
	char wrong[REASON_MAX];
	struct http_text text;

	snprintf(url, sizeof(url), "%s://%s/update/manifest.json?device=%s", policy->update_scheme, policy->update_host,
	         policy->device_name);
	if (!get_text(agent, url, &text, ret_why))
		return false;
	if (!manifest_parse(&agent->manifest, text.bytes, text.length, wrong, sizeof(wrong)))
		return failure_set(ret_why, "%s", wrong);
	for (size_t i = 0; i < agent->manifest.image_count; i++)
		download_init(&agent->downloads[i], &agent->manifest.images[i], DOWNLOAD_FOLDER);
	snprintf(agent->detail, sizeof(agent->detail), "version %s, images %zu", agent->manifest.version, agent->manifest.image_count);
	return true;
}

static bool attempt_download(struct agent *agent, struct failure *ret_why)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < agent->manifest.image_count; i++) {
		if (!download_attempt(&agent->downloads[i], &agent->policy, &agent->report, ret_why))
			return false;
		bytes += agent->downloads[i].have;
	}
	snprintf(agent->detail, sizeof(agent->detail), "%" PRIu64 " bytes", bytes);
	return true;
}

static bool attempt_verify(struct agent *agent, struct failure *ret_why)
{
	for (size_t i = 0; i < agent->manifest.image_count; i++) {
		if (download_verify(&agent->downloads[i], ret_why))
			continue;
		download_discard(&agent->downloads[i]);
		return false;
	}
	return true;
}

static bool attempt_report(struct agent *agent, struct failure *ret_why)
{
	const struct policy *policy = &agent->policy;
	json_t *status = json_pack("{s:s, s:s, s:s}", "device", policy->device_name, "version", agent->manifest.version, "status",
	                           agent->passed ? "pass" : "fail");
	struct http_text text = {.length = 0};
	char url[2 * POLICY_TEXT_MAX + 64];
	struct http_head head;
	char *body;
	bool good;

	if (!agent->passed) {
		json_object_set_new(status, "phase", json_string(phase_name(agent->failed_phase)));
		json_object_set_new(status, "reason", json_string(agent->failed.reason));
	}
	body = json_dumps(status, JSON_COMPACT);
	snprintf(url, sizeof(url), "%s://%s/report", policy->update_scheme, policy->update_host);
	good = http_perform(policy, &(struct http_request){.url = url, .body = body, .sink = http_sink_text, .context = &text}, &head,
	                    ret_why);
	free(body);
	json_decref(status);
	if (!good)
		return ret_why->reason[0] ? false : failure_set(ret_why, "answer too long");
	return head.status == 204 || http_expect(200, &head, ret_why);
}

/* ---- flow ---- */

static attempt_function *const attempts[PHASE_COUNT] = {
	[PHASE_DHCP] = attempt_dhcp,       [PHASE_DNS] = attempt_dns,       [PHASE_NTP] = attempt_ntp,
	[PHASE_CONNECT] = attempt_connect, [PHASE_CHECK] = attempt_check,   [PHASE_DOWNLOAD] = attempt_download,
	[PHASE_VERIFY] = attempt_verify,   [PHASE_REPORT] = attempt_report,
};

/* Announces retry @retry of a phase and waits for its time. */
static void back_off(struct agent *agent, enum phase phase, unsigned retry, const char *reason)
{
	const uint64_t delay_ms = policy_backoff_ms(&agent->policy, retry);

	report_event(&agent->report, "phase %s retry %u: %s after %" PRIu64 " ms", phase_name(phase), retry, reason, delay_ms);
	clock_sleep_ms(delay_ms);
}

/* A verify that failed needs the image once more, before the check is made again. */
static bool run_attempt(struct agent *agent, enum phase phase, unsigned retry, struct failure *ret_why)
{
	if (phase == PHASE_VERIFY && retry > 0 && !attempt_download(agent, ret_why))
		return false;
	agent->detail[0] = 0;
	return attempts[phase](agent, ret_why);
}

static bool run_phase(struct agent *agent, enum phase phase)
{
	const char *const name = phase_name(phase);
	struct failure why = {.reason = ""};

	report_event(&agent->report, "phase %s begin", name);
	for (unsigned retry = 0;; retry++) {
		if (retry > 0)
			back_off(agent, phase, retry, why.reason);
		why = (struct failure){.reason = ""};
		if (run_attempt(agent, phase, retry, &why)) {
			report_event(&agent->report, "phase %s ok%s%s", name, agent->detail[0] ? " " : "", agent->detail);
			return true;
		}
		if (why.permanent || retry >= agent->policy.retries[phase])
			break;
	}
	report_event(&agent->report, "phase %s failed: %s", name, why.reason);
	if (agent->passed || phase != PHASE_REPORT) {
		agent->failed_phase = phase;
		agent->failed = why;
	}
	return false;
}

/* Whether the configuration switches a phase off. */
static bool wanted(const struct agent *agent, enum phase phase)
{
	return !(phase == PHASE_NTP && !agent->policy.ntp_server[0]) && !(phase == PHASE_CONNECT && !agent->policy.connect_host[0]) &&
	       !((phase == PHASE_DOWNLOAD || phase == PHASE_VERIFY) && agent->manifest.image_count == 0);
}

static void run_update(struct agent *agent)
{
	agent->passed = true;
	for (enum phase phase = PHASE_DHCP; phase < PHASE_REPORT && agent->passed; phase++)
		if (wanted(agent, phase))
			agent->passed = run_phase(agent, phase);
	/* A failure is reported as well, unless there is no network to do it with. */
	if (!agent->passed && agent->failed_phase == PHASE_DHCP)
		return;
	agent->passed = run_phase(agent, PHASE_REPORT) && agent->passed;
}

static bool read_config(struct agent *agent)
{
	char text[16384 + 1], wrong[REASON_MAX];
	const int fd = open(CONFIG_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (size < 0)
		size = 0;
	text[size] = 0;
	policy_init(&agent->policy);
	if (policy_read(&agent->policy, text, wrong, sizeof(wrong)))
		return true;
	report_event(&agent->report, "result fail config: %s", wrong);
	return false;
}

static void write_result(const struct agent *agent)
{
	const int fd = open(RESULT_FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	if (agent->passed)
		report_event(&agent->report, "result pass");
	else
		report_event(&agent->report, "result fail %s: %s", phase_name(agent->failed_phase), agent->failed.reason);
}

/* Waits until somebody writes to the FIFO. */
static bool wait_for_start(const char *fifo)
{
	const int fd = open(fifo, O_RDONLY | O_CLOEXEC);
	char line[16];
	const bool good = fd >= 0 && read(fd, line, sizeof(line)) > 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* agent [--wait FIFO] */
int main(int argc, char **argv)
{
	static struct agent agent;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (argc == 3 && strcmp(argv[1], "--wait") == 0 && !wait_for_start(argv[2]))
		return EXIT_FAILURE;
	report_open(&agent.report, DEVICE_FILE);
	if (!read_config(&agent))
		return EXIT_FAILURE;
	if (mkdir(DOWNLOAD_FOLDER, 0700) < 0 && errno != EEXIST)
		perror(DOWNLOAD_FOLDER);
	run_update(&agent);
	write_result(&agent);
	return agent.passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
