/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Third-party clients on real sockets: a network namespace with a TAP, behind which the far end
 * runs in wall time. The only such test, so that the far end is judged by more than our own
 * scripted device.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

#include "lib/base/memory.h"
#include "harness/server/host.h"
#include "harness/server/service.h"
#include "tests/test.h"
#include "tests/trace_text.h"

#define LIMIT_NS (30 * SIM_S)

static struct {
	struct service service;
	struct sim sim;
	int tap;
	uint64_t begun_ns; /* of the machine's clock */
	char output[8192];
} real;

static uint64_t machine_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SIM_S + (uint64_t)now.tv_nsec;
}

static void to_tap(void *ctx, struct frame *frame, sim_ns now)
{
	(void)ctx;
	(void)now;
	(void)!write(real.tap, frame->data, frame->length);
	frame_free(frame);
}

/* -- the namespace -- */

static void need(bool there, const char *what)
{
	if (!there)
		test_skip("%s: %s", what, strerror(errno));
}

static void open_tap(void)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

	need(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0, "no namespaces (this needs root)");
	real.tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	need(real.tap >= 0, "no /dev/net/tun");
	(void)snprintf(request.ifr_name, sizeof request.ifr_name, "far0");
	need(ioctl(real.tap, TUNSETIFF, &request) == 0, "no TAP");
}

static void configure_network(void)
{
	static const char commands[] = "ip link set lo up && ip link set far0 up && ip addr add 192.0.2.100/24 dev far0 && "
				       "ip route add default via 192.0.2.1";
	char path[PATH_MAX];

	if (test_shell(real.output, sizeof real.output, "%s", commands) != 0)
		test_skip("the TAP cannot be configured: %s", real.output);
	(void)snprintf(path, sizeof path, "%s", test_write("resolv.conf", "nameserver 192.0.2.1\n"));
	need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "no private mounts");
	need(mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) == 0, "/etc/resolv.conf cannot be covered");
}

static void open_real(void)
{
	struct service_config config;
	struct error err;
	uint64_t unix_ns = machine_ns(CLOCK_REALTIME);

	open_tap();
	configure_network();
	memset(&config, 0, sizeof config);
	params_init(service_params, &config);
	CU_ASSERT_FATAL(service_open(&real.service, &config, test_write("os.bin", "the plain image"), &err));
	sim_open(&real.sim, 0);
	host_open(&real.sim, trace_open_null(), 1, (struct host_ops){to_tap, 0}, NULL);
	/* The clients' clock is the machine's, and so the world's has to be. */
	service_start(&real.service, unix_ns, 1, NULL, (struct service_ops){0}, NULL);
	(void)test_write("trust.pem", pki_new_trust_bundle(service_pki(&real.service, unix_ns)));
	(void)test_write("board.pem", pki_bootstrap_certificate(service_pki(&real.service, unix_ns)));
	(void)test_write("board.key", pki_bootstrap_key(service_pki(&real.service, unix_ns)));
	real.begun_ns = machine_ns(CLOCK_MONOTONIC);
}

/* Frames both ways, until the client has ended. */
static void pump(pid_t client, int *ret_status)
{
	uint8_t data[FRAME_MAX];
	struct pollfd ready = {.fd = real.tap, .events = POLLIN};

	while (waitpid(client, ret_status, WNOHANG) == 0) {
		sim_ns now = machine_ns(CLOCK_MONOTONIC) - real.begun_ns;
		if (now > real.sim.now)
			sim_run_until(&real.sim, now);
		if (poll(&ready, 1, 1) == 1) {
			ssize_t length = read(real.tap, data, sizeof data);
			if (length > 0)
				host_input(frame_new(data, (size_t)length));
		}
		if (now > LIMIT_NS)
			(void)kill(client, SIGKILL);
	}
}

/*
 * Runs a shell command in the test's folder as a client. @return its exit status; its output is
 * real.output.
 */
