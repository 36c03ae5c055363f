/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/nic/toy.h"

#include <string.h>
#include <zlib.h>

#define FRAME_MAX_BYTES 1518U
#define FCS_BYTES 4U
#define WAITING_MAX 8U

struct toy {
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

static void tell(struct toy *toy, enum nic_event_kind kind, unsigned number, size_t length,
                 const char *text)
{
	toy->ops->event(toy->ctx, &(struct nic_event){.kind = kind,
	                                              .now_ns = toy->now_ns,
	                                              .number = number,
	                                              .length = length,
	                                              .text = text});
}

static void init(void *nic, const struct nic_config *config, const struct nic_ops *ops, void *ctx,
                 uint64_t now_ns)
{
	struct toy *toy = nic;

	(void)config;
	memset(toy, 0, sizeof *toy);
	toy->ops = ops;
	toy->ctx = ctx;
	toy->now_ns = now_ns;
	tell(toy, NIC_EVENT_RESET, 0, 0, "power on");
}

static void brown_out(void *nic, uint64_t now_ns)
{
	struct toy *toy = nic;

	toy->now_ns = now_ns;
	if (toy->sending_length > 0)
		toy->ops->cancel(toy->ctx, now_ns);
	toy->sending_length = toy->waiting = 0;
}

static void put(struct toy *toy, const uint8_t *frame, size_t length)
{
	static const struct nic_mac mac = {
		.full_duplex = true, .gap_bits = 96, .gap1_bits = 64, .gap2_bits = 96};
	uint8_t effect = 0;

	if (!toy->link || toy->sending_length > 0 || length > FRAME_MAX_BYTES - FCS_BYTES)
		return;
	memcpy(toy->sending, frame, length);
	if (length < 60) {
		memset(toy->sending + length, 0, 60 - length);
		length = 60;
	}
	for (unsigned i = 0; i < FCS_BYTES; i++)
		toy->sending[length + i] = (uint8_t)(crc32(0, toy->sending, (uInt)length) >> 8 * i);
	toy->sending_length = length + FCS_BYTES;
	toy->ops->inject(toy->ctx, 0, ++toy->sent, &effect);
	toy->ops->transmit(toy->ctx,
	                   &(struct nic_frame){toy->sending, toy->sending_length, .is_hosts = true},
	                   &mac, toy->now_ns);
}

static void take(struct toy *toy, uint8_t *ret_miso, size_t length)
{
	if (toy->waiting == 0)
		return;
	memcpy(ret_miso, toy->frames[0], length < toy->lengths[0] ? length : toy->lengths[0]);
	toy->waiting--;
	memmove(toy->frames[0], toy->frames[1], toy->waiting * sizeof toy->frames[0]);
	memmove(toy->lengths, toy->lengths + 1, toy->waiting * sizeof toy->lengths[0]);
}

static void transfer(void *nic, const uint8_t *mosi, uint8_t *ret_miso, size_t length,
                     uint64_t now_ns)
{
	struct toy *toy = nic;
	const unsigned command = length > 0 ? mosi[0] : 0;
	const size_t first = toy->waiting > 0 ? toy->lengths[0] : 0;

	toy->now_ns = now_ns;
	if (command == TOY_SEND)
		put(toy, mosi + 1, length - 1);
	memset(ret_miso, 0, length);
	if (command == TOY_STATUS && length >= 4)
		memcpy(ret_miso + 1,
		       (uint8_t[]){(uint8_t)toy->waiting, (uint8_t)(first >> 8), (uint8_t)first},
		       3);
	if (command == TOY_READ)
		take(toy, ret_miso + 1, length - 1);
}

static void receive(void *nic, const uint8_t *frame, size_t length, uint64_t now_ns)
{
	struct toy *toy = nic;
	const bool has_room = toy->waiting < WAITING_MAX && length <= FRAME_MAX_BYTES;

	toy->now_ns = now_ns;
	toy->received++;
	if (has_room) {
		toy->lengths[toy->waiting] = length - FCS_BYTES;
		memcpy(toy->frames[toy->waiting++], frame, length - FCS_BYTES);
	}
	tell(toy, has_room ? NIC_EVENT_RX_STORED : NIC_EVENT_RX_OVERFLOW, toy->received, length,
	     has_room ? "stored" : "no room");
}

static void sent(void *nic, const struct nic_outcome *outcome, uint64_t now_ns)
{
	struct toy *toy = nic;

	(void)outcome;
	toy->now_ns = now_ns;
	tell(toy, NIC_EVENT_TX_SENT, toy->sent, toy->sending_length, "sent");
	toy->sending_length = 0;
}

static void set_link(void *nic, bool up, uint64_t now_ns)
{
	struct toy *toy = nic;

	toy->now_ns = now_ns;
	toy->link = up;
	tell(toy, NIC_EVENT_LINK, 0, 0, up ? "link up" : "link down");
}

static void set_carrier(void *nic, bool sensed, uint64_t now_ns)
{
	(void)sensed;
	((struct toy *)nic)->now_ns = now_ns;
}

static void run(void *nic, uint64_t now_ns)
{
	((struct toy *)nic)->now_ns = now_ns;
}

static uint64_t next(const void *nic)
{
	(void)nic;
	return UINT64_MAX;
}

static bool int_asserted(const void *nic)
{
	return ((const struct toy *)nic)->waiting > 0;
}

static bool can_interrupt(const void *nic)
{
	return !int_asserted(nic);
}

static unsigned rx_fill(const void *nic)
{
	return ((const struct toy *)nic)->waiting * FRAME_MAX_BYTES;
}

static const char *const sites[] = {"toy.tx", NULL};

const struct nic_model toy_nic = {
	.name = "toy",
	.part = "toy",
	.summary = "of the tests, 100 Mbit/s",
	.prefix = "toy",
	.bit_ns = 10,
	.state_size = sizeof(struct toy),
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
