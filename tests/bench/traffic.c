/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/link/frame.h"

/*
 * The ring: a tenth of a second at the highest rate that is asked for, since this thread may have
 * to wait for its core that long.
 */
#define SLOT_BYTES 2048U
#define SLOTS (1U << 15)
#define BLOCK_BYTES (1U << 20)
#define SENT_AT_ONCE 32U
#define SILENCE_NS 1000000000U
/* A frame that has not come by then has been lost: the window opens. */
#define STALL_NS 200000000U

/* Where things stand in a frame: Ethernet, IPv4, UDP, number, time. */
#define IP_AT 14U
#define UDP_AT 34U
#define NUMBER_AT 42U
#define TIME_AT 50U

uint64_t traffic_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* -- ends -- */

/* A socket that is bound to no protocol gets nothing before all is set. */
static bool share_ring(struct traffic_end *end)
{
	const struct tpacket_req request = {.tp_block_size = BLOCK_BYTES,
	                                    .tp_block_nr = SLOTS / (BLOCK_BYTES / SLOT_BYTES),
	                                    .tp_frame_size = SLOT_BYTES,
	                                    .tp_frame_nr = SLOTS};
	const int version = TPACKET_V2, one = 1;

	(void)setsockopt(end->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
	(void)setsockopt(end->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
	if (setsockopt(end->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
	    setsockopt(end->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0)
		return false;
	void *ring = mmap(NULL, (size_t)SLOTS * SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, end->fd, 0);
	if (ring == MAP_FAILED)
		return false;
	end->ring = ring;
	return true;
}

static bool open_here(struct traffic_end *end, const char *interface)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)if_nametoindex(interface)};

	end->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return end->fd >= 0 && address.sll_ifindex != 0 && share_ring(end) &&
	       bind(end->fd, (struct sockaddr *)&address, sizeof address) == 0;
}

bool traffic_open(struct traffic_end *ret_end, int space, const char *interface, const char **ret_why)
{
	const int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	bool good = here >= 0 && setns(space, CLONE_NEWNET) == 0;

	*ret_end = (struct traffic_end){.fd = -1};
	good = good && open_here(ret_end, interface);
	if (!good)
		*ret_why = strerror(errno);
	if (here >= 0)
		(void)setns(here, CLONE_NEWNET);
	(void)close(here);
	if (!good)
		traffic_close(ret_end);
	return good;
}

void traffic_close(struct traffic_end *end)
{
	if (end->ring != NULL)
		(void)munmap(end->ring, (size_t)SLOTS * SLOT_BYTES);
	if (end->fd >= 0)
		(void)close(end->fd);
	*end = (struct traffic_end){.fd = -1};
}

/* What came since it was last asked and found no room in the ring. */
static uint64_t unseen(const struct traffic_end *end)
{
	struct tpacket_stats stats = {0};
	socklen_t size = sizeof stats;

	(void)getsockopt(end->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
	return stats.tp_drops;
}

/* -- frames -- */

static uint32_t header_sum(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static void swap(uint8_t *one, uint8_t *other, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const uint8_t kept = one[i];
		one[i] = other[i];
		other[i] = kept;
	}
}

/*
 * From 192.0.2.100 and its successors to 192.0.2.1, or back, without a checksum of UDP (RFC 768).
 */
static void make_frame(uint8_t *frame, const struct traffic *traffic, unsigned device)
{
	const unsigned length = traffic->length;
	static const uint8_t head[] = {0x02, 0,  0,  0, 0, 0x01, 0x02, 0, 0, 0,   0, 0, 0x08, 0,    0x45, 0, 0, 0, 0, 0, 0,
	                               0,    64, 17, 0, 0, 192,  0,    2, 0, 192, 0, 2, 1,    0x9c, 0x40, 0, 0, 0, 0, 0, 0};

	memset(frame, 0x55, length);
	memcpy(frame, head, sizeof head);
	frame[11] = (uint8_t)(0x10 + device);
	frame[IP_AT + 15] = (uint8_t)(100 + device);
	put_be16(frame + IP_AT + 2, length - IP_AT);
	put_be16(frame + UDP_AT + 2, TRAFFIC_PORT);
	put_be16(frame + UDP_AT + 4, length - UDP_AT);
	put_be16(frame + IP_AT + 10, ~header_sum(frame + IP_AT) & 0xffff);
	if (traffic->back) {
		swap(frame, frame + 6, 6);
		swap(frame + IP_AT + 12, frame + IP_AT + 16, 4);
	}
}

/* -- passing -- */

struct passage {
	const struct traffic *traffic;
	struct traffic_result *result;
	uint64_t began_ns, moved_ns; /* when the last was sent or came */
	/* of those that were sent: came, or were given up */
	uint64_t settled;
	uint64_t seen[TRAFFIC_FRAMES_MAX / 64]; /* a bit for each number that has come */
	struct mmsghdr messages[SENT_AT_ONCE];
	struct iovec parts[SENT_AT_ONCE];
	uint8_t frames[SENT_AT_ONCE][SLOT_BYTES];
};

static void count(struct passage *passage, const uint8_t *frame, uint64_t now_ns)
{
	struct traffic_result *result = passage->result;
	uint64_t number, sent_ns;

	memcpy(&number, frame + NUMBER_AT, sizeof number);
	memcpy(&sent_ns, frame + TIME_AT, sizeof sent_ns);
	CHECK(number < TRAFFIC_FRAMES_MAX);
	uint64_t *seen = &passage->seen[number / 64];
	const uint64_t bit = UINT64_C(1) << number % 64;
	passage->moved_ns = now_ns;
	if ((*seen & bit) != 0) {
		result->again++;
		return;
	}
	*seen |= bit;
	result->received++;
	passage->settled++;
	const uint64_t took = now_ns - sent_ns, expected = passage->traffic->expected_ns;
	skew_add(&result->delays, took > expected ? took - expected : expected - took);
}

/* Takes what lies in the ring. */
static void drain(struct passage *passage)
{
	struct traffic_end *end = passage->traffic->to;

	for (;;) {
		uint8_t *slot = end->ring + (size_t)end->at * SLOT_BYTES;
		struct tpacket2_hdr *header = (struct tpacket2_hdr *)(void *)slot;
		if ((__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0)
			return;
		const uint8_t *frame = slot + header->tp_mac;
		uint16_t port;
		memcpy(&port, frame + UDP_AT + 2, sizeof port);
		if (header->tp_snaplen >= FRAME_MIN && port == htons(TRAFFIC_PORT))
			count(passage, frame, traffic_now_ns());
		__atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		end->at = (end->at + 1) % SLOTS;
	}
}

/* How many may be sent now. */
static uint64_t due(const struct passage *passage, uint64_t now_ns)
{
	const struct traffic *traffic = passage->traffic;
	const uint64_t sent = passage->result->sent, since_ns = now_ns - passage->began_ns;
	uint64_t most = SENT_AT_ONCE;

	if (since_ns >= traffic->for_ns)
		return 0;
	if (traffic->window != 0) {
		const uint64_t under_way = sent - passage->settled;
		const uint64_t left = under_way < traffic->window ? traffic->window - under_way : 0;
		most = left < most ? left : most;
	}
	if (traffic->rate != 0) {
		const uint64_t wanted = (uint64_t)((double)since_ns * (double)traffic->rate / 1e9) + 1;
		const uint64_t left = wanted > sent ? wanted - sent : 0;
		most = left < most ? left : most;
	}
	return most;
}

static void send_some(struct passage *passage, uint64_t some)
{
	const struct traffic *traffic = passage->traffic;
	struct traffic_result *result = passage->result;
	const unsigned devices = traffic->devices > 0 ? traffic->devices : 1;

	for (unsigned i = 0; i < some; i++) {
		const uint64_t number = result->sent + result->unsent + i, now_ns = traffic_now_ns();
		uint8_t *frame = passage->frames[i];
		if (devices > 1)
			make_frame(frame, traffic, (unsigned)(number % devices));
		memcpy(frame + NUMBER_AT, &number, sizeof number);
		memcpy(frame + TIME_AT, &now_ns, sizeof now_ns);
	}
	const int taken = sendmmsg(traffic->from->fd, passage->messages, (unsigned)some, 0);
	result->sent += taken > 0 ? (uint64_t)taken : 0;
	result->unsent += taken < 0;
	passage->moved_ns = traffic_now_ns();
}

static void begin(struct passage *passage)
{
	for (unsigned i = 0; i < SENT_AT_ONCE; i++) {
		make_frame(passage->frames[i], passage->traffic, 0);
		passage->parts[i] = (struct iovec){passage->frames[i], passage->traffic->length};
		passage->messages[i].msg_hdr = (struct msghdr){.msg_iov = &passage->parts[i], .msg_iovlen = 1};
	}
	drain(passage);
	(void)unseen(passage->traffic->to);
	*passage->result = (struct traffic_result){0};
	passage->settled = 0;
	memset(passage->seen, 0, sizeof passage->seen);
	passage->began_ns = passage->moved_ns = traffic_now_ns();
}

static bool is_over(const struct passage *passage, uint64_t now_ns)
{
	const struct traffic_result *result = passage->result;

	return now_ns - passage->began_ns >= passage->traffic->for_ns &&
	       (result->received >= result->sent || now_ns - passage->moved_ns >= SILENCE_NS + passage->traffic->expected_ns);
}

void traffic_pass(const struct traffic *traffic, struct traffic_result *ret_result)
{
	static struct passage passage;
	uint64_t now_ns;

	passage.traffic = traffic;
	passage.result = ret_result;
	begin(&passage);
	while (!is_over(&passage, now_ns = traffic_now_ns())) {
		const uint64_t some = due(&passage, now_ns);
		if (some > 0)
			send_some(&passage, some);
		else if (traffic->window != 0 && now_ns - passage.moved_ns >= STALL_NS + traffic->expected_ns)
			passage.settled = ret_result->sent;
		drain(&passage);
	}
	ret_result->ns = passage.moved_ns - passage.began_ns;
	ret_result->unseen = unseen(traffic->to);
}

uint64_t traffic_lost(const struct traffic_result *result)
{
	const uint64_t came = result->received + result->unseen;

	return result->sent > came ? result->sent - came : 0;
}
