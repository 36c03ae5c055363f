/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/execution.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/base/remove.h"
#include "harness/live/child.h"
#include "harness/live/conclusion.h"
#include "harness/live/cover.h"
#include "harness/live/far_end.h"
#include "harness/live/fit.h"
#include "harness/live/namespaces.h"
#include "harness/live/priority.h"
#include "harness/live/relayed.h"
#include "harness/live/server.h"
#include "harness/live/watch.h"
#include "harness/recorded/fit.h"
#include "harness/server/host.h"
#include "harness/session/folder.h"

static const uint8_t server_mac[] = HOST_MAC;

/* -- inside the session's process -- */

struct session {
	const struct execution_wish *wish;
	struct namespaces namespaces;
	struct far_end *far_end; /* NULL: there is a server */
	struct relayed *relayed; /* in front of it; NULL: no fault is about services */
	char *credentials;       /* folder; NULL: there is none */
	struct server server;
	struct child command;
	bool has_command;
	int status; /* of a command that could not be started; else 0 */
};

static bool enter_client(void *ctx, struct error *err)
{
	const struct session *session = ctx;

	return namespaces_enter(&session->namespaces, TO_SERVER, err) && cover_names(session->far_end == NULL, err);
}

/* -- what is there for the command -- */

static bool make_credentials(struct session *session, struct error *err)
{
	const char *folder = getenv("TMPDIR");

	if (session->wish->dir != NULL) {
		session->credentials = memory_format("%s/credentials", session->wish->dir);
		if (!folder_make(session->credentials, err))
			return false;
	} else {
		session->credentials = memory_format("%s/stutter-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
		if (mkdtemp(session->credentials) == NULL)
			return error_set(err, "the folder %s cannot be made: %s", session->credentials, strerror(errno));
	}
	return far_end_write_credentials(session->far_end, session->credentials, err);
}

static void tell(const char *name, const char *folder, const char *file)
{
	char *path = realpath(folder, NULL), *value = memory_format("%s/%s", path != NULL ? path : folder, file);

	(void)setenv(name, value, 1);
	free(value);
	free(path);
}

static bool open_far_end(struct session *session, struct error *err)
{
	session->far_end = far_end_open(session->wish->plan, err);
	if (session->far_end == NULL || !make_credentials(session, err))
		return false;
	tell("STUTTER_TRUST", session->credentials, "trust.pem");
	tell("STUTTER_CERTIFICATE", session->credentials, "device.pem");
	tell("STUTTER_KEY", session->credentials, "device.key");
	return true;
}

static bool prepare_command(struct session *session, struct error *err)
{
	const struct child_wish wish = {.argv = session->wish->command, .prepare = enter_client, .ctx = session, .output = -1};

	(void)setenv("STUTTER_CLIENT", NAMESPACES_CLIENT_TEXT, 1);
	(void)setenv("STUTTER_SERVER", NAMESPACES_SERVER_TEXT, 1);
	return child_prepare(&session->command, &wish, err);
}

static bool open_all(struct session *session, struct error *err)
{
	const struct execution_wish *wish = session->wish;
	const struct namespaces_wish ends = {.mac = {wish->plan->device.mac, server_mac}, .has_server = wish->server != NULL};

	if (wish->server == NULL && !open_far_end(session, err))
		return false;
	return namespaces_open(&session->namespaces, &ends, err) &&
	       (wish->server == NULL || server_prepare(&session->server, wish->server, wish->dir, &session->namespaces, err)) &&
	       prepare_command(session, err) && namespaces_drop_privileges(err);
}

static void close_all(struct session *session)
{
	far_end_close(session->far_end);
	relayed_close(session->relayed);
	namespaces_close(&session->namespaces);
	if (session->credentials != NULL && session->wish->dir == NULL)
		(void)remove_tree(session->credentials);
	free(session->credentials);
	server_close(&session->server);
}

/* -- the session -- */

static void tell_end(struct execution *execution)
{
	const struct watch *watch = watch_state();

	execution->asked = watch->asked;
	if (watch->server_ended && watch->server != 0 && watch->server_status != 0) {
		execution->server_ended = true;
		execution->server_status = child_shell_status(watch->server_status);
	}
	if (watch->command_ended) {
		execution->end = EXECUTION_ENDED;
		execution->status = child_shell_status(watch->command_status);
	}
}

/* The bridge is there, and what the command sends is seen from the first frame on. */
static bool let_go(void *ctx, struct error *err)
{
	struct session *session = ctx;

	watch_command(session->command.pid);
	session->has_command = child_go(&session->command, &session->status, err);
	return session->has_command || error_context(err, "%s", session->wish->command[0]);
}

/* Before anything is written of how it ended. */
static void conclude(void *ctx, struct verdict *verdict)
{
	const struct session *session = ctx;
	const struct watch *watch = watch_state();
	const struct conclusion_facts facts = {.ended = watch->command_ended != 0,
	                                       .status = watch->command_ended ? child_shell_status(watch->command_status) : 0,
	                                       .asked = watch->asked != 0};

	conclusion_reach(session->wish->plan, &facts, verdict);
}

static bool open_ports(struct session *session, struct port ret_ends[2], struct error *err)
{
	struct port server;

	(void)port_open_tap(&ret_ends[TO_SERVER], session->namespaces.tap[TO_SERVER], "client");
	session->namespaces.tap[TO_SERVER] = -1;
	if (session->far_end != NULL) {
		ret_ends[TO_DEVICE] = far_end_port(session->far_end);
		return true;
	}
	(void)port_open_tap(&server, session->namespaces.tap[TO_DEVICE], "server");
	session->namespaces.tap[TO_DEVICE] = -1;
	ret_ends[TO_DEVICE] = server;
	if (!relayed_is_needed(session->wish->plan))
		return true;
	session->relayed = relayed_open(session->wish->plan, &server, &session->wish->ports, err);
	if (session->relayed == NULL)
		return false;
	ret_ends[TO_DEVICE] = relayed_port(session->relayed);
	return true;
}

/* From the command's start to its end. */
static void cross(struct session *session, struct execution *execution)
{
	const struct execution_wish *wish = session->wish;
	struct port ends[2];

	if (!open_ports(session, ends, &execution->err))
		return;
	const struct bridge_options options = {
		.plan = wish->plan,
		.dir = wish->dir,
		.ends = {&ends[0], &ends[1]},
		.far_end = session->far_end,
		.relayed = session->relayed,
		.skew_limit_ns = wish->skew_limit_ns,
		.for_ns = wish->plan->deadline_ns,
		.stop = &watch_state()->stop,
		.ready = let_go,
		.conclude = conclude,
		.ctx = session,
	};
	execution->has_result = bridge_run(&options, &execution->result, &execution->err);
	execution->lasted_ns = execution->has_result ? execution->result.status.elapsed_ns : 0;
	execution->status = session->status;
	execution->end = execution->has_result ? EXECUTION_DEADLINE : session->status != 0 ? EXECUTION_NO_COMMAND : EXECUTION_BROKEN;
	if (session->has_command)
		tell_end(execution);
	if (session->far_end != NULL && session->has_command)
		execution->has_played = far_end_played(session->far_end, &execution->played);
	for (unsigned i = 0; i < 2; i++)
		ends[i].ops->close(ends[i].state);
}

static void run_session(struct session *session, struct execution *execution)
{
	execution->end = EXECUTION_BROKEN;
	if (!open_all(session, &execution->err))
		return;
	if (session->far_end == NULL) {
		execution->end = EXECUTION_NO_SERVER;
		if (!server_start(&session->server, &execution->err))
			return;
	}
	cross(session, execution);
}

static bool write_all(int fd, const void *data, size_t size)
{
	for (size_t put = 0; put < size;) {
		ssize_t length = write(fd, (const char *)data + put, size - put);
		if (length <= 0 && !(length < 0 && errno == EINTR))
			return false;
		put += length > 0 ? (size_t)length : 0;
	}
	return true;
}

/* @param held Of watch_hold(). */
_Noreturn static void be_session(const struct execution_wish *wish, int result, const sigset_t *held)
{
	struct session session = {.wish = wish, .namespaces = {.network = {-1, -1}, .tap = {-1, -1}}, .server = {.said = -1}};
	struct execution execution = {.end = EXECUTION_BROKEN};

	priority_take();
	watch_begin();
	watch_release(held);
	child_adopt_all();
	run_session(&session, &execution);
	execution.asked = watch_state()->asked;
	child_end_all(SERVER_GRACE_NS);
	close_all(&session);
	if (write_all(result, &execution, sizeof execution) && execution.has_result)
		(void)write_all(result, execution.result.rules, execution.result.rule_count * sizeof *execution.result.rules);
	_exit(0);
}

/* -- outside -- */

bool execution_can(const struct execution_wish *wish, struct error *err)
{
	const struct plan *plan = wish->plan;

	if (wish->server == NULL)
		return fit_plan_with_services(plan, FIT_NO_PHASES, err) && recording_check_plan(plan, err);
	return fit_plan_with_relay(plan, FIT_NO_PHASES, err);
}

static bool read_all(int fd, void *ret_data, size_t size)
{
	for (size_t got = 0; got < size;) {
		ssize_t length = read(fd, (char *)ret_data + got, size - got);
		if (length <= 0 && !(length < 0 && errno == EINTR))
			return false;
		got += length > 0 ? (size_t)length : 0;
	}
	return true;
}

/* Both processes are of one program, so what points to its tables does so in both. */
static bool read_result(int fd, struct execution *ret_execution)
{
	struct bridge_result *result = &ret_execution->result;

	if (!read_all(fd, ret_execution, sizeof *ret_execution)) {
		ret_execution->has_result = false;
		return false;
	}
	if (!ret_execution->has_result)
		return true;
	result->rules = memory_new(result->rule_count * sizeof *result->rules);
	return read_all(fd, result->rules, result->rule_count * sizeof *result->rules);
}

static void run_beside(const struct execution_wish *wish, const int pipes[2], struct execution *execution)
{
	int status = 0;
	const sigset_t held = watch_hold();
	pid_t pid = fork();

	if (pid == 0) {
		(void)close(pipes[0]);
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		be_session(wish, pipes[1], &held);
	}
	const int why = errno;
	if (pid > 0)
		watch_pass_on(pid);
	watch_release(&held);
	(void)close(pipes[1]);
	if (pid < 0) {
		error_set(&execution->err, "cannot start a process for the session: %s", strerror(why));
		return;
	}
	bool told = read_result(pipes[0], execution);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	watch_pass_on(0);
	if (told && execution->asked == 0)
		execution->asked = watch_state()->asked;
	if (told)
		return;
	execution_close(execution);
	*execution = (struct execution){.end = EXECUTION_BUG};
	error_set(&execution->err, "the session's process ended with status %d and without a result", child_shell_status(status));
	child_end_all(SERVER_GRACE_NS);
}

void execution_run(const struct execution_wish *wish, struct execution *ret_execution)
{
	int pipes[2];

	memset(ret_execution, 0, sizeof *ret_execution);
	ret_execution->end = EXECUTION_BROKEN;
	child_adopt_all();
	if (pipe2(pipes, O_CLOEXEC) != 0) {
		error_set(&ret_execution->err, "cannot make a pipe: %s", strerror(errno));
		return;
	}
	/* What is in the buffers is to be written once. */
	(void)fflush(NULL);
	run_beside(wish, pipes, ret_execution);
	(void)close(pipes[0]);
}

void execution_close(struct execution *execution)
{
	if (execution->has_result)
		bridge_result_close(&execution->result);
	execution->has_result = false;
}
