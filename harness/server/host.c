/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: lwIP runs without threads, on the time of the world (sys_now()). After all that
 * may have set one of its timers, reschedule() puts one event of the world at the next of them.
 * State is at file scope because lwIP's is.
 */
#include "harness/server/host.h"

#include <stdlib.h>
#include <string.h>

#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "lib/sim/random.h"

static struct {
	struct sim *sim;
	struct trace *trace;
	struct host_ops ops;
	void *ctx;
	/* the port, and one for each address behind it */
	struct netif netif, others[HOST_ADDRESSES_MAX];
	size_t other_count;
	struct sim_event timer;
	struct random_stream random, isn;
	uint64_t draws;
	struct {
		host_gate *ask;
		void *ctx;
	} gates[HOST_GATES_MAX];
	size_t gate_count;
	bool started;
	bool df; /* TCP is sent with DF set */
	bool relays;
	struct netif sides[2]; /* of a relay, by the direction in which they send */
	struct netif *hears;   /* the one on which a packet has come that is looked at */
	host_relay_output *relay_output;
} host;

u32_t sys_now(void)
{
	return (u32_t)(host.sim->now / SIM_MS);
}

/*
 * lwIP draws ports and the like: the only sequential draws there are, from a stream of their own.
 */
uint32_t host_random(void)
{
	return (uint32_t)random_bits(host.random, host.draws++, 0);
}

/* RFC 6528: a function of the connection and a clock. */
uint32_t host_isn(uint32_t local_address, uint16_t local_port, uint32_t remote_address, uint16_t remote_port)
{
	uint64_t ends = (uint64_t)local_port << 48 | (uint64_t)remote_port << 32 | remote_address;

	return (uint32_t)random_bits(host.isn, ends, local_address) + (uint32_t)(host.sim->now / (4 * SIM_US));
}

_Noreturn void host_lwip_failed(const char *file, int line, const char *what)
{
	check_failed(file, line, what);
}

/* DF is bit 14 of the third word of the IPv4 header, behind 14 bytes of Ethernet. */
#define IP_FLAGS_AT (14U + 6U)
#define IP_CHECKSUM_AT (14U + 10U)
#define IP_DF 0x4000U

static void set_df(uint8_t *data, size_t length)
{
	const struct packet packet = packet_parse(bytes_of(data, length));
	uint16_t flags, checksum;

	if (!packet.is_tcp || !bytes_be16(bytes_of(data, length), IP_FLAGS_AT, &flags) ||
	    !bytes_be16(bytes_of(data, length), IP_CHECKSUM_AT, &checksum))
		return;
	put_be16(data + IP_FLAGS_AT, flags | IP_DF);
	put_be16(data + IP_CHECKSUM_AT, checksum_adjusted(checksum, flags, flags | IP_DF));
}

void host_set_df(bool on)
{
	host.df = on;
}

static err_t output(struct netif *netif, struct pbuf *packet)
{
	uint8_t data[FRAME_MAX];

	(void)netif;
	CHECK_INT(packet->tot_len, <=, sizeof data);
	u16_t length = pbuf_copy_partial(packet, data, packet->tot_len, 0);
	if (host.df)
		set_df(data, length);
	host.ops.output(host.ctx, frame_new(data, length), host.sim->now);
	return ERR_OK;
}

static err_t init_netif(struct netif *netif)
{
	static const u8_t mac[6] = HOST_MAC;

	netif->name[0] = 'f';
	netif->name[1] = 'e';
	netif->mtu = 1500;
	netif->hwaddr_len = sizeof mac;
	memcpy(netif->hwaddr, mac, sizeof mac);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	netif->output = etharp_output;
	netif->linkoutput = output;
	return ERR_OK;
}

/*
 * An interface of its own without a port: IPv4 input takes what is for the address of any
 * interface.
 */
