/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/puppet/puppet.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/link/packet.h"
#include "harness/server/host.h"
#include "tests/test.h"

/* DS39662 tables 3-1 and 4-1: opcodes, and the registers as bank * 32 + address. */
enum { RCR = 0x00, RBM = 0x3a, WCR = 0x40, WBM = 0x7a, BFS = 0x80, BFC = 0xa0, SRC = 0xff };
enum {
	ERDPT = 0x00,
	EWRPT = 0x02,
	ETXST = 0x04,
	ETXND = 0x06,
	ERXST = 0x08,
	ERXND = 0x0a,
	ERXRDPT = 0x0c,
	EIE = 0x1b,
	EIR = 0x1c,
	ECON2 = 0x1e,
	ECON1 = 0x1f,
	ERXFCON = 0x38,
	EPKTCNT = 0x39,
	MACON1 = 0x40,
	MACON3 = 0x42,
	MABBIPG = 0x44,
	MAIPG = 0x46,
	MAMXFL = 0x4a,
	MIREGADR = 0x54,
	MIWR = 0x56
};
#define ECON1_TXRTS 0x08U
#define ECON1_RXEN 0x04U
#define ECON2_PKTDEC 0x40U
#define RING_END 0x19ffU
#define TX_START 0x1a00U
#define PHCON2 0x10U
#define PHCON2_HDLDIS 0x0100U
#define LINK_UP_NS (100 * SIM_MS)
#define POLL_NS (100 * SIM_US)
#define BYTE_NS 400U

static const uint8_t device_mac[6] = PUPPET_MAC;

static const struct puppet_driver enc28j60_driver;

static void keep_line(void *ctx, const char *line, size_t length)
{
	struct puppet *puppet = ctx;

	puppet->text = memory_resize(puppet->text, puppet->length + length + 1, 1);
	memcpy(puppet->text + puppet->length, line, length);
	puppet->length += length;
	puppet->text[puppet->length] = '\0';
}

void puppet_open(struct puppet *puppet, const char *yaml)
{
	puppet_open_with(puppet, yaml, NULL);
}

static void open_plan(struct puppet *puppet, const char *yaml)
{
	struct paths paths;
	struct error err;
	char text[ERROR_TEXT_MAX * 2];

	memset(puppet, 0, sizeof *puppet);
	const char *image = test_write("image.bin", "a small image of forty-two bytes, or so.\n");
	CU_ASSERT_FATAL(paths_find(&paths, &err));
	(void)snprintf(paths.image, sizeof paths.image, "%s", image);
	/* The board stands alone: whatever is there serves as kernel and root file system. */
	(void)snprintf(paths.kernel, sizeof paths.kernel, "%s", image);
	(void)snprintf(paths.initramfs, sizeof paths.initramfs, "%s", image);
	if (!plan_open(&puppet->plan, test_write("scenario.yaml", yaml), NULL, &paths, &err)) {
		error_format(&err, text, sizeof text);
		printf("    %s\n", text);
		CU_FAIL_FATAL("the scenario does not resolve");
	}
}

static void open_world(struct puppet *puppet, const struct outside *outside)
{
	struct error err;

	puppet->trace = trace_open((struct trace_sink){keep_line, puppet});
	CU_ASSERT_FATAL(world_open(&puppet->world, &puppet->plan, 0, puppet->trace, &(struct captures){0}, outside, &err));
	puppet->address = 0;
}

void puppet_open_with(struct puppet *puppet, const char *yaml, const struct outside *outside)
{
	open_plan(puppet, yaml);
	puppet->driver = &enc28j60_driver;
	open_world(puppet, outside);
}

void puppet_open_nic(struct puppet *puppet, const char *yaml, const struct nic_model *nic, const struct puppet_driver *driver)
{
	open_plan(puppet, yaml);
	puppet->plan.device.nic = nic;
	puppet->driver = driver;
	open_world(puppet, NULL);
}

void puppet_close(struct puppet *puppet)
{
	world_close(&puppet->world);
	trace_close(puppet->trace);
	plan_close(&puppet->plan);
	free(puppet->text);
}

void puppet_run(struct puppet *puppet, uint64_t ns)
{
	world_run(&puppet->world, puppet->world.sim.now + ns);
}

void puppet_spi(struct puppet *puppet, const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	puppet_run(puppet, length * BYTE_NS);
	(void)board_spi(&puppet->world.board, 0, mosi, ret_miso, length, length * BYTE_NS);
}

static void command(struct puppet *puppet, unsigned opcode, unsigned reg, unsigned value)
{
	const uint8_t mosi[2] = {(uint8_t)(opcode | (reg & 0x1f)), (uint8_t)value};
	uint8_t miso[2];

	puppet_spi(puppet, mosi, miso, sizeof mosi);
}

