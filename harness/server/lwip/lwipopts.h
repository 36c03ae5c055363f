/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lwIP's options for the far end: no operating system, raw API, IPv4, memory from the C library,
 * time and random numbers from the simulation.
 */
#ifndef STUTTER_LWIPOPTS_H
#define STUTTER_LWIPOPTS_H

#include <stdint.h>

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_STATS 0

#define MEM_ALIGNMENT 8
#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ICMP 1
#define LWIP_UDP 1
#define LWIP_TCP 1
#define LWIP_DHCP 0
#define LWIP_ARP 1
/* A DHCP server must hear hosts that have no address yet (RFC 1122 3.2.1.3). */
#define LWIP_IP_ACCEPT_UDP_PORT(port) ((port) == PP_NTOHS(67))
#define ETHARP_SUPPORT_STATIC_ENTRIES 1
/*
 * While an address is looked up, what is to be sent waits; the standard is one packet, which loses
 * a whole TCP window without a word.
 */
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 256
#define IP_REASSEMBLY 1
#define IP_FRAG 1

/*
 * A present-day server as far as lwIP goes: full segments, window scaling, out-of-order queue, SACK
 * blocks sent. RFC 6298 (2.1): 1 s.
 */
#define TCP_MSS 1460
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 0
#define TCP_WND 65535
#define TCP_SND_BUF (128 * 1024)
#define TCP_SND_QUEUELEN (4 * (TCP_SND_BUF) / (TCP_MSS))
#define TCP_SNDLOWAT (4 * TCP_MSS)
#define TCP_QUEUE_OOSEQ 1
#define LWIP_TCP_SACK_OUT 1
#define LWIP_TCP_RTO_TIME 1000
#define TCP_LISTEN_BACKLOG 0
#define LWIP_TCP_KEEPALIVE 1
/*
 * A channel hears when its pcb is released at the end of TIME-WAIT, which no other callback tells.
 */
#define LWIP_TCP_PCB_NUM_EXT_ARGS 1

/*
 * Of a relay, the side on which a packet has come, since what answers one without a connection goes
 * back there; else NULL, and lwIP has its way.
 */
struct netif;
struct netif *host_route(void);
#define LWIP_HOOK_IP4_ROUTE_SRC(source, destination) host_route()

uint32_t host_random(void);
uint32_t host_isn(uint32_t local_address, uint16_t local_port, uint32_t remote_address, uint16_t remote_port);
#define LWIP_RAND host_random
#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port) host_isn((local)->addr, (local_port), (remote)->addr, (remote_port))

#endif