static err_t init_other(struct netif *netif)
{
	netif->name[0] = 'b';
	netif->name[1] = 'h';
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

void host_add_address(uint32_t address)
{
	ip4_addr_t own = {lwip_htonl(address)}, netmask = {UINT32_MAX}, gateway = {0};
	struct netif *netif = &host.others[host.other_count++];

	CHECK_INT(host.other_count, <=, HOST_ADDRESSES_MAX);
	CHECK(netif_add(netif, &own, &netmask, &gateway, NULL, init_other, ethernet_input) != NULL);
	netif_set_up(netif);
}

static void reschedule(void)
{
	u32_t sleep = sys_timeouts_sleeptime();

	if (sleep == SYS_TIMEOUTS_SLEEPTIME_INFINITE) {
		sim_cancel(host.sim, &host.timer);
		return;
	}
	sim_ns at = (host.sim->now / SIM_MS + sleep) * SIM_MS;
	sim_schedule(host.sim, &host.timer, at > host.sim->now ? at : host.sim->now);
}

static void fire_timer(void *ctx, sim_ns now)
{
	(void)ctx;
	(void)now;
	sys_check_timeouts();
	reschedule();
}

static void begin(struct sim *sim, struct trace *trace, uint64_t seed, struct host_ops ops, void *ctx)
{
	CHECK(!host.started);
	host.started = true;
	host.sim = sim;
	host.trace = trace;
	host.ops = ops;
	host.ctx = ctx;
	host.random = random_stream(seed, "host random");
	host.isn = random_stream(seed, "host isn");
	host.timer = (struct sim_event){.fire = fire_timer, .lag = ops.lag};
	lwip_init();
}

void host_open(struct sim *sim, struct trace *trace, uint64_t seed, struct host_ops ops, void *ctx)
{
	ip4_addr_t address = {lwip_htonl(HOST_ADDRESS)}, netmask = {lwip_htonl(HOST_NETMASK)}, gateway = {0};

	begin(sim, trace, seed, ops, ctx);
	CHECK(netif_add(&host.netif, &address, &netmask, &gateway, NULL, init_netif, ethernet_input) != NULL);
	netif_set_default(&host.netif);
	netif_set_up(&host.netif);
	reschedule();
}

/* -- a relay -- */

struct netif *host_route(void)
{
	return host.hears;
}

struct netif *host_relay_side(enum direction direction)
{
	return host.relays ? &host.sides[direction] : NULL;
}

/*
 * Who is meant by an address stands in the frame that came from there (relay/inside.h), so nobody
 * is asked by ARP.
 */
static err_t output_packet(struct netif *netif, struct pbuf *packet, const ip4_addr_t *address)
{
	uint8_t data[FRAME_MAX];

	(void)address;
	CHECK_INT(packet->tot_len, <=, sizeof data);
	u16_t length = pbuf_copy_partial(packet, data, packet->tot_len, 0);
	host.relay_output(host.ctx, bytes_of(data, length), netif == &host.sides[TO_SERVER] ? TO_SERVER : TO_DEVICE, host.sim->now);
	return ERR_OK;
}

static err_t init_side(struct netif *netif)
{
	netif->name[0] = 'r';
	netif->name[1] = 'y';
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_LINK_UP;
	netif->output = output_packet;
	return ERR_OK;
}

void host_open_relay(struct sim *sim, struct trace *trace, uint64_t seed, host_relay_output *sends, void *ctx)
{
	ip4_addr_t nobody = {lwip_htonl(0x7f000001U)}, netmask = {UINT32_MAX}, gateway = {0};

	begin(sim, trace, seed, (struct host_ops){NULL, 0}, ctx);
	host.relays = true;
	host.relay_output = sends;
	for (unsigned i = 0; i < 2; i++) {
		CHECK(netif_add(&host.sides[i], &nobody, &netmask, &gateway, NULL, init_side, ip4_input) != NULL);
		netif_set_up(&host.sides[i]);
	}
	reschedule();
}

void host_relay_input(struct bytes data, enum direction direction)
{
	struct netif *side = &host.sides[direction == TO_SERVER ? TO_DEVICE : TO_SERVER];
	struct pbuf *packet;

	if (data.length < IP_HLEN || data.length > FRAME_MAX)
		return;
	packet = pbuf_alloc(PBUF_RAW, (u16_t)data.length, PBUF_RAM);
	CHECK(packet != NULL);
	CHECK(pbuf_take(packet, data.data, (u16_t)data.length) == ERR_OK);
	/*
	 * It is whoever is meant. Connections have addresses of their own, so nothing else asks for
	 * the interface's.
	 */
	ip4_addr_set_u32(ip_2_ip4(&side->ip_addr), ((const struct ip_hdr *)packet->payload)->dest.addr);
	host.hears = side;
	if (side->input(packet, side) != ERR_OK)
		pbuf_free(packet);
	host.hears = NULL;
	reschedule();
}

void host_close(void)
{
	sim_cancel(host.sim, &host.timer);
}

void host_add_gate(host_gate *gate, void *ctx)
{
	CHECK_INT(host.gate_count, <, HOST_GATES_MAX);
	host.gates[host.gate_count].ask = gate;
	host.gates[host.gate_count++].ctx = ctx;
}

/* RFC 9293 3.10.7.1: the answer of a closed port. */
static void send_reset(const struct packet *packet)
{
	ip_addr_t own = {lwip_htonl(packet->destination)}, remote = {lwip_htonl(packet->source)};
	uint32_t length = (uint32_t)packet->payload.length + !!(packet->tcp_flags & TCP_FLAG_SYN) + !!(packet->tcp_flags & TCP_FLAG_FIN);

	if (!(packet->tcp_flags & TCP_FLAG_RST))
		tcp_rst(NULL, packet->tcp_flags & TCP_FLAG_ACK ? packet->tcp_ack : 0, packet->tcp_seq + length, &own, &remote,
		        packet->destination_port, packet->source_port);
}

/* @return whether the stack may have it. */
static bool passes_gate(const struct frame *frame)
{
	const struct packet packet = packet_parse(frame_bytes(frame));
	enum host_verdict verdict = HOST_TAKES;

	for (size_t i = 0; packet.is_ipv4 && verdict == HOST_TAKES && i < host.gate_count; i++)
		verdict = host.gates[i].ask(host.gates[i].ctx, &packet);
	if (verdict == HOST_RESETS && packet.is_tcp)
		send_reset(&packet);
	return verdict == HOST_TAKES;
}

void host_input(struct frame *frame)
{
	if (!passes_gate(frame)) {
		frame_free(frame);
		reschedule();
		return;
	}
	struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)frame->length, PBUF_RAM);

	CHECK(packet != NULL);
	CHECK(pbuf_take(packet, frame->data, (u16_t)frame->length) == ERR_OK);
	frame_free(frame);
	if (host.netif.input(packet, &host.netif) != ERR_OK)
		pbuf_free(packet);
	reschedule();
}

void host_poke(void)
{
	reschedule();
}

sim_ns host_lag(void)
{
	return host.ops.lag;
}

struct sim *host_sim(void)
{
	return host.sim;
}

struct trace *host_trace(void)
{
	return host.trace;
}

/* Whether its connections wait for the device, and for what. */
const char *host_waits(char *ret_text, size_t size)
{
	struct text text = text_in(ret_text, size);

	text_add(&text, "%s", tcp_active_pcbs == NULL ? "for nothing" : "on ");
	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
		u32_t address = lwip_ntohl(pcb->local_ip.addr);
		text_add(&text, "%u.%u.%u.%u:%u (%s, %u bytes not acknowledged)%s", (unsigned)(address >> 24),
		         (unsigned)(address >> 16 & 255), (unsigned)(address >> 8 & 255), (unsigned)(address & 255), pcb->local_port,
		         tcp_debug_state_str(pcb->state), (unsigned)(pcb->snd_nxt - pcb->lastack), pcb->next != NULL ? ", " : "");
	}
	return ret_text;
}