static void select_bank(struct puppet *puppet, unsigned reg)
{
	if ((reg & 0x1f) >= EIE)
		return;
	command(puppet, BFC, ECON1, 3);
	command(puppet, BFS, ECON1, reg >> 5);
}

static void set(struct puppet *puppet, unsigned reg, unsigned value)
{
	select_bank(puppet, reg);
	command(puppet, WCR, reg, value);
}

static void set16(struct puppet *puppet, unsigned reg, unsigned value)
{
	set(puppet, reg, value & 0xff);
	set(puppet, reg + 1, value >> 8);
}

static unsigned get(struct puppet *puppet, unsigned reg)
{
	const uint8_t mosi[2] = {(uint8_t)(RCR | (reg & 0x1f)), 0};
	uint8_t miso[2];

	select_bank(puppet, reg);
	puppet_spi(puppet, mosi, miso, sizeof mosi);
	return miso[1];
}

static void set_up(struct puppet *puppet)
{
	puppet_run(puppet, LINK_UP_NS);
	/* PHCON2.HDLDIS: a half-duplex PHY otherwise hears what it sends (DS39662 sec. 10.1.1). */
	set(puppet, MIREGADR, PHCON2);
	set16(puppet, MIWR, PHCON2_HDLDIS);
	puppet_run(puppet, 20 * SIM_US);
	set16(puppet, ERXST, 0);
	set16(puppet, ERXND, RING_END);
	set16(puppet, ERXRDPT, RING_END);
	set(puppet, ERXFCON, 0xa1);
	set(puppet, MACON1, 0x0d);
	set(puppet, MACON3, 0x32);
	set(puppet, MABBIPG, 0x12);
	set16(puppet, MAIPG, 0x0c12);
	set16(puppet, MAMXFL, 1518);
	/* DS39662 table 3-1: the address's first byte is MAADR1, in the middle of bank 3's first registers. */
	static const unsigned paths[6] = {0x64, 0x65, 0x62, 0x63, 0x60, 0x61};
	for (unsigned i = 0; i < 6; i++)
		set(puppet, paths[i], device_mac[i]);
	set(puppet, EIE, 0xc0);
	command(puppet, BFS, ECON1, ECON1_RXEN);
}

static void send_frame(struct puppet *puppet, const uint8_t *frame, size_t length)
{
	uint8_t mosi[FRAME_MAX + 2] = {WBM, 0}, miso[FRAME_MAX + 2];

	set16(puppet, EWRPT, TX_START);
	memcpy(mosi + 2, frame, length);
	puppet_spi(puppet, mosi, miso, length + 2);
	set16(puppet, ETXST, TX_START);
	set16(puppet, ETXND, (unsigned)(TX_START + length));
	command(puppet, BFC, EIR, 0x0a);
	command(puppet, BFS, ECON1, ECON1_TXRTS);
	for (int i = 0; i < 1000 && (get(puppet, ECON1) & ECON1_TXRTS); i++)
		puppet_run(puppet, POLL_NS);
}

static size_t receive_frame(struct puppet *puppet, uint8_t ret_frame[FRAME_MAX])
{
	uint8_t mosi[FRAME_MAX + 16] = {RBM}, miso[FRAME_MAX + 16];

	if (get(puppet, EPKTCNT) == 0)
		return 0;
	set16(puppet, ERDPT, puppet->next_packet);
	puppet_spi(puppet, mosi, miso, 7);
	size_t length = (size_t)(miso[3] | miso[4] << 8);
	puppet->next_packet = (uint16_t)(miso[1] | miso[2] << 8);
	CU_ASSERT_FATAL(length >= FRAME_FCS && length <= FRAME_MAX);
	puppet_spi(puppet, mosi, miso, length + 1);
	memcpy(ret_frame, miso + 1, length - FRAME_FCS);
	set16(puppet, ERXRDPT, puppet->next_packet == 0 ? RING_END : puppet->next_packet - 1U);
	command(puppet, BFS, ECON2, ECON2_PKTDEC);
	return length - FRAME_FCS;
}

static const struct puppet_driver enc28j60_driver = {set_up, send_frame, receive_frame};

void puppet_init_chip(struct puppet *puppet)
{
	puppet->driver->init(puppet);
}

void puppet_send(struct puppet *puppet, const uint8_t *frame, size_t length)
{
	puppet->driver->send(puppet, frame, length);
}

size_t puppet_receive(struct puppet *puppet, uint8_t ret_frame[FRAME_MAX])
{
	return puppet->driver->receive(puppet, ret_frame);
}

