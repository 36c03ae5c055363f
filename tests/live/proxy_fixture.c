/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/live/proxy_fixture.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

char proxy_fixture_output[PROXY_FIXTURE_OUTPUT_MAX];

static const char functions[] =
	"ip link set lo up; sysctl -qw net.ipv6.conf.default.accept_dad=0\n"
	"unshare -n sleep 250 & dev=$!\n"
	"unshare -n sleep 250 & srv=$!\n"
	"trap 'kill $dev $srv $proxy 2>/dev/null' EXIT\n"
	"while [ \"$(readlink /proc/$dev/ns/net)\" = \"$(readlink /proc/$$/ns/net)\" ] || [ \"$(readlink /proc/$srv/ns/net)\" = "
	"\"$(readlink /proc/$$/ns/net)\" ]; do sleep 0.05; done\n"
	"device() { nsenter -t $dev -n \"$@\"; }\n"
	"server() { nsenter -t $srv -n \"$@\"; }\n"
	"ip link add d1 type veth peer name d0 netns $dev\n"
	"ip link add s1 type veth peer name s0 netns $srv\n"
	"ip link set d1 up; ip link set s1 up\n"
	"device ip addr add 192.0.2.100/24 dev d0; device ip link set d0 up; device ip link set lo up\n"
	"server ip addr add 192.0.2.1/24 dev s0; server ip link set s0 up; server ip link set lo up\n"
	"device ethtool -K d0 tso off gso off tx off >/dev/null; server ethtool -K s0 tso off gso off tx off >/dev/null\n"
	"while ip -6 addr show tentative | grep -q inet6; do sleep 0.05; done\n"
	"ctl() { $stutter ctl --control control.sock \"$@\"; }\n"
	"begin() { s=$1; shift; $stutter proxy --device-side d1 --server-side s1 \"$s\" --control control.sock --skew-limit 0ns \"$@\" "
	">proxy.txt 2>&1 & proxy=$!\n"
	"  i=0; until ctl counters >/dev/null 2>&1; do i=$((i+1)); [ $i -lt 300 ] && kill -0 $proxy || { cat proxy.txt; exit 1; }; sleep 0.1; done; }\n"
	"end() { ctl stop >/dev/null; wait $proxy; echo \"proxy $?\"; proxy=; }\n"
	"ping() { device busybox ping -c \"$1\" -W 5 192.0.2.1 | grep -o '[0-9]* packets received'; }\n"
	"same() { ip -d addr show dev \"$1\"; ip route show table all dev \"$1\"; ethtool -k \"$1\"; cat /proc/sys/net/ipv6/conf/\"$1\"/disable_ipv6; }\n";

/* With the script end all that it has started, a daemon too. */
static const char *new_namespaces(void)
{
	return geteuid() == 0 ? "-nmpf --mount-proc --kill-child" : "-rnmpf --mount-proc --kill-child";
}

static void try_script(const char *script)
{
	for (size_t i = 0; i < 4; i++) {
		static const char *const needed[] = {"/usr/sbin/ip", "/usr/bin/busybox", "/usr/bin/nsenter", "/usr/sbin/ethtool"};
		if (access(needed[i], X_OK) != 0)
			test_skip("no %s", needed[i]);
	}
	if (test_shell(proxy_fixture_output, sizeof proxy_fixture_output, "unshare %s true", new_namespaces()) != 0)
		test_skip("no network namespace can be made here: %s", proxy_fixture_output);
	FILE *file = fopen(test_write("script.sh", ""), "w");
	CU_ASSERT_FATAL(file != NULL);
	fprintf(file, "cd %s\nstutter='%s'\n%s%s", test_folder(), test_program(), functions, script);
	CU_ASSERT_FATAL(fclose(file) == 0);
}

int proxy_fixture_run(const char *script)
{
	try_script(script);
	return test_shell(proxy_fixture_output, sizeof proxy_fixture_output, "unshare %s sh %s/script.sh", new_namespaces(), test_folder());
}
