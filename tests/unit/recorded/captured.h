/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * For the tests of captures: writes one, packet by packet. Sequence numbers count from 0 at the SYN
 * of each side, so that its first byte has number 1.
 */
#ifndef TESTS_UNIT_RECORDED_CAPTURED_H
#define TESTS_UNIT_RECORDED_CAPTURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/recorded/import.h"

#define CAPTURED_DEVICE 0xc0a80114U /* 192.168.1.20 */
#define CAPTURED_SERVER 0xcb007105U /* 203.0.113.5 */
#define CAPTURED_RESOLVER 0x08080808U
#define CAPTURED_PORT 40000

/** Begins a capture. @param link DLT_EN10MB and so on. */
void captured_begin(int link);
/** Packets from now on are cut to so many bytes; 0: they are whole. */
void captured_cut(uint32_t snaplen);
/** Packets from now on are between these ends; the device's port is CAPTURED_PORT + @p which. */
void captured_flow(uint32_t device, uint32_t server, uint16_t port, uint16_t which);

/** Packets from now on have no length in IP, as where an adapter is to divide them. */
void captured_without_length(void);
/** Packets from now on are of this VLAN, on Ethernet. */
void captured_vlan(uint16_t vlan);

/** The identification of IP of the next packet; they count from there. */
void captured_identify(uint16_t id);
/**
 * The options of segments from now on, a whole number of words; NULL: none. Numbers in them are
 * those of the wire, 0xfffffff0 and more.
 */
void captured_options(const uint8_t *options, size_t length);

/** A segment. @param payload NULL: none. @param at_us Since the beginning. */
void captured_tcp(bool to_server, uint8_t flags, uint32_t seq, uint32_t ack, const char *payload, uint64_t at_us);
void captured_tcp_bytes(bool to_server, uint8_t flags, uint32_t seq, uint32_t ack, const void *payload, size_t length, uint64_t at_us);
void captured_udp(bool to_server, uint16_t device_port, const void *payload, size_t length, uint64_t at_us);
/**
 * A question for an address, or its answer if @p address is not 0; the server is the resolver of
 * its own.
 */
void captured_dns(uint16_t id, const char *name, bool is_answer, uint32_t address, uint64_t at_us);
/**
 * A message of DHCP (RFC 2131) of client @p who, whose hardware address is 2:0:0:0:0:WHO. @param
 * kind 1: DISCOVER, and so on. @param address That is given.
 */
void captured_dhcp(uint8_t who, uint8_t kind, uint32_t address, uint64_t at_us);
/** Bytes as they are. */
void captured_raw(const void *bytes, size_t length, uint64_t at_us);
/** SYN, SYN+ACK and ACK, @p rtt_us apart; @return the time of the last. */
uint64_t captured_open(uint64_t at_us, uint64_t to_server_us, uint64_t to_device_us);

/** Ends it. @return its path. */
const char *captured_end(void);

/**
 * Ends it and imports it; fails the test if that does not work. @return the session as session.yaml
 * would hold it, to be released with free().
 */
char *captured_session(struct import_told *ret_told);

/** That this follows the first `turns:` of a session, up to its end; releases it. */
void captured_expect(char *session, const char *turns);

#endif
