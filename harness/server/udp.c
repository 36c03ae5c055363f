/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/udp.h"

#include <string.h>

#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/udp.h>

#include "lib/base/check.h"
#include "lib/link/frame.h"
#include "harness/server/service_faults.h"
#include "harness/server/host.h"
#include "harness/server/ntp.h"

/* A received payload as one piece; the pbuf is released. */
static struct bytes flatten(struct pbuf *packet, uint8_t room[FRAME_MAX])
{
	u16_t length = pbuf_copy_partial(packet, room, FRAME_MAX, 0);

	pbuf_free(packet);
	return bytes_of(room, length);
}

static struct pbuf *pbuf_with(const uint8_t *data, size_t length)
{
	struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM);

	CHECK(packet != NULL);
	CHECK(pbuf_take(packet, data, (u16_t)length) == ERR_OK);
	return packet;
}

static void send_dhcp(struct udp_pcb *pcb, const struct dhcp_answer *answer)
{
	struct pbuf *packet = pbuf_with(answer->message, answer->length);
	ip4_addr_t destination = {answer->broadcast ? IPADDR_BROADCAST : lwip_htonl(answer->destination)};
	struct eth_addr hardware;

	/*
	 * The device cannot answer ARP yet: its hardware address stands in its message (RFC 2131
	 * 4.1).
	 */
	memcpy(hardware.addr, answer->hardware, sizeof hardware.addr);
	bool lend = answer->unconfigured && !answer->broadcast;
	if (lend)
		(void)etharp_add_static_entry(&destination, &hardware);
	(void)udp_sendto_if(pcb, packet, &destination, DHCP_CLIENT_PORT, netif_default);
	if (lend)
		(void)etharp_remove_static_entry(&destination);
	pbuf_free(packet);
}

static void receive_dhcp(void *arg, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *address, u16_t port)
{
	struct udp_services *services = arg;
	struct dhcp_config config = services->dhcp;
	uint8_t room[FRAME_MAX];
	struct dhcp_answer answer;
	bool answers = true;

	(void)address;
	(void)port;
	struct bytes message = flatten(packet, room);
	if (services->service_faults != NULL)
		answers = service_faults_dhcp(services->service_faults, message, &config, &services->dhcp.device, host_sim()->now);
	dhcp_answer(&config, message, &answer);
	trace_line(host_trace(), host_sim()->now, "dhcp", "%s%s", answer.note, answers ? "" : ", not sent");
	if (answer.length > 0 && answers)
		send_dhcp(pcb, &answer);
}

static void reply(struct udp_pcb *pcb, const uint8_t *message, size_t length, const ip_addr_t *address, u16_t port)
{
	struct pbuf *packet;

	if (length == 0)
		return;
	packet = pbuf_with(message, length);
	/*
	 * From the address that was asked, which the stack knows while it hands the question over.
	 */
	const ip_addr_t *asked = ip_current_dest_addr();
	bool by_broadcast = ip_addr_isbroadcast(asked, netif_default);
	(void)udp_sendto_if_src(pcb, packet, address, port, netif_default, by_broadcast ? netif_ip_addr4(netif_default) : asked);
	pbuf_free(packet);
}

static void receive_dns(void *arg, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *address, u16_t port)
{
	const struct udp_services *services = arg;
	uint8_t room[FRAME_MAX];
	struct dns_answer answer;
	char outcome[DNS_OUTCOME_TEXT_MAX];
	struct dns_effects effects = {0};

	dns_answer(&services->dns, flatten(packet, room), &answer);
	if (services->service_faults != NULL)
		effects = service_faults_dns(services->service_faults, answer.name[0] != '\0' ? answer.name : NULL, host_sim()->now);
	dns_effects_on(&answer, &effects, DNS_NOBODY);
	trace_line(host_trace(), host_sim()->now, "dns", "%s -> %s", answer.note, dns_outcome(&answer, outcome));
	reply(pcb, answer.message, answer.length, address, port);
}

static void receive_ntp(void *arg, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *address, u16_t port)
{
	const struct udp_services *services = arg;
	uint8_t room[FRAME_MAX];
	struct ntp_answer answer;
	struct ntp_effect effect = {0};

	struct bytes message = flatten(packet, room);
	struct ntp_clock clock = ntp_clock_at(services->unix_base_ns + host_sim()->now);
	if (services->service_faults != NULL)
		effect = service_faults_ntp(services->service_faults, &clock, host_sim()->now);
	ntp_answer(message, clock, &answer);
	if (effect.kisses)
		ntp_kiss(&answer);
	if (effect.silent)
		answer.length = 0;
	trace_line(host_trace(), host_sim()->now, "ntp", "from port %u: %s", port, answer.note);
	reply(pcb, answer.message, answer.length, address, port);
}

static void serve(u16_t port, udp_recv_fn receive, struct udp_services *services)
{
	struct udp_pcb *pcb = udp_new();

	CHECK(pcb != NULL);
	CHECK(udp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK);
	udp_recv(pcb, receive, services);
}

void udp_services_open(struct udp_services *services)
{
	serve(DHCP_SERVER_PORT, receive_dhcp, services);
	serve(DNS_PORT, receive_dns, services);
	serve(NTP_PORT, receive_ntp, services);
}
