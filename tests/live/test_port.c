/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "tests/live/veth.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_port[];

static struct veth_taken taken;
static uint8_t buffer[FRAME_MAX];

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void give(struct port *port, struct bytes frame)
{
	struct error err;

	CU_ASSERT(port->ops->send(port->state, frame, &err));
}

static void end_ports(struct port *one, struct port *other)
{
	one->ops->close(one->state);
	other->ops->close(other->state);
}

static void frames_pass_whole_and_in_order(void)
{
	static const size_t lengths[] = {ETHERNET_HEADER, 60, 61, 1513, 1514};
	enum { COUNT = sizeof lengths / sizeof lengths[0] };

	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here"), there = veth_port("there");
	CU_ASSERT_STRING_EQUAL(here.name, "here");
	CU_ASSERT_EQUAL(fcntl(here.fd, F_GETFD), FD_CLOEXEC);
	for (size_t i = 0; i < COUNT; i++)
		give(&there, veth_frame(buffer, lengths[i], (uint8_t)i));
	veth_take(&here, COUNT, &taken);
	for (size_t i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL(taken.frames[i].length, lengths[i]);
		CU_ASSERT_EQUAL(memcmp(taken.frames[i].data, veth_frame(buffer, lengths[i], (uint8_t)i).data, lengths[i]), 0);
	}
	CU_ASSERT_EQUAL(here.ops->counters(here.state).received, COUNT);
	CU_ASSERT_EQUAL(here.ops->counters(here.state).lost_in, 0);
	CU_ASSERT_EQUAL(there.ops->counters(there.state).sent, COUNT);
	end_ports(&here, &there);
}

static void stamps_are_in_nanoseconds_of_the_wall_clock(void)
{
	enum { COUNT = 32 };
	unsigned finer = 0;

	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here"), there = veth_port("there");
	uint64_t before = now_ns();
	for (size_t i = 0; i < COUNT; i++)
		give(&there, veth_frame(buffer, 60, 1));
	veth_take(&here, COUNT, &taken);
	uint64_t after = now_ns();
	for (size_t i = 0; i < COUNT; i++) {
		CU_ASSERT(taken.frames[i].stamp_ns >= before && taken.frames[i].stamp_ns <= after);
		CU_ASSERT(i == 0 || taken.frames[i].stamp_ns >= taken.frames[i - 1].stamp_ns);
		finer += taken.frames[i].stamp_ns % 1000 != 0;
	}
	CU_ASSERT(finer > 0);
	end_ports(&here, &there);
}

static void own_frames_are_not_seen(void)
{
	struct error err;

	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here"), there = veth_port("there");
	give(&here, veth_frame(buffer, 60, 1));
	veth_take(&there, 1, &taken);
	memset(&taken, 0, sizeof taken);
	CU_ASSERT(veth_take_now(&here, &taken, &err));
	CU_ASSERT_EQUAL(taken.count, 0);
	/* What is for another station comes in all the same. */
	uint8_t *frame = buffer;
	memcpy(frame, "\x02\0\0\0\0\x77", 6);
	give(&there, bytes_of(frame, 60));
	veth_take(&here, 1, &taken);
	CU_ASSERT_EQUAL(taken.frames[0].data[5], 0x77);
	end_ports(&here, &there);
}

static void count_one(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	(void)frame;
	(void)stamp_ns;
	++*(unsigned *)ctx;
}

static void a_read_gives_no_more_than_was_asked_for(void)
{
	unsigned count = 0;
	struct error err;

	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here"), there = veth_port("there");
	for (unsigned i = 0; i < 3; i++)
		give(&there, veth_frame(buffer, 60, (uint8_t)i));
	for (unsigned i = 1; i <= 3; i++) {
		struct pollfd wait = {.fd = here.fd, .events = POLLIN};
		CU_ASSERT_EQUAL_FATAL(poll(&wait, 1, 20000), 1);
		CU_ASSERT(here.ops->read(here.state, 1, count_one, &count, &err));
		CU_ASSERT_EQUAL(count, i);
	}
	CU_ASSERT(here.ops->read(here.state, 1, count_one, &count, &err));
	CU_ASSERT_EQUAL(count, 3);
	end_ports(&here, &there);
}

/* -- what does not fit -- */

static void a_frame_beyond_the_mtu_is_not_sent_and_counted(void)
{
	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here"), there = veth_port("there");
	give(&here, veth_frame(buffer, 4000, 1));
	CU_ASSERT_EQUAL(here.ops->counters(here.state).sent, 0);
	CU_ASSERT_EQUAL(here.ops->counters(here.state).lost_out, 1);
	give(&here, veth_frame(buffer, 60, 1));
	veth_take(&there, 1, &taken);
	CU_ASSERT_EQUAL(taken.frames[0].length, 60);
	end_ports(&here, &there);
}