/* RFC 1071. */
static uint16_t checksum(const uint8_t *data, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)data[i] << (i % 2 == 0 ? 8 : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_ethernet(const struct puppet *puppet, uint8_t *frame, bool broadcast, unsigned type)
{
	memset(frame, 0xff, 6);
	if (!broadcast)
		memcpy(frame, puppet->server_mac, 6);
	memcpy(frame + 6, device_mac, 6);
	put_be16(frame + 12, type);
}

void puppet_send_udp(struct puppet *puppet, uint32_t destination, uint16_t source_port, uint16_t destination_port, const uint8_t *payload,
                     size_t length)
{
	uint8_t frame[FRAME_MAX] = {0}, *ip = frame + 14, *udp = ip + 20;

	put_ethernet(puppet, frame, destination == UINT32_MAX, ETHERTYPE_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, (unsigned)(28 + length));
	put_be16(ip + 4, ++puppet->ip_id);
	ip[8] = 64;
	ip[9] = IP_UDP;
	put_be32(ip + 12, puppet->address);
	put_be32(ip + 16, destination);
	put_be16(ip + 10, checksum(ip, 20));
	put_be16(udp, source_port);
	put_be16(udp + 2, destination_port);
	put_be16(udp + 4, (unsigned)(8 + length));
	memcpy(udp + 8, payload, length);
	puppet_send(puppet, frame, 42 + length);
}

/* Answers an ARP request for the device's address (RFC 826). */
static void answer_arp(struct puppet *puppet, const uint8_t *request)
{
	uint8_t frame[42];
	uint32_t target;

	if (request[12] != 0x08 || request[13] != 0x06 || request[21] != 1)
		return;
	(void)bytes_be32(bytes_of(request, 42), 38, &target);
	if (target != puppet->address || target == 0)
		return;
	put_ethernet(puppet, frame, false, ETHERTYPE_ARP);
	memcpy(frame + 14, request + 14, 6);
	put_be16(frame + 20, 2);
	memcpy(frame + 22, device_mac, 6);
	put_be32(frame + 28, puppet->address);
	memcpy(frame + 32, request + 22, 10);
	puppet_send(puppet, frame, sizeof frame);
}

size_t puppet_receive_udp(struct puppet *puppet, uint16_t port, uint64_t ns, uint8_t ret_payload[FRAME_MAX])
{
	uint8_t frame[FRAME_MAX];
	sim_ns until = puppet->world.sim.now + ns;

	do {
		size_t length = puppet_receive(puppet, frame);
		struct packet packet = packet_parse(bytes_of(frame, length));
		if (length >= 42) {
			memcpy(puppet->server_mac, frame + 6, 6);
			answer_arp(puppet, frame);
		}
		if (length > 0 && packet.has_ports && packet.destination_port == port) {
			memcpy(ret_payload, packet.payload.data, packet.payload.length);
			return packet.payload.length;
		}
		if (length == 0)
			puppet_run(puppet, POLL_NS);
	} while (puppet->world.sim.now < until);
	return 0;
}

unsigned puppet_dhcp(struct puppet *puppet, unsigned type, uint64_t ns)
{
	uint8_t message[300] = {1, 1, 6, 0, 'x', 'i', 'd', '1'}, answer[FRAME_MAX], *at = message + 240;

	memcpy(message + 28, device_mac, 6);
	put_be32(message + 236, 0x63825363U);
	*at++ = 53;
	*at++ = 1;
	*at++ = (uint8_t)type;
	if (type == 3) {
		*at++ = 50;
		*at++ = 4;
		put_be32(at, HOST_ADDRESS + 99);
		at += 4;
	}
	*at = 255;
	puppet_send_udp(puppet, UINT32_MAX, 68, 67, message, sizeof message);
	size_t length = puppet_receive_udp(puppet, 68, ns, answer);
	if (length < 243)
		return 0;
	if (answer[242] == 5)
		(void)bytes_be32(bytes_of(answer, length), 16, &puppet->address);
	return answer[242];
}

uint32_t puppet_resolve(struct puppet *puppet, const char *name, uint64_t ns)
{
	uint8_t query[256] = {0x12, 0x34, 1, 0, 0, 1}, answer[FRAME_MAX];
	size_t at = 12;
	uint32_t address = 0;

	while (*name != '\0') {
		size_t label = strcspn(name, ".");
		query[at++] = (uint8_t)label;
		memcpy(query + at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	query[at++] = 0;
	put_be16(query + at, 1);
	put_be16(query + at + 2, 1);
	puppet_send_udp(puppet, HOST_ADDRESS, 40000, 53, query, at + 4);
	size_t length = puppet_receive_udp(puppet, 40000, ns, answer);
	/* One answer, and it is the last four bytes. */
	if (length >= 16 && answer[7] == 1)
		(void)bytes_be32(bytes_of(answer, length), length - 4, &address);
	return address;
}
