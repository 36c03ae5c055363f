/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An interface is restored to its former state, however its holder ends. Interfaces that must not
 * be taken are refused.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/live/interface.h"
#include "harness/live/refusal.h"
#include "tests/live/veth.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_interface[];

static char before[VETH_TEXT_MAX], text[VETH_TEXT_MAX];

static struct interface *take(const char *name)
{
	struct error err;
	struct interface *interface = interface_take(name, &err);

	if (interface == NULL)
		printf("    %s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(interface);
	return interface;
}

static void give_back(struct interface *interface)
{
	struct error err;

	CU_ASSERT(interface_give_back(interface, &err));
}

/* An interface with one of every kind of setting that could be lost. */
static void make_interfaces(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("sysctl -qw net.ipv6.conf.here.disable_ipv6=0");
	veth_run("ip addr add 192.0.2.1/24 brd + dev here && ip addr add 192.0.2.9/24 dev here");
	veth_run("ip addr add 198.51.100.1/25 dev here metric 300 && ip addr add 198.51.100.200/32 dev here noprefixroute label here:1");
	veth_run("ip route add 203.0.113.0/26 via 198.51.100.2 dev here metric 7");
	veth_run("ip route add 203.0.113.64/26 via 203.0.113.5 dev here onlink src 192.0.2.9 && "
	         "ip route add 203.0.113.128/26 via 192.0.2.7 dev here table 99 mtu 1400");
	veth_run("ip addr add 2001:db8:1::1/64 dev here && ip addr add 2001:db8:2::1/64 dev here noprefixroute");
	veth_run("ip route add 2001:db8:3::/48 via 2001:db8:1::2 dev here metric 77 && ip route add 2001:db8:4::/48 dev here");
	veth_run("ip neigh add 192.0.2.3 lladdr 02:00:00:00:00:03 dev here nud permanent");
	veth_run("ip neigh add 2001:db8:1::3 lladdr 02:00:00:00:00:03 dev here nud permanent");
	veth_run("ethtool -K here tso off gro on");
	veth_describe("here", before);
}

static void it_is_as_before_when_it_is_given_back(void)
{
	make_interfaces();
	struct interface *interface = take("here");
	CU_ASSERT(strcmp(veth_describe("here", text), before) != 0);
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
	/* And once more, so that nothing of the first time is left. */
	interface = take("here");
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

static void it_is_bare_while_it_is_taken(void)
{
	static const char *const off[] = {"generic-receive-offload: off", "tcp-segmentation-offload: off",
	                                  "generic-segmentation-offload: off", "tx-checksumming: off", "tx-udp-segmentation: off"};

	make_interfaces();
	struct interface *interface = take("here");
	struct port port = veth_port("here");
	veth_describe("here", text);
	CU_ASSERT_PTR_NULL(strstr(text, "inet "));
	CU_ASSERT_PTR_NULL(strstr(text, "inet6 "));
	CU_ASSERT_PTR_NULL(strstr(text, "via "));
	TEST_CONTAINS(text, "NOARP");
	TEST_CONTAINS(text, "promiscuity 1");
	TEST_CONTAINS(text, "ipv6/conf/here/disable_ipv6:1");
	for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
		TEST_CONTAINS(text, off[i]);
	port.ops->close(port.state);
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

static void one_that_does_not_come_back_is_told(void)
{
	char output[64];
	struct error err;

	make_interfaces();
	struct interface *interface = take("here");
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "pkill -KILL -x -P %ld stutter-guard", (long)getpid()), 0);
	CU_ASSERT(!interface_give_back(interface, &err));
	TEST_SAME_TEXT(err.text, "'here' is not as it was (see `ip addr show here`, `ip route`, "
	                         "`ethtool -k here`): the process that restores it has been killed");
}

static void one_that_was_down_is_down_again(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("ip link set dev here down && sysctl -qw net.ipv6.conf.here.disable_ipv6=0 && ip addr add 192.0.2.1/24 dev here");
	veth_describe("here", before);
	struct interface *interface = take("here");
	TEST_CONTAINS(veth_describe("here", text), ",UP");
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

static void settings_that_differ_already_stay(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("ip link set dev here arp off promisc on && ethtool -K here gro off tso off gso off tx off");
	veth_describe("here", before);
	struct interface *interface = take("here");
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
	/* A link-local address that someone took away does not come back with IPv6. */
	veth_run("sysctl -qw net.ipv6.conf.here.disable_ipv6=0 && ip -6 addr flush dev here");
	veth_describe("here", before);
	interface = take("here");
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

/* -- whatever ends its holder -- */

/*
 * A process that has taken both interfaces and opened their ports, in a process group of its own
 * like a program on a terminal.
 */
static pid_t holder(void)
{
	int ready[2];
	char byte;

	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)setpgid(0, 0);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		take("here");
		take("there");
		veth_port("here");
		(void)!write(ready[1], "r", 1);
		for (;;)
			pause();
	}
	(void)close(ready[1]);
	CU_ASSERT_EQUAL_FATAL(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void it_comes_back_after(int signal)
{
	static char other[VETH_TEXT_MAX];

	make_interfaces();
	veth_describe("there", other);
	pid_t pid = holder();
	CU_ASSERT(strcmp(veth_describe("here", text), before) != 0);
	/* As a terminal does it: to all of the group. */
	CU_ASSERT_EQUAL(kill(-pid, signal), 0);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	veth_wait_for("here", before);
	veth_wait_for("there", other);
}

static void it_comes_back_after_ctrl_c(void)
{
	it_comes_back_after(SIGINT);
}

static void it_comes_back_after_sigterm(void)
{
	it_comes_back_after(SIGTERM);
}

static void it_comes_back_after_sigkill(void)
{
	it_comes_back_after(SIGKILL);
}

static void it_comes_back_after_a_crash(void)
{
	it_comes_back_after(SIGSEGV);
}

static void it_can_be_taken_at_once_after_sigkill(void)
{
	make_interfaces();
	pid_t pid = holder();
	CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	struct interface *interface = take("here");
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

static void a_child_of_its_holder_changes_nothing(void)
{
	make_interfaces();
	struct interface *interface = take("here");
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	(void)poll(NULL, 0, 50);
	TEST_CONTAINS(veth_describe("here", text), "NOARP");
	give_back(interface);
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

static void one_that_disappears_is_given_back_with_the_other(void)
{
	char *other = text;
	static char now[VETH_TEXT_MAX];

	veth_enter();
	veth_pair("a", "a-far");
	veth_pair("b", "b-far");
	veth_run("ip addr add 192.0.2.1/24 dev b");
	veth_describe("b", other);
	struct interface *a = take("a"), *b = take("b");
	veth_run("ip link del dev a");
	give_back(a);
	give_back(b);
	TEST_SAME_TEXT(veth_describe("b", now), other);
}

static void one_that_is_renamed_comes_back_all_the_same(void)
{
	make_interfaces();
	struct interface *interface = take("here");
	veth_run("ip link set dev here down && ip link set dev here name away");
	give_back(interface);
	veth_describe("away", text);
	TEST_CONTAINS(text, ",UP");
	TEST_CONTAINS(text, "inet 192.0.2.1/24");
	TEST_CONTAINS(text, "inet6 2001:db8:1::1/64");
	TEST_CONTAINS(text, "generic-receive-offload: on");
	CU_ASSERT_PTR_NULL(strstr(text, "NOARP"));
}

/* -- refusals -- */

static void refused(const char *name, const char *words)
{
	struct error err = {.text = ""};
	struct interface *interface = interface_take(name, &err);

	CU_ASSERT_PTR_NULL(interface);
	give_back(interface);
	TEST_CONTAINS(err.text, words);
}

static void an_interface_that_cannot_be_bridged_is_refused(void)
{
	veth_enter();
	veth_pair("here", "there");
	refused("hree", "unknown interface 'hree'; did you mean 'here'?");
	refused("something", "unknown interface 'something'; `ip link` lists them");
	refused("a-name-that-no-interface-can-have", "unknown interface 'a-name-that-no-interface-can-have'");
	refused("", "unknown interface ''");
	refused("lo", "'lo' is not Ethernet");
	char output[256];
	if (test_shell(output, sizeof output, "ip link add name br0 type bridge && ip link set dev here master br0") != 0)
		test_skip("no bridges here: %s", output);
	veth_describe("here", before);
	refused("here", "'here' belongs to 'br0', which would forward "
	                "its frames as well: use another interface, "
	                "or remove it with `ip link set dev here nomaster`");
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

static void the_interface_of_the_default_route_is_refused(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("ip addr add 192.0.2.1/24 dev here && ip route add default via 192.0.2.2");
	veth_describe("here", before);
	refused("here", "'here' carries this machine's default route "
	                "by 192.0.2.2: use another interface, or remove "
	                "the route with `ip route del default dev here`");
	TEST_SAME_TEXT(veth_describe("here", text), before);
	veth_run("ip route del default && ip addr add 198.51.100.1/24 dev there");
	veth_run("ip route add default nexthop via 192.0.2.2 dev here nexthop via 198.51.100.2 dev there");
	refused("there", "'there' carries this machine's default route: ");
	refused("here", "'here' carries this machine's default route: ");
	veth_run("ip route del default && sysctl -qw net.ipv6.conf.here.disable_ipv6=0 && ip addr add 2001:db8::1/64 dev here && "
	         "ip -6 route add default via 2001:db8::2 table 99");
	refused("here",
	        "carries this machine's default route by 2001:db8::2: use another interface, or remove the route with `ip -6 route del "
	        "default dev here`");
}

/* Both ends are of this machine, which is all that the list of connections shows. */
static void connect_to_itself(int family, const char *address)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr *to = family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six;
	socklen_t length = family == AF_INET ? sizeof four : sizeof six;

	CU_ASSERT_EQUAL(inet_pton(family, address, family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr), 1);
	int server = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(bind(server, to, length) == 0 && listen(server, 1) == 0 && getsockname(server, to, &length) == 0);
	CU_ASSERT_EQUAL_FATAL(connect(client, to, length), 0);
	/* They stay open as long as the test. */
}

static void one_with_a_connection_is_refused(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("ip addr add 192.0.2.1/24 dev here");
	veth_run("sysctl -qw net.ipv6.conf.there.disable_ipv6=0 && ip addr add 2001:db8::1/64 dev there");
	struct interface *interface = take("here");
	give_back(interface);
	connect_to_itself(AF_INET, "192.0.2.1");
	refused("here", "'here' carries a connection of this machine (192.0.2.1:");
	connect_to_itself(AF_INET6, "2001:db8::1");
	refused("there", "'there' carries a connection of this machine ([2001:db8::1]:");
}

static void one_that_another_has_is_refused(void)
{
	char words[128];

	veth_enter();
	veth_pair("here", "there");
	struct interface *interface = take("here");
	refused("here", "'here' cannot be both ends of the bridge");
	give_back(interface);
	pid_t pid = holder();
	(void)snprintf(words, sizeof words, "'here' is in use by another proxy (process %ld)", (long)pid);
	refused("here", words);
	CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
}

static void one_under_another_is_refused(void)
{
	char output[256];

	veth_enter();
	veth_pair("here", "there");
	if (test_shell(output, sizeof output, "ip link add link here name here.7 type vlan id 7") != 0 &&
	    test_shell(output, sizeof output, "ip link add link here name here.7 type macvlan") != 0)
		test_skip("no VLAN or macvlan interfaces here: %s", output);
	veth_describe("here", before);
	refused("here", "'here.7' is stacked on 'here', and would receive and send there as "
	                "well: delete it (`ip link del dev here.7`), or use another interface");
	TEST_SAME_TEXT(veth_describe("here", text), before);
	veth_run("ip link del dev here.7");
	give_back(take("here"));
}

static void one_with_a_nexthop_object_is_refused(void)
{
	char output[256];

	make_interfaces();
	if (test_shell(output, sizeof output, "ip nexthop add id 7 via 192.0.2.8 dev here") != 0)
		test_skip("no nexthop objects here: %s", output);
	veth_run("ip route add 203.0.113.192/26 nhid 7");
	refused("here", "'here' has a route with a nexthop object, which would remain: "
	                "delete it (`ip nexthop del id 7`), or use another interface");
	veth_run("ip nexthop del id 7");
	TEST_SAME_TEXT(veth_describe("here", text), before);
	give_back(take("here"));
}

static void one_for_longer_frames_is_refused(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("ip link set dev here mtu 8175");
	refused("here", "'here' has an MTU of 8175, and frames here have at most 8192 bytes: `ip link set dev here mtu 1500`");
	veth_run("ip link set dev here mtu 8174");
	give_back(take("here"));
}

static void a_user_without_the_privilege_is_refused(void)
{
	make_interfaces();
	pid_t pid = fork();
	if (pid == 0) {
		/*
		 * Root in a user namespace has no privileges in a network namespace of another one.
		 */
		if (unshare(CLONE_NEWUSER) != 0)
			_exit(2);
		refused("here", "'here': this process may not change interfaces: start it with sudo");
		_exit(CU_get_number_of_failures() > 0);
	}
	int status = 0;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		test_skip("no user namespaces here");
	CU_ASSERT_EQUAL(status, 0);
	TEST_SAME_TEXT(veth_describe("here", text), before);
}

static void an_offload_that_stays_on_is_refused(void)
{
	struct offloads offloads = {.count = 3,
	                            .all = {{.name = "tx-tcp-segmentation", .on = true, .fixed = true},
	                                    {.name = "rx-gro", .on = true, .joins = true},
	                                    {.name = "rx-lro", .on = false, .joins = true, .fixed = true}}};
	struct error err;

	CU_ASSERT(refusal_by_offload("eth1", &offloads, true, &err));
	CU_ASSERT(!refusal_by_offload("eth1", &offloads, false, &err));
	TEST_CONTAINS(err.text, "'eth1' keeps its offload 'rx-gro' on, which "
	                        "merges frames before anyone sees them: ");
	offloads.all[2].on = true;
	CU_ASSERT(!refusal_by_offload("eth1", &offloads, true, &err));
	TEST_CONTAINS(err.text, "'eth1' keeps its offload 'rx-lro' on, which "
	                        "merges frames before anyone sees them, and its "
	                        "driver cannot switch it off: use another interface");
}

const CU_TestInfo tests_live_interface[] = {
	{"it is as before when it is given back", it_is_as_before_when_it_is_given_back},
	{"it is bare while it is taken", it_is_bare_while_it_is_taken},
	{"one that does not come back is told", one_that_does_not_come_back_is_told},
	{"one that was down is down again", one_that_was_down_is_down_again},
	{"settings that differ already stay", settings_that_differ_already_stay},
	{"it comes back after Ctrl-C", it_comes_back_after_ctrl_c},
	{"it comes back after SIGTERM", it_comes_back_after_sigterm},
	{"it comes back after SIGKILL", it_comes_back_after_sigkill},
	{"it comes back after a crash", it_comes_back_after_a_crash},
	{"it can be taken at once after SIGKILL", it_can_be_taken_at_once_after_sigkill},
	{"a child of its holder changes nothing", a_child_of_its_holder_changes_nothing},
	{"one that disappears is given back with the other", one_that_disappears_is_given_back_with_the_other},
	{"one that is renamed comes back all the same", one_that_is_renamed_comes_back_all_the_same},
	{"an interface that cannot be bridged is refused", an_interface_that_cannot_be_bridged_is_refused},
	{"the interface of the default route is refused", the_interface_of_the_default_route_is_refused},
	{"one with a connection is refused", one_with_a_connection_is_refused},
	{"one that another has is refused", one_that_another_has_is_refused},
	{"one under another is refused", one_under_another_is_refused},
	{"one with a nexthop object is refused", one_with_a_nexthop_object_is_refused},
	{"one for longer frames is refused", one_for_longer_frames_is_refused},
	{"a user without the privilege is refused", a_user_without_the_privilege_is_refused},
	{"an offload that stays on is refused", an_offload_that_stays_on_is_refused},
	CU_TEST_INFO_NULL,
};
