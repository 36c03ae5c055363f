/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/world/fixture.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

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

static const uint8_t device_mac[6] = WORLD_FIXTURE_MAC;

static const struct nic_driver enc28j60_driver;

void world_fixture_open(struct world_fixture *f, const char *yaml)
{
	world_fixture_open_with(f, yaml, NULL);
}

static void open_plan(struct world_fixture *f, const char *yaml)
{
	struct paths paths;
	struct error err;
	char text[ERROR_TEXT_MAX * 2];

	memset(f, 0, sizeof *f);
	const char *image = test_write("image.bin", "a small image of forty-two bytes, or so.\n");
	CU_ASSERT_FATAL(paths_find(&paths, &err));
	(void)snprintf(paths.image, sizeof paths.image, "%s", image);
	/* The board stands alone: whatever is there serves as kernel and root file system. */
	(void)snprintf(paths.kernel, sizeof paths.kernel, "%s", image);
	(void)snprintf(paths.initramfs, sizeof paths.initramfs, "%s", image);
	if (!plan_open(&f->plan, test_write("scenario.yaml", yaml), NULL, &paths, &err)) {
		error_format(&err, text, sizeof text);
		printf("    %s\n", text);
		CU_FAIL_FATAL("the scenario does not resolve");
	}
}

static void open_world(struct world_fixture *f, const struct outside *outside)
{
	struct error err;

	trace_text_open(&f->trace);
	CU_ASSERT_FATAL(world_open(&f->world, &f->plan, 0, f->trace.trace, &(struct captures){0}, outside, &err));
	f->address = 0;
}

void world_fixture_open_with(struct world_fixture *f, const char *yaml, const struct outside *outside)
{
	open_plan(f, yaml);
	f->driver = &enc28j60_driver;
	open_world(f, outside);
}

void world_fixture_open_nic(struct world_fixture *f, const char *yaml, const struct nic_model *nic, const struct nic_driver *driver)
{
	open_plan(f, yaml);
	f->plan.device.nic = nic;
	f->driver = driver;
	open_world(f, NULL);
}

void world_fixture_close(struct world_fixture *f)
{
	world_close(&f->world);
	trace_text_close(&f->trace);
	plan_close(&f->plan);
}

void world_fixture_run(struct world_fixture *f, uint64_t ns)
{
	world_run(&f->world, f->world.sim.now + ns);
}

void world_fixture_spi(struct world_fixture *f, const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	world_fixture_run(f, length * BYTE_NS);
	(void)board_spi(&f->world.board, 0, mosi, ret_miso, length, length * BYTE_NS);
}

static void command(struct world_fixture *f, unsigned opcode, unsigned reg, unsigned value)
{
	const uint8_t mosi[2] = {(uint8_t)(opcode | (reg & 0x1f)), (uint8_t)value};
	uint8_t miso[2];

	world_fixture_spi(f, mosi, miso, sizeof mosi);
}

static void select_bank(struct world_fixture *f, unsigned reg)
{
	if ((reg & 0x1f) >= EIE)
		return;
	command(f, BFC, ECON1, 3);
	command(f, BFS, ECON1, reg >> 5);
}

static void set(struct world_fixture *f, unsigned reg, unsigned value)
{
	select_bank(f, reg);
	command(f, WCR, reg, value);
}

static void set16(struct world_fixture *f, unsigned reg, unsigned value)
{
	set(f, reg, value & 0xff);
	set(f, reg + 1, value >> 8);
}

static unsigned get(struct world_fixture *f, unsigned reg)
{
	const uint8_t mosi[2] = {(uint8_t)(RCR | (reg & 0x1f)), 0};
	uint8_t miso[2];

	select_bank(f, reg);
	world_fixture_spi(f, mosi, miso, sizeof mosi);
	return miso[1];
}

static void set_up(struct world_fixture *f)
{
	world_fixture_run(f, LINK_UP_NS);
	/* PHCON2.HDLDIS: a half-duplex PHY otherwise hears what it sends (DS39662 sec. 10.1.1). */
	set(f, MIREGADR, PHCON2);
	set16(f, MIWR, PHCON2_HDLDIS);
	world_fixture_run(f, 20 * SIM_US);
	set16(f, ERXST, 0);
	set16(f, ERXND, RING_END);
	set16(f, ERXRDPT, RING_END);
	set(f, ERXFCON, 0xa1);
	set(f, MACON1, 0x0d);
	set(f, MACON3, 0x32);
	set(f, MABBIPG, 0x12);
	set16(f, MAIPG, 0x0c12);
	set16(f, MAMXFL, 1518);
	/*
	 * DS39662 table 3-1: the address's first byte is MAADR1, in the middle of bank 3's first
	 * registers.
	 */
	static const unsigned paths[6] = {0x64, 0x65, 0x62, 0x63, 0x60, 0x61};
	for (unsigned i = 0; i < 6; i++)
		set(f, paths[i], device_mac[i]);
	set(f, EIE, 0xc0);
	command(f, BFS, ECON1, ECON1_RXEN);
}

static void send_frame(struct world_fixture *f, const uint8_t *frame, size_t length)
{
	uint8_t mosi[FRAME_MAX + 2] = {WBM, 0}, miso[FRAME_MAX + 2];

	set16(f, EWRPT, TX_START);
	memcpy(mosi + 2, frame, length);
	world_fixture_spi(f, mosi, miso, length + 2);
	set16(f, ETXST, TX_START);
	set16(f, ETXND, (unsigned)(TX_START + length));
	command(f, BFC, EIR, 0x0a);
	command(f, BFS, ECON1, ECON1_TXRTS);
	for (int i = 0; i < 1000 && (get(f, ECON1) & ECON1_TXRTS); i++)
		world_fixture_run(f, POLL_NS);
}

