/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/live/control.h"

#define STEP_MS 20
#define PATIENCE_MS 10000

static void wait_ms(unsigned ms)
{
	(void)nanosleep(&(const struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

static bool refuse(struct wire *wire, const char *what)
{
	(void)snprintf(wire->why, sizeof wire->why, "%s: %s", what, strerror(errno));
	return false;
}

static const char *in_folder(const struct wire *wire, const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", wire->folder, name);
	return path;
}

/* -- programs -- */

/* The last line that a program has written, as the reason of a failure. */
static void take_last_line(struct wire *wire, const char *name)
{
	FILE *file = fopen(in_folder(wire, name), "r");
	char line[WIRE_WHY_MAX];

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (line[0] != '\n') {
			line[strcspn(line, "\n")] = '\0';
			memcpy(wire->why, line, sizeof wire->why);
		}
	if (file != NULL)
		(void)fclose(file);
}

bool wire_run(struct wire *wire, const char *format, ...)
{
	char command[2 * PATH_MAX], whole[3 * PATH_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(command, sizeof command, format, args);
	va_end(args);
	(void)snprintf(whole, sizeof whole, "{ %s; } >%s/said 2>&1", command, wire->folder);
	if (system(whole) == 0)
		return true;
	(void)snprintf(wire->why, sizeof wire->why, "%.400s has failed", command);
	take_last_line(wire, "said");
	return false;
}

pid_t wire_start(struct wire *wire, pid_t where, const char *format, ...)
{
	char command[2 * PATH_MAX], target[32];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(command, sizeof command, format, args);
	va_end(args);
	(void)fflush(stdout);
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)!freopen(in_folder(wire, "said"), "w", stdout);
	(void)dup2(STDOUT_FILENO, STDERR_FILENO);
	(void)snprintf(target, sizeof target, "%ld", (long)where);
	if (where == 0)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	else
		(void)execlp("nsenter", "nsenter", "-t", target, "-n", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

void wire_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* -- namespaces -- */

static bool write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		(void)close(fd);
	return good;
}

static bool enter(struct wire *wire)
{
	const unsigned user = geteuid(), group = getegid();
	char users[64], groups[64];

	if (unshare((user != 0 ? CLONE_NEWUSER : 0) | CLONE_NEWNET | CLONE_NEWNS) != 0)
		return refuse(wire, "no network namespaces here");
	(void)snprintf(users, sizeof users, "0 %u 1", user);
	(void)snprintf(groups, sizeof groups, "0 %u 1", group);
	if (user != 0 && (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", users) ||
	                  !write_file("/proc/self/gid_map", groups)))
		return refuse(wire, "no user namespaces here");
	/* A process that becomes another's root forgets this, so it comes behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		(void)mount("sysfs", "/sys", "sysfs", 0, NULL);
	return true;
}

/* A process that does nothing but be in a network namespace of its own. */
static pid_t hold_namespace(int *ret_space)
{
	char path[64], byte;
	int ready[2];

	*ret_space = -1;
	if (pipe(ready) != 0)
		return -1;
	(void)fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(ready[0]);
		if (unshare(CLONE_NEWNET) == 0)
			(void)!write(ready[1], "r", 1);
		(void)close(ready[1]);
		for (;;)
			pause();
	}
	(void)close(ready[1]);
	(void)snprintf(path, sizeof path, "/proc/%ld/ns/net", (long)pid);
	if (pid > 0 && read(ready[0], &byte, 1) == 1)
		*ret_space = open(path, O_RDONLY | O_CLOEXEC);
	(void)close(ready[0]);
	return pid;
}

/* No offloads at either end: what is on these cables is what is on a wire. */
static bool lay_cable(struct wire *wire, pid_t where, const char *end, const char *other, const char *address)
{
	const long pid = (long)where;

	return wire_run(wire,
	                "ip link add %s type veth peer name %s netns %ld && ip link set %s up && nsenter -t %ld -n sh -c 'sysctl -qw "
	                "net.ipv6.conf.all.disable_ipv6=1; ip link set lo up; ip addr add %s dev %s && ip link set %s up && ethtool -K %s "
	                "tso off gso off gro off tx off' && ethtool -K %s tso off gso off gro off tx off",
	                other, end, pid, other, pid, address, end, end, end, other);
}

bool wire_open(struct wire *wire)
{
	const char *why = "";

	memset(wire, 0, sizeof *wire);
	wire->spaces[0] = wire->spaces[1] = wire->ends[0].fd = wire->ends[1].fd = -1;
	(void)snprintf(wire->folder, sizeof wire->folder, "/tmp/stutter-wire-XXXXXX");
	if (mkdtemp(wire->folder) == NULL)
		return refuse(wire, wire->folder);
	if (!enter(wire))
		return false;
	wire->device = hold_namespace(&wire->spaces[0]);
	wire->server = hold_namespace(&wire->spaces[1]);
	if (wire->spaces[0] < 0 || wire->spaces[1] < 0)
		return refuse(wire, "no further network namespaces here");
	if (!wire_run(wire, "ip link set lo up; sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1") ||
	    !lay_cable(wire, wire->device, "d0", "d1", "192.0.2.100/24") || !lay_cable(wire, wire->server, "s0", "s1", "192.0.2.1/24"))
		return false;
	if (!traffic_open(&wire->ends[0], wire->spaces[0], "d0", &why) || !traffic_open(&wire->ends[1], wire->spaces[1], "s0", &why)) {
		(void)snprintf(wire->why, sizeof wire->why, "no packet sockets here: %s", why);
		return false;
	}
	return true;
}

void wire_close(struct wire *wire)
{
	if (wire->proxy > 0 || wire->program > 0)
		(void)wire_part(wire, NULL);
	for (unsigned i = 0; i < 2; i++) {
		traffic_close(&wire->ends[i]);
		if (wire->spaces[i] >= 0)
			(void)close(wire->spaces[i]);
	}
	wire_stop(wire->device);
	wire_stop(wire->server);
	(void)wire_run(wire, "rm -rf %s", wire->folder);
}

/* -- joining -- */

bool wire_join_by_bridge(struct wire *wire)
{
	return wire_run(wire, "ip link add both type bridge mcast_snooping 0 forward_delay 0 && ip link set d1 master both && ip link set "
	                      "s1 master both && ip link set both up");
}

/* What the rules have dropped that drop frames. */
static uint64_t count_dropped(const json_t *rules)
{
	const json_t *rule;
	uint64_t dropped = 0;
	size_t i;

	json_array_foreach(rules, i, rule)
	{
		const char *action = json_string_value(json_object_get(rule, "action"));
		if (action != NULL && strcmp(action, "drop") == 0)
			dropped += (uint64_t)json_integer_value(json_object_get(rule, "applied"));
	}
	return dropped;
}

bool wire_ask(struct wire *wire, struct wire_counters *ret_counters)
{
	struct error err;
	char *answer;

	if (!control_ask(in_folder(wire, "control"), "counters", &answer, &err)) {
		(void)snprintf(wire->why, sizeof wire->why, "%.*s", WIRE_WHY_MAX - 1, err.text);
		return false;
	}
	json_t *all = json_loads(answer, 0, NULL);
	*ret_counters = (struct wire_counters){
		.frames = (uint64_t)(json_integer_value(json_object_get(all, "frames_to_server")) +
	                             json_integer_value(json_object_get(all, "frames_to_device"))),
		.lost_in = (uint64_t)json_integer_value(json_object_get(all, "lost_in")),
		.lost_out = (uint64_t)json_integer_value(json_object_get(all, "lost_out")),
		.dropped = count_dropped(json_object_get(all, "rules")),
		.skew_p50_us = json_number_value(json_object_get(all, "skew_p50_s")) * 1e6,
		.skew_p99_us = json_number_value(json_object_get(all, "skew_p99_s")) * 1e6,
	};
	json_decref(all);
	free(answer);
	return true;
}

static void use_core(pid_t pid, int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)core, &set);
	(void)sched_setaffinity(pid, sizeof set, &set);
}

int wire_use_cores(void)
{
	int first = -1, last = 0;
	cpu_set_t mine;

	(void)sched_getaffinity(0, sizeof mine, &mine);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET((unsigned)i, &mine)) {
			first = first < 0 ? i : first;
			last = i;
		}
	use_core(0, first);
	return last;
}

bool wire_join_by_proxy(struct wire *wire, const struct wire_proxy *proxy)
{
	const char *program = getenv("STUTTER");
	struct wire_counters counters;
	FILE *file = fopen(in_folder(wire, "scenario.yaml"), "w");

	if (file == NULL)
		return refuse(wire, wire->folder);
	(void)fputs(proxy->scenario, file);
	(void)fclose(file);
	wire->proxy = wire_start(
		wire, 0, "exec %s proxy --device-side d1 --server-side s1 %s/scenario.yaml --control %s/control --skew-limit 0ns %s",
		program != NULL ? program : "build/stutter", wire->folder, wire->folder, proxy->more != NULL ? proxy->more : "");
	if (wire->proxy > 0 && proxy->core >= 0)
		use_core(wire->proxy, proxy->core);
	for (unsigned waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (wire_ask(wire, &counters))
			return true;
		if (waitpid(wire->proxy, NULL, WNOHANG) == wire->proxy) {
			wire->proxy = 0;
			break;
		}
		wait_ms(STEP_MS);
	}
	take_last_line(wire, "said");
	return false;
}

/* Where both sides are to be its own, the middle has addresses. */
bool wire_join_by_program(struct wire *wire, const char *command, const char *config, int core)
{
	char path[PATH_MAX], whole[2 * PATH_MAX];
	FILE *file = fopen(in_folder(wire, "config"), "w");

	if (file == NULL)
		return refuse(wire, wire->folder);
	fprintf(file, config, wire->folder);
	(void)fclose(file);
	if (!wire_run(wire,
	              "ip addr replace 192.0.2.1/24 dev d1 && ip addr replace 198.51.100.2/24 dev s1 && nsenter -t %ld -n ip addr "
	              "replace 198.51.100.1/24 dev s0",
	              (long)wire->server))
		return false;
	(void)snprintf(path, sizeof path, "%s", in_folder(wire, "config"));
	(void)snprintf(whole, sizeof whole, command, path);
	wire->program = wire_start(wire, 0, "exec %s", whole);
	if (wire->program > 0)
		use_core(wire->program, core);
	wait_ms(300);
	if (waitpid(wire->program, NULL, WNOHANG) != wire->program)
		return true;
	wire->program = 0;
	take_last_line(wire, "said");
	(void)wire_run(wire, "ip addr flush dev d1; ip addr flush dev s1");
	return false;
}

static bool part_proxy(struct wire *wire, struct wire_counters *ret_counters)
{
	struct wire_counters counters = {0};
	struct error err;
	char *answer = NULL;
	const bool good = wire_ask(wire, &counters);

	if (control_ask(in_folder(wire, "control"), "stop", &answer, &err))
		free(answer);
	else
		(void)kill(wire->proxy, SIGTERM);
	(void)waitpid(wire->proxy, NULL, 0);
	wire->proxy = 0;
	if (ret_counters != NULL)
		*ret_counters = counters;
	return good;
}

bool wire_part(struct wire *wire, struct wire_counters *ret_counters)
{
	if (wire->proxy > 0)
		return part_proxy(wire, ret_counters);
	if (wire->program == 0)
		return wire_run(wire, "ip link del both");
	wire_stop(wire->program);
	wire->program = 0;
	return wire_run(wire, "ip addr flush dev d1; ip addr flush dev s1; nsenter -t %ld -n ip addr del 198.51.100.1/24 dev s0",
	                (long)wire->server);
}

uint64_t wire_core_ns(const struct wire *wire)
{
	unsigned long long ns = 0;
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%ld/schedstat", (long)wire->proxy);
	FILE *file = fopen(path, "r");
	if (file != NULL && fscanf(file, "%llu", &ns) != 1)
		ns = 0;
	if (file != NULL)
		(void)fclose(file);
	return ns;
}

uint64_t wire_memory(const struct wire *wire)
{
	unsigned long size = 0, resident = 0;
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%ld/statm", (long)wire->proxy);
	FILE *file = fopen(path, "r");
	if (file != NULL && fscanf(file, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	if (file != NULL)
		(void)fclose(file);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}
