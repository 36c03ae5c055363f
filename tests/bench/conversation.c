/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversations over TCP between the two ends of the wire: round trips, and a transfer. */
#include "tests/bench/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUND_TRIPS 2000U
#define TRIES 50U
#define TRY_NS 20000000

static struct sockaddr_in server_address(void)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(TRAFFIC_PORT), .sin_addr.s_addr = htonl(0xc0000201)};
}

/* A byte comes back at once. */
static void be_server(int space)
{
	struct sockaddr_in address = server_address();
	const int one = 1;
	char byte;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	if (setns(space, CLONE_NEWNET) != 0)
		_exit(1);
	const int listener = socket(AF_INET, SOCK_STREAM, 0);
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0)
		_exit(1);
	for (;;) {
		const int fd = accept(listener, NULL, NULL);
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		while (read(fd, &byte, 1) == 1)
			(void)!write(fd, &byte, 1);
		(void)close(fd);
	}
}

static int ascending(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* @return the median in nanoseconds, or 0 with errno. */
static uint64_t measure(int fd)
{
	static uint64_t took[ROUND_TRIPS];
	char byte = 'x';

	for (unsigned i = 0; i < ROUND_TRIPS; i++) {
		const uint64_t begun = traffic_now_ns();
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
			return 0;
		took[i] = traffic_now_ns() - begun;
	}
	qsort(took, ROUND_TRIPS, sizeof took[0], ascending);
	return took[ROUND_TRIPS / 2];
}

/*
 * The listener may need some time; whoever takes connections in the middle takes them before, and
 * ends them.
 */
static uint64_t try_conversation(void)
{
	const struct sockaddr_in address = server_address();
	const struct timeval limit = {.tv_sec = 2};
	const int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t median_ns = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		median_ns = measure(fd);
	(void)close(fd);
	return median_ns;
}

double wire_round_trip_us(struct wire *wire)
{
	const int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	uint64_t median_ns = 0;

	(void)fflush(stdout);
	pid_t server = fork();
	if (server == 0)
		be_server(wire->spaces[1]);
	if (here >= 0 && setns(wire->spaces[0], CLONE_NEWNET) == 0) {
		for (unsigned i = 0; i < TRIES && (median_ns = try_conversation()) == 0; i++)
			(void)nanosleep(&(const struct timespec){.tv_nsec = TRY_NS}, NULL);
		if (median_ns == 0)
			(void)snprintf(wire->why, sizeof wire->why, "no conversation over TCP: %s", strerror(errno));
		(void)setns(here, CLONE_NEWNET);
	}
	(void)close(here);
	wire_stop(server);
	return median_ns > 0 ? (double)median_ns / 1e3 : -1;
}

/*
 * iperf3 succeeds with -J even if it has not; what it writes then has no such number. @return 0 if
 * there is none.
 */
static double read_bps(const char *path)
{
	json_t *all = json_load_file(path, 0, NULL);
	const json_t *received = json_object_get(json_object_get(all, "end"), "sum_received");
	const double bps = json_number_value(json_object_get(received, "bits_per_second"));

	json_decref(all);
	return bps;
}

double wire_transfer_gbps(struct wire *wire, unsigned seconds)
{
	char path[128];
	double bps = 0;

	pid_t server = wire_start(wire, wire->server, "exec iperf3 -s");
	(void)snprintf(path, sizeof path, "%s/iperf3", wire->folder);
	(void)snprintf(wire->why, sizeof wire->why, "iperf3 found no server");
	for (unsigned i = 0; i < TRIES && bps <= 0; i++) {
		(void)nanosleep(&(const struct timespec){.tv_nsec = TRY_NS}, NULL);
		if (wire_run(wire, "nsenter -t %ld -n timeout %u iperf3 -J -c 192.0.2.1 -t %u >%s", (long)wire->device, seconds + 10,
		             seconds, path))
			bps = read_bps(path);
	}
	wire_stop(server);
	return bps > 0 ? bps / 1e9 : -1;
}