static int client(const char *command)
{
	char path[PATH_MAX];
	int status = -1;

	pid_t child = fork();
	if (child == 0) {
		int out = open(test_write("output", ""), O_WRONLY | O_CLOEXEC);
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(out, STDERR_FILENO);
		if (chdir(test_folder()) == 0)
			(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	pump(child, &status);
	(void)snprintf(path, sizeof path, "%s/output", test_folder());
	char *text = test_read(path);
	(void)snprintf(real.output, sizeof real.output, "%s", text != NULL ? text : "");
	free(text);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* -- the tests -- */

static void the_c_library_resolves_the_names(void)
{
	test_needs_program("ip");
	open_real();
	CU_ASSERT_EQUAL(client("getent ahostsv4 images-secondary.stutter.test"), 0);
	TEST_CONTAINS(real.output, "203.0.113.31");
	CU_ASSERT(client("getent ahostsv4 nobody.stutter.test") != 0);
}

static void curl_goes_the_way_of_a_device(void)
{
	static const char *const versions[] = {"--tlsv1.2 --tls-max 1.2", "--tlsv1.3"};
	char command[512], name[64];

	test_needs_program("ip");
	test_needs_program("curl");
	open_real();
	CU_ASSERT_EQUAL(client("curl -sS http://connect2.stutter.test/connecttest.txt"), 0);
	TEST_CONTAINS(real.output, SERVICE_CONNECT_TEXT);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(command, sizeof command,
		               "curl -sS %s --cacert trust.pem --cert board.pem --key board.key "
		               "'https://auth.stutter.test/v1/nonce?device=" NAMES_DEVICE "'",
		               versions[i]);
		CU_ASSERT_EQUAL(client(command), 0);
		TEST_CONTAINS(real.output, "{\"nonce\": \"");
		(void)snprintf(command, sizeof command,
		               "curl -sSf %s --cacert trust.pem https://releases.stutter.test/v1/manifests/22.02.json", versions[i]);
		CU_ASSERT_EQUAL(client(command), 0);
		TEST_CONTAINS(real.output, "\"signed\": ");
		(void)snprintf(name, sizeof name, "os-%zu.bin", i);
		/* The beginning, and the rest as a resumed download. */
		(void)snprintf(
			command, sizeof command,
			"curl -sSf %s --cacert trust.pem -r 0-99999 -o %s https://images.stutter.test/images/os-22.02.bin && "
			"curl -sSf %s --cacert trust.pem -C - -o %s https://images-secondary.stutter.test/images/os-22.02.bin && sha256sum %s",
			versions[i], name, versions[i], name, name);
		CU_ASSERT_EQUAL(client(command), 0);
		TEST_CONTAINS(real.output, real.service.releases[SERVICE_RETAIL].images[RELEASE_OS].sha256);
	}
	/* Without the root, curl must not believe it. */
	CU_ASSERT(client("curl -sS https://core.stutter.test/") != 0);
	TEST_CONTAINS(real.output, "certificate");
	CU_ASSERT(client("curl -sSf --cacert trust.pem 'https://core.stutter.test/v1/update?device=x&feed=retail&version=1'") == 22);
	TEST_CONTAINS(real.output, "401");
}

static void udhcpc_gets_a_lease(void)
{
	test_needs_program("ip");
	test_needs_program("busybox");
	open_real();
	CU_ASSERT_EQUAL(client("busybox udhcpc -i far0 -n -q -f -s /bin/true"), 0);
	TEST_CONTAINS(real.output, "192.0.2.100");
}

static void chronyd_sees_the_time(void)
{
	test_needs_program("ip");
	test_needs_program("chronyd");
	open_real();
	CU_ASSERT_EQUAL(client("chronyd -Q -u root -t 20 'server time2.stutter.test iburst maxsamples 1'"), 0);
	const char *told = strstr(real.output, "System clock wrong by ");
	CU_ASSERT_PTR_NOT_NULL_FATAL(told);
	double wrong = strtod(told + strlen("System clock wrong by "), NULL);
	CU_ASSERT(wrong > -0.1 && wrong < 0.1);
}

const CU_TestInfo tests_real[] = {
	{"the C library resolves the names", the_c_library_resolves_the_names},
	{"curl goes the way of a device", curl_goes_the_way_of_a_device},
	{"udhcpc gets a lease", udhcpc_gets_a_lease},
	{"chronyd sees the time", chronyd_sees_the_time},
	CU_TEST_INFO_NULL,
};