static void frames_of_a_larger_mtu_pass(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("ip link set dev here mtu 7000 && ip link set dev there mtu 7000");
	struct port here = veth_port("here"), there = veth_port("there");
	give(&there, veth_frame(buffer, 7014, 1));
	veth_take(&here, 1, &taken);
	CU_ASSERT_EQUAL(taken.frames[0].length, 7014);
	end_ports(&here, &there);
}

static void a_tag_stays_in_its_frame(void)
{
	veth_enter();
	veth_pair("here", "there");
	veth_run("ethtool -K here gro off tso off gso off");
	struct port here = veth_port("here"), there = veth_port("there");
	veth_frame(buffer, 1518, 1);
	memcpy(buffer + 12, "\x81\x00\x20\x07\x88\xb5", 6);
	give(&there, bytes_of(buffer, 1518));
	veth_take(&here, 1, &taken);
	CU_ASSERT_EQUAL(taken.frames[0].length, 1518);
	CU_ASSERT_EQUAL(memcmp(taken.frames[0].data, buffer, 1518), 0);
	end_ports(&here, &there);
}

/* A socket at the other interface, from 192.0.2.2 to 192.0.2.1, with a static neighbour entry. */
static int udp_socket(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};

	veth_run("ip addr add 192.0.2.2/24 dev there && ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev there");
	CU_ASSERT_EQUAL_FATAL(inet_pton(AF_INET, "192.0.2.1", &to.sin_addr), 1);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	return fd;
}

static bool is_udp(const uint8_t *data, size_t length)
{
	const struct packet packet = packet_parse(bytes_of(data, length));

	return packet.is_ipv4 && packet.protocol == IP_UDP;
}

/* Leaves nothing but UDP among what was taken: the other interface speaks for itself, too. */
static void take_udp(struct port *port)
{
	do {
		memset(&taken, 0, sizeof taken);
		veth_take(port, 1, &taken);
	} while (!is_udp(taken.frames[0].data, taken.frames[0].length));
}

/*
 * What its sender has joined for its adapter to split (UDP_SEGMENT) comes as one, and fits no
 * frame.
 */
static void a_frame_that_its_sender_has_joined_is_not_taken_and_counted(void)
{
	const int segment = 1000;

	veth_enter();
	veth_pair("here", "there");
	/* As interface_take() leaves it; with them on, libpcap makes room for joined frames. */
	veth_run("ethtool -K here gro off tso off gso off");
	struct port here = veth_port("here");
	int fd = udp_socket();
	if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) != 0)
		test_skip("no UDP_SEGMENT here");
	CU_ASSERT_EQUAL(send(fd, buffer, 8000, 0), 8000);
	const int off = 0;
	CU_ASSERT_EQUAL(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &off, sizeof off), 0);
	CU_ASSERT_EQUAL(send(fd, buffer, 100, 0), 100);
	take_udp(&here);
	CU_ASSERT_EQUAL(taken.frames[0].length, ETHERNET_HEADER + 20 + 8 + 100);
	CU_ASSERT_EQUAL(here.ops->counters(here.state).too_long, 1);
	CU_ASSERT_EQUAL(here.ops->counters(here.state).lost_in, 1);
	(void)close(fd);
	here.ops->close(here.state);
}

static void a_checksum_that_its_sender_left_is_finished(void)
{
	uint8_t mended[FRAME_MAX];

	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here");
	int fd = udp_socket();
	memset(buffer, 0x5a, 333);
	CU_ASSERT_EQUAL(send(fd, buffer, 333, 0), 333);
	take_udp(&here);
	memcpy(mended, taken.frames[0].data, taken.frames[0].length);
	checksum_mend(mended, taken.frames[0].length);
	CU_ASSERT_EQUAL(memcmp(mended, taken.frames[0].data, taken.frames[0].length), 0);
	(void)close(fd);
	here.ops->close(here.state);
}

/* -- what goes away -- */

static void wait_until_gone(struct port *port, struct error *ret_error)
{
	struct pollfd wait = {.fd = port->fd, .events = POLLIN};

	do {
		CU_ASSERT_EQUAL_FATAL(poll(&wait, 1, 20000), 1);
	} while (veth_take_now(port, &taken, ret_error));
}

static void an_interface_that_is_removed_is_told_of(void)
{
	struct error err;

	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here");
	veth_run("ip link del dev there");
	wait_until_gone(&here, &err);
	TEST_CONTAINS(err.text, "here is gone: ");
	CU_ASSERT(!here.ops->send(here.state, veth_frame(buffer, 60, 1), &err));
	TEST_CONTAINS(err.text, "here is gone: ");
	here.ops->close(here.state);
}

