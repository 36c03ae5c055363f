/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The update agent: what a device's updater does, from the first address to the last report, one
 * phase after the other.
 *
 * How it works: each phase is a function that makes one attempt. run_phase() makes attempts until
 * one succeeds, the policy's retries are used up, or a failure is permanent, and tells the harness
 * what happened. Nothing here draws a random number or looks at anything but guest time and the
 * configuration, so the same network gives the same run. This file is the order of the phases; the
 * attempts are in network.c, plain.c and staged.c; waiting, asking and checking have files of their
 * own.
 */
#include "agent.h"

#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../language/reports.h"
#include "clock.h"

#define CONFIG_FILE "/run/config"
#define RESULT_FILE "/run/result"
#define DEVICE_FILE "/dev/stutter"
#define FLASH_FILE "/dev/mtd0"
#define DOWNLOAD_FOLDER "/run/download"

/* ---- flow ---- */

/* What makes the attempts, in either flow. */
static attempt_function *const attempts[PHASE_COUNT][2] = {
	[PHASE_DHCP] = {attempt_dhcp, attempt_dhcp},
	[PHASE_DNS] = {attempt_dns, attempt_dns},
	[PHASE_NTP] = {attempt_ntp, attempt_ntp},
	[PHASE_CONNECT] = {attempt_connect, attempt_connect},
	[PHASE_AUTH] = {NULL, attempt_auth},
	[PHASE_CHECK] = {attempt_plain_check, attempt_staged_check},
	[PHASE_DOWNLOAD] = {attempt_plain_download, attempt_staged_download},
	[PHASE_VERIFY] = {attempt_plain_verify, attempt_staged_verify},
	[PHASE_ACTIVATE] = {NULL, attempt_activate},
	[PHASE_CONFIRM] = {NULL, attempt_confirm},
	[PHASE_REPORT] = {attempt_plain_report, attempt_staged_report},
};

static bool is_staged(const struct agent *agent)
{
	return strcmp(agent->policy.flow, "staged") == 0;
}

static unsigned count_open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

/* What a failed attempt has left behind shows from one retry to the next. */
static void tell_usage(struct agent *agent)
{
	report_event(&agent->report, SAY_USAGE, count_open_files(), mallinfo2().uordblks);
}

/* A flaw that a policy may ask for: what an attempt took is never given back. */
static void leak(const struct agent *agent)
{
	char *lost = agent->policy.leak_bytes ? malloc((size_t)agent->policy.leak_bytes) : NULL;

	if (lost && open(CONFIG_FILE, O_RDONLY) >= 0)
		lost[0] = 1;
}

/* Announces retry @retry of a phase and waits for its time. */
static void back_off(struct agent *agent, enum phase phase, unsigned retry, const char *reason)
{
	const uint64_t delay_ms = policy_backoff_ms(&agent->policy, retry);

	report_event(&agent->report, SAY_PHASE_RETRY, phase_name(phase), retry, reason, delay_ms);
	leak(agent);
	tell_usage(agent);
	clock_sleep_ms(delay_ms);
}

/* A verify that failed needs the image once more, before the check is made again. */
static bool run_attempt(struct agent *agent, enum phase phase, unsigned retry, struct failure *ret_why)
{
	if (phase == PHASE_VERIFY && retry > 0 && !attempts[PHASE_DOWNLOAD][is_staged(agent)](agent, ret_why))
		return false;
	agent->detail[0] = 0;
	return attempts[phase][is_staged(agent)](agent, ret_why);
}

bool run_phase(struct agent *agent, enum phase phase)
{
	const char *const name = phase_name(phase);
	struct failure why = {.reason = ""};

	report_event(&agent->report, SAY_PHASE_BEGIN, name);
	for (unsigned retry = 0;; retry++) {
		if (retry > 0)
			back_off(agent, phase, retry, why.reason);
		why = (struct failure){.reason = ""};
		if (run_attempt(agent, phase, retry, &why)) {
			report_event(&agent->report, SAY_PHASE_OK, name, agent->detail[0] ? " " : "", agent->detail);
			return true;
		}
		if (why.permanent || retry >= agent->policy.retries[phase])
			break;
	}
	report_event(&agent->report, SAY_PHASE_FAILED, name, why.reason);
	/* A report that fails after a failure does not hide it. */
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

/* The phases before the service is asked for an update. */
static bool run_network(struct agent *agent)
{
	for (enum phase phase = PHASE_DHCP; phase <= PHASE_CONNECT; phase++)
		if (wanted(agent, phase) && !run_phase(agent, phase) && (phase != PHASE_NTP || agent->policy.ntp_required))
			return false;
	return true;
}

static bool run_plain(struct agent *agent)
{
	for (enum phase phase = PHASE_CHECK; phase <= PHASE_VERIFY; phase++)
		if (wanted(agent, phase) && !run_phase(agent, phase))
			return false;
	return run_phase(agent, PHASE_REPORT);
}

/*
 * A failure is reported as well, unless there is no network to do it with or it is the report that
 * failed.
 */
static void report_failure(struct agent *agent)
{
	agent->passed = false;
	if (agent->failed_phase != PHASE_DHCP && agent->failed_phase != PHASE_REPORT)
		(void)run_phase(agent, PHASE_REPORT);
}

/*
 * Back to where an update begins, until it is time for the next. A system on trial has failed it:
 * the boot program decides what comes up.
 */
static void wait_for_poll(struct agent *agent, bool last)
{
	if (agent->boot.kind == BOOT_TRIAL && is_staged(agent)) {
		report_event(&agent->report, SAY_PHASE_BEGIN_OF(GUEST_PHASE_REBOOT));
		(void)reboot(RB_AUTOBOOT);
	}
	report_event(&agent->report, SAY_PHASE_BEGIN_OF(GUEST_PHASE_POLL));
	if (!last)
		clock_sleep_ms(agent->policy.poll_ms);
}

static void run_update(struct agent *agent)
{
	const uint64_t polls = agent->policy.polls ? agent->policy.polls : 1;

	for (uint64_t poll = 1; poll <= polls && !agent->passed; poll++) {
		agent->passed = true;
		agent->passed = run_network(agent) && (is_staged(agent) ? run_stages(agent) : run_plain(agent));
		if (agent->passed)
			return;
		report_failure(agent);
		wait_for_poll(agent, poll == polls);
	}
}

static bool read_config(struct agent *agent)
{
	char text[16384 + 1], wrong[REASON_MAX]; /* the message device's largest payload */
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
	report_event(&agent->report, SAY_RESULT_FAIL_OF(GUEST_PHASE_CONFIG, "%s"), wrong);
	return false;
}

static void write_result(const struct agent *agent)
{
	const int fd = open(RESULT_FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	if (agent->passed)
		report_event(&agent->report, SAY_RESULT_PASS);
	else
		report_event(&agent->report, SAY_RESULT_FAIL, phase_name(agent->failed_phase), agent->failed.reason);
}

/* The staged flow cannot do without a flash and a system in it. */
static bool open_flash(struct agent *agent)
{
	struct failure why;

	if (!is_staged(agent))
		return true;
	if (!boot_state_read(BOOT_STATE_FILE, &agent->boot))
		failure_set(&why, "the boot program says nothing");
	else if (install_open(&agent->install, FLASH_FILE, &why))
		return true;
	report_event(&agent->report, SAY_RESULT_FAIL_OF(GUEST_PHASE_CONFIG, "%s"), why.reason);
	return false;
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
	if (!open_flash(&agent))
		return EXIT_FAILURE;
	run_update(&agent);
	write_result(&agent);
	return agent.passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
