/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/nic/minimal.h"

#include <string.h>
#include <zlib.h>

#define FRAME_MAX_BYTES 1518U
#define FCS_BYTES 4U
#define WAITING_MAX 8U

struct minimal_nic {
	const struct nic_ops *ops;
	void *ctx;
	uint64_t now_ns;
	bool link;
	unsigned sent, received; /* frames since power on */
	uint8_t sending[FRAME_MAX_BYTES];
	size_t sending_length; /* 0: nothing is under way */
	unsigned waiting;
	size_t lengths[WAITING_MAX];
	uint8_t frames[WAITING_MAX][FRAME_MAX_BYTES];
};

static void tell(struct minimal_nic *m, enum nic_event_kind kind, unsigned number, size_t length,
                 const char *text)
{
	m->ops->event(m->ctx, &(struct nic_event){.kind = kind,
	                                          .now_ns = m->now_ns,
	                                          .number = number,
	                                          .length = length,
	                                          .text = text});
}

static void init(void *nic, const struct nic_config *config, const struct nic_ops *ops, void *ctx,
                 uint64_t now_ns)
{
	struct minimal_nic *m = nic;

	(void)config;
	memset(m, 0, sizeof *m);
	m->ops = ops;
	m->ctx = ctx;
	m->now_ns = now_ns;
	tell(m, NIC_EVENT_RESET, 0, 0, "power on");
}

static void brown_out(void *nic, uint64_t now_ns)
{
	struct minimal_nic *m = nic;

	m->now_ns = now_ns;
	if (m->sending_length > 0)
		m->ops->cancel(m->ctx, now_ns);
	m->sending_length = m->waiting = 0;
}

static void put(struct minimal_nic *m, const uint8_t *frame, size_t length)
{
	static const struct nic_mac mac = {
		.full_duplex = true, .gap_bits = 96, .gap1_bits = 64, .gap2_bits = 96};
	uint8_t effect = 0;

	if (!m->link || m->sending_length > 0 || length > FRAME_MAX_BYTES - FCS_BYTES)
		return;
	memcpy(m->sending, frame, length);
	if (length < 60) {
		memset(m->sending + length, 0, 60 - length);
		length = 60;
	}
	for (unsigned i = 0; i < FCS_BYTES; i++)
		m->sending[length + i] = (uint8_t)(crc32(0, m->sending, (uInt)length) >> 8 * i);
	m->sending_length = length + FCS_BYTES;
	m->ops->inject(m->ctx, 0, ++m->sent, &effect);
	m->ops->transmit(m->ctx,
	                 &(struct nic_frame){m->sending, m->sending_length, .is_hosts = true}, &mac,
	                 m->now_ns);
}

static void take(struct minimal_nic *m, uint8_t *ret_miso, size_t length)
{
	if (m->waiting == 0)
		return;
	memcpy(ret_miso, m->frames[0], length < m->lengths[0] ? length : m->lengths[0]);
	m->waiting--;
	memmove(m->frames[0], m->frames[1], m->waiting * sizeof m->frames[0]);
	memmove(m->lengths, m->lengths + 1, m->waiting * sizeof m->lengths[0]);
}

static void transfer(void *nic, const uint8_t *mosi, uint8_t *ret_miso, size_t length,
                     uint64_t now_ns)
{
	struct minimal_nic *m = nic;
	const unsigned command = length > 0 ? mosi[0] : 0;
	const size_t first = m->waiting > 0 ? m->lengths[0] : 0;

	m->now_ns = now_ns;
	if (command == MINIMAL_SEND)
		put(m, mosi + 1, length - 1);
	memset(ret_miso, 0, length);
	if (command == MINIMAL_STATUS && length >= 4)
		memcpy(ret_miso + 1,
		       (uint8_t[]){(uint8_t)m->waiting, (uint8_t)(first >> 8), (uint8_t)first}, 3);
	if (command == MINIMAL_READ)
		take(m, ret_miso + 1, length - 1);
}

static void receive(void *nic, const uint8_t *frame, size_t length, uint64_t now_ns)
{
	struct minimal_nic *m = nic;
	const bool has_room = m->waiting < WAITING_MAX && length <= FRAME_MAX_BYTES;

	m->now_ns = now_ns;
	m->received++;
	if (has_room) {
		m->lengths[m->waiting] = length - FCS_BYTES;
		memcpy(m->frames[m->waiting++], frame, length - FCS_BYTES);
	}
	tell(m, has_room ? NIC_EVENT_RX_STORED : NIC_EVENT_RX_OVERFLOW, m->received, length,
	     has_room ? "stored" : "no room");
}

static void sent(void *nic, const struct nic_outcome *outcome, uint64_t now_ns)
{
	struct minimal_nic *m = nic;

	(void)outcome;
	m->now_ns = now_ns;
	tell(m, NIC_EVENT_TX_SENT, m->sent, m->sending_length, "sent");
	m->sending_length = 0;
}

static void set_link(void *nic, bool up, uint64_t now_ns)
{
	struct minimal_nic *m = nic;

	m->now_ns = now_ns;
	m->link = up;
	tell(m, NIC_EVENT_LINK, 0, 0, up ? "link up" : "link down");
}

static void set_carrier(void *nic, bool sensed, uint64_t now_ns)
{
	(void)sensed;
	((struct minimal_nic *)nic)->now_ns = now_ns;
}

static void run(void *nic, uint64_t now_ns)
{
	((struct minimal_nic *)nic)->now_ns = now_ns;
}

static uint64_t next(const void *nic)
{
	(void)nic;
	return UINT64_MAX;
}

static bool int_asserted(const void *nic)
{
	return ((const struct minimal_nic *)nic)->waiting > 0;
}

static bool can_interrupt(const void *nic)
{
	return !int_asserted(nic);
}

static unsigned rx_fill(const void *nic)
{
	return ((const struct minimal_nic *)nic)->waiting * FRAME_MAX_BYTES;
}

static const char *const sites[] = {"minimal.tx", NULL};

const struct nic_model minimal_nic = {
	.name = "minimal",
	.part = "minimal",
	.summary = "for tests, 100 Mbit/s",
	.prefix = "minimal",
	.bit_ns = 10,
	.state_size = sizeof(struct minimal_nic),
	.sites = sites,
	.init = init,
	.brown_out = brown_out,
	.transfer = transfer,
	.receive = receive,
	.sent = sent,
	.set_link = set_link,
	.set_carrier = set_carrier,
	.run = run,
	.next = next,
	.int_asserted = int_asserted,
	.can_interrupt = can_interrupt,
	.rx_fill = rx_fill,
};