static size_t receive_frame(struct world_fixture *f, uint8_t ret_frame[FRAME_MAX])
{
	uint8_t mosi[FRAME_MAX + 16] = {RBM}, miso[FRAME_MAX + 16];

	if (get(f, EPKTCNT) == 0)
		return 0;
	set16(f, ERDPT, f->next_packet);
	world_fixture_spi(f, mosi, miso, 7);
	size_t length = (size_t)(miso[3] | miso[4] << 8);
	f->next_packet = (uint16_t)(miso[1] | miso[2] << 8);
	CU_ASSERT_FATAL(length >= FRAME_FCS && length <= FRAME_MAX);
	world_fixture_spi(f, mosi, miso, length + 1);
	memcpy(ret_frame, miso + 1, length - FRAME_FCS);
	set16(f, ERXRDPT, f->next_packet == 0 ? RING_END : f->next_packet - 1U);
	command(f, BFS, ECON2, ECON2_PKTDEC);
	return length - FRAME_FCS;
}

static const struct nic_driver enc28j60_driver = {set_up, send_frame, receive_frame};

void world_fixture_init_nic(struct world_fixture *f)
{
	f->driver->init(f);
}

void world_fixture_send(struct world_fixture *f, const uint8_t *frame, size_t length)
{
	f->driver->send(f, frame, length);
}

size_t world_fixture_receive(struct world_fixture *f, uint8_t ret_frame[FRAME_MAX])
{
	return f->driver->receive(f, ret_frame);
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

static void put_ethernet(const struct world_fixture *f, uint8_t *frame, bool broadcast, unsigned type)
{
	memset(frame, 0xff, 6);
	if (!broadcast)
		memcpy(frame, f->server_mac, 6);
	memcpy(frame + 6, device_mac, 6);
	put_be16(frame + 12, type);
}

void world_fixture_send_udp(struct world_fixture *f, uint32_t destination, uint16_t source_port, uint16_t destination_port,
                            const uint8_t *payload, size_t length)
{
	uint8_t frame[FRAME_MAX] = {0}, *ip = frame + 14, *udp = ip + 20;

	put_ethernet(f, frame, destination == UINT32_MAX, ETHERTYPE_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, (unsigned)(28 + length));
	put_be16(ip + 4, ++f->ip_id);
	ip[8] = 64;
	ip[9] = IP_UDP;
	put_be32(ip + 12, f->address);
	put_be32(ip + 16, destination);
	put_be16(ip + 10, checksum(ip, 20));
	put_be16(udp, source_port);
	put_be16(udp + 2, destination_port);
	put_be16(udp + 4, (unsigned)(8 + length));
	memcpy(udp + 8, payload, length);
	world_fixture_send(f, frame, 42 + length);
}

/* Answers an ARP request for the device's address (RFC 826). */
static void answer_arp(struct world_fixture *f, const uint8_t *request)
{
	uint8_t frame[42];
	uint32_t target;

	if (request[12] != 0x08 || request[13] != 0x06 || request[21] != 1)
		return;
	(void)bytes_be32(bytes_of(request, 42), 38, &target);
	if (target != f->address || target == 0)
		return;
	put_ethernet(f, frame, false, ETHERTYPE_ARP);
	memcpy(frame + 14, request + 14, 6);
	put_be16(frame + 20, 2);
	memcpy(frame + 22, device_mac, 6);
	put_be32(frame + 28, f->address);
	memcpy(frame + 32, request + 22, 10);
	world_fixture_send(f, frame, sizeof frame);
}

size_t world_fixture_receive_udp(struct world_fixture *f, uint16_t port, uint64_t ns, uint8_t ret_payload[FRAME_MAX])
{
	uint8_t frame[FRAME_MAX];
	sim_ns until = f->world.sim.now + ns;

	do {
		size_t length = world_fixture_receive(f, frame);
		struct packet packet = packet_parse(bytes_of(frame, length));
		if (length >= 42) {
			memcpy(f->server_mac, frame + 6, 6);
			answer_arp(f, frame);
		}
		if (length > 0 && packet.has_ports && packet.destination_port == port) {
			memcpy(ret_payload, packet.payload.data, packet.payload.length);
			return packet.payload.length;
		}
		if (length == 0)
			world_fixture_run(f, POLL_NS);
	} while (f->world.sim.now < until);
	return 0;
}

unsigned world_fixture_dhcp(struct world_fixture *f, unsigned type, uint64_t ns)
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
	world_fixture_send_udp(f, UINT32_MAX, 68, 67, message, sizeof message);
	size_t length = world_fixture_receive_udp(f, 68, ns, answer);
	if (length < 243)
		return 0;
	if (answer[242] == 5)
		(void)bytes_be32(bytes_of(answer, length), 16, &f->address);
	return answer[242];
}

uint32_t world_fixture_resolve(struct world_fixture *f, const char *name, uint64_t ns)
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
	world_fixture_send_udp(f, HOST_ADDRESS, 40000, 53, query, at + 4);
	size_t length = world_fixture_receive_udp(f, 40000, ns, answer);
	/* One answer, and it is the last four bytes. */
	if (length >= 16 && answer[7] == 1)
		(void)bytes_be32(bytes_of(answer, length), length - 4, &address);
	return address;
}