static void an_interface_that_is_down_loses_and_goes_on_when_it_is_up(void)
{
	struct error err;

	veth_enter();
	veth_pair("here", "there");
	struct port here = veth_port("here"), there = veth_port("there");
	veth_run("ip link set dev here down");
	CU_ASSERT(veth_take_now(&here, &taken, &err));
	CU_ASSERT_EQUAL(here.ops->send(here.state, veth_frame(buffer, 60, 1), &err), SENT_LOST);
	CU_ASSERT_EQUAL(here.ops->counters(here.state).lost_out, 1);
	/* Some time after the carrier is back the kernel lets frames pass again. */
	veth_run(
		"ip link set dev here up; for i in here there; do until ip link show dev $i | grep -q 'state UP'; do sleep 0.05; done; done");
	give(&there, veth_frame(buffer, 60, 1));
	veth_take(&here, 1, &taken);
	give(&here, veth_frame(buffer, 61, 1));
	veth_take(&there, 2, &taken);
	CU_ASSERT(taken.frames[0].length == 60 && taken.frames[1].length == 61);
	end_ports(&here, &there);
}

static void what_cannot_be_opened_is_told_of(void)
{
	struct port port;
	struct error err;

	veth_enter();
	CU_ASSERT(!port_open_interface(&port, "nothere", &err));
	TEST_CONTAINS(err.text, "unknown interface 'nothere'");
	veth_pair("here", "there");
	veth_run("ip link set dev here down");
	CU_ASSERT(!port_open_interface(&port, "here", &err));
	TEST_CONTAINS(err.text, "here cannot be opened: ");
	veth_run("ip tuntap add dev flat mode tun && ip link set dev flat up");
	CU_ASSERT(!port_open_interface(&port, "flat", &err));
	TEST_CONTAINS(err.text, "flat is not Ethernet");
}

/* -- TAP -- */

static int open_tap(const char *name)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	(void)snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) != 0)
		test_skip("no TAP interfaces here");
	return fd;
}

static void a_tap_gives_and_takes_frames(void)
{
	struct error err;
	struct port tap;

	veth_enter();
	CU_ASSERT(port_open_tap(&tap, open_tap("tap"), "the tap"));
	veth_run("sysctl -qw net.ipv6.conf.tap.disable_ipv6=1 && ip link set dev tap up");
	struct port there = veth_port("tap");
	uint64_t before = now_ns();
	give(&there, veth_frame(buffer, 60, 1));
	veth_take(&tap, 1, &taken);
	CU_ASSERT_EQUAL(taken.frames[0].length, 60);
	CU_ASSERT(taken.frames[0].stamp_ns >= before && taken.frames[0].stamp_ns <= now_ns());
	CU_ASSERT(veth_take_now(&tap, &taken, &err));
	CU_ASSERT_EQUAL(taken.count, 1);
	give(&tap, veth_frame(buffer, 1514, 2));
	veth_take(&there, 2, &taken);
	CU_ASSERT_EQUAL(taken.frames[1].length, 1514);
	CU_ASSERT_EQUAL(tap.ops->counters(tap.state).received, 1);
	CU_ASSERT_EQUAL(tap.ops->counters(tap.state).sent, 1);
	end_ports(&tap, &there);
}

static void a_tap_whose_interface_is_down_loses_and_one_that_is_removed_is_gone(void)
{
	struct error err;
	struct port tap;

	veth_enter();
	CU_ASSERT(port_open_tap(&tap, open_tap("tap"), "the tap"));
	give(&tap, veth_frame(buffer, 60, 1));
	CU_ASSERT_EQUAL(tap.ops->counters(tap.state).lost_out, 1);
	veth_run("ip link del dev tap");
	CU_ASSERT(!veth_take_now(&tap, &taken, &err));
	TEST_CONTAINS(err.text, "the tap is gone: ");
	CU_ASSERT(!tap.ops->send(tap.state, veth_frame(buffer, 60, 1), &err));
	tap.ops->close(tap.state);
}

const CU_TestInfo tests_live_port[] = {
	{"frames pass whole and in order", frames_pass_whole_and_in_order},
	{"stamps are in nanoseconds of the wall clock", stamps_are_in_nanoseconds_of_the_wall_clock},
	{"own frames are not seen", own_frames_are_not_seen},
	{"a read gives no more than was asked for", a_read_gives_no_more_than_was_asked_for},
	{"a frame beyond the MTU is not sent, and counted", a_frame_beyond_the_mtu_is_not_sent_and_counted},
	{"frames of a larger MTU pass", frames_of_a_larger_mtu_pass},
	{"a tag stays in its frame", a_tag_stays_in_its_frame},
	{"a frame that its sender has joined is not taken, and counted", a_frame_that_its_sender_has_joined_is_not_taken_and_counted},
	{"a checksum that its sender left is finished", a_checksum_that_its_sender_left_is_finished},
	{"an interface that is removed is told of", an_interface_that_is_removed_is_told_of},
	{"an interface that is down loses, and goes on when it is up", an_interface_that_is_down_loses_and_goes_on_when_it_is_up},
	{"what cannot be opened is told of", what_cannot_be_opened_is_told_of},
	{"a TAP gives and takes frames", a_tap_gives_and_takes_frames},
	{"a TAP whose interface is down loses, and one that is removed is gone",
         a_tap_whose_interface_is_down_loses_and_one_that_is_removed_is_gone},
	CU_TEST_INFO_NULL,
};
