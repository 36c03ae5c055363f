/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/nic/enc28j60.h"

#include "emulator/nic/enc28j60_warm.h"

/* 10BASE-T. */
#define BIT_NS 100
#define STARTUP_NS 300000

struct enc28j60_nic {
	struct stutter_enc28j60 chip;
	const struct nic_ops *ops;
	void *ctx;
};

static const char *const revision_names[] = {"B1", "B4", "B5", "B7", NULL};

static const enum stutter_enc28j60_revision revisions[] = {
	STUTTER_ENC28J60_B1,
	STUTTER_ENC28J60_B4,
	STUTTER_ENC28J60_B5,
	STUTTER_ENC28J60_B7,
};

/* In the order of enum stutter_enc28j60_site. */
static const char *const sites[] = {"enc.tx", "enc.rx", "enc.mii", NULL};

static const enum nic_event_kind kinds[] = {
	[STUTTER_ENC28J60_EVENT_RESET] = NIC_EVENT_RESET,
	[STUTTER_ENC28J60_EVENT_READY] = NIC_EVENT_READY,
	[STUTTER_ENC28J60_EVENT_LINK] = NIC_EVENT_LINK,
	[STUTTER_ENC28J60_EVENT_RX_ACCEPTED] = NIC_EVENT_RX_STORED,
	[STUTTER_ENC28J60_EVENT_RX_FILTERED] = NIC_EVENT_RX_FILTERED,
	[STUTTER_ENC28J60_EVENT_RX_CRC] = NIC_EVENT_RX_BAD_FCS,
	[STUTTER_ENC28J60_EVENT_RX_OVERFLOW] = NIC_EVENT_RX_OVERFLOW,
	[STUTTER_ENC28J60_EVENT_RX_IGNORED] = NIC_EVENT_RX_IGNORED,
	[STUTTER_ENC28J60_EVENT_RX_CONTROL] = NIC_EVENT_RX_CONTROL,
	[STUTTER_ENC28J60_EVENT_TX_START] = NIC_EVENT_TX_BEGUN,
	[STUTTER_ENC28J60_EVENT_TX_DONE] = NIC_EVENT_TX_SENT,
	[STUTTER_ENC28J60_EVENT_TX_ABORTED] = NIC_EVENT_TX_ABORTED,
	[STUTTER_ENC28J60_EVENT_TX_CANCELLED] = NIC_EVENT_TX_CANCELLED,
	[STUTTER_ENC28J60_EVENT_FLOW] = NIC_EVENT_FLOW,
	[STUTTER_ENC28J60_EVENT_INJECTED] = NIC_EVENT_INJECTED,
	[STUTTER_ENC28J60_EVENT_ERRATUM] = NIC_EVENT_ERRATUM,
	[STUTTER_ENC28J60_EVENT_NOTE] = NIC_EVENT_NOTE,
	[STUTTER_ENC28J60_EVENT_FINDING] = NIC_EVENT_FINDING,
	[STUTTER_ENC28J60_EVENT_NOT_MODELLED] = NIC_EVENT_NOT_MODELLED,
};

struct stutter_enc28j60 *nic_enc28j60_chip(void *nic)
{
	return &((struct enc28j60_nic *)nic)->chip;
}

static const struct stutter_enc28j60 *chip_of(const void *nic)
{
	return &((const struct enc28j60_nic *)nic)->chip;
}

/* -- what the chip asks -- */

static void transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct enc28j60_nic *nic = ctx;
	const struct stutter_enc28j60_mac mac = stutter_enc28j60_mac(&nic->chip);

	nic->ops->transmit(nic->ctx,
	                   &(struct nic_frame){
				   .bytes = frame->bytes,
				   .length = frame->length,
				   .is_hosts = frame->kind == STUTTER_ENC28J60_FRAME_DATA,
			   },
	                   &(struct nic_mac){
				   .full_duplex = mac.full_duplex,
				   .defer_forever = mac.defer_forever,
				   .no_backoff = mac.no_backoff,
				   .no_backoff_after_backpressure = mac.no_backoff_after_pressure,
				   .retries_max = mac.retries_max,
				   .window_bytes = mac.window_bytes,
				   .gap_bits = mac.gap_bits,
				   .gap1_bits = mac.gap1_bits,
				   .gap2_bits = mac.gap2_bits,
			   },
	                   now_ns);
}

static void cancel(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct enc28j60_nic *nic = ctx;

	(void)frame;
	nic->ops->cancel(nic->ctx, now_ns);
}

static void backpressure(void *ctx, bool on, uint64_t now_ns)
{
	struct enc28j60_nic *nic = ctx;

	nic->ops->backpressure(nic->ctx, on, now_ns);
}

static void on_event(void *ctx, const struct stutter_enc28j60_event *event)
{
	struct enc28j60_nic *nic = ctx;

	nic->ops->event(nic->ctx, &(struct nic_event){
					  .kind = kinds[event->kind],
					  .now_ns = event->now_ns,
					  .number = event->number,
					  .length = event->length,
					  .id = event->id,
					  .reg = event->reg,
					  .text = event->text,
					  .section = event->section,
				  });
}

static void inject(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                   struct stutter_enc28j60_effect *ret_effect)
{
	struct enc28j60_nic *nic = ctx;

	nic->ops->inject(nic->ctx, site, number, ret_effect);
}

static const struct stutter_enc28j60_ops chip_ops = {transmit, cancel, backpressure, on_event,
                                                     inject};

/* -- what the board asks -- */

static struct stutter_enc28j60_config config_of(const struct nic_config *wanted)
{
	const bool by_revision = wanted->errata == NIC_ERRATA_SILICON ||
	                         wanted->errata == NIC_ERRATA_WORST;
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.revision = revisions[wanted->revision];
	config.errata = by_revision ? stutter_enc28j60_errata(config.revision) : wanted->errata;
	config.errata_worst = wanted->errata == NIC_ERRATA_SILICON ? 0 : config.errata;
	config.seed = wanted->seed;
	config.bit_field_ops_reach_mac = wanted->lax_bit_fields;
	config.spi_clock_hz = wanted->spi_clock_hz;
	config.startup_ns = wanted->startup_ns != 0 ? wanted->startup_ns : STARTUP_NS;
	return config;
}

static void listen(struct enc28j60_nic *nic, const struct nic_ops *ops, void *ctx)
{
	nic->ops = ops;
	nic->ctx = ctx;
}

static void init(void *memory, const struct nic_config *wanted, const struct nic_ops *ops,
                 void *ctx, uint64_t now_ns)
{
	const struct stutter_enc28j60_config config = config_of(wanted);
	struct enc28j60_nic *nic = memory;

	listen(nic, ops, ctx);
	stutter_enc28j60_init(&nic->chip, &config, &chip_ops, nic, now_ns);
}

static void init_warm(void *memory, const struct nic_config *wanted, const struct nic_ops *ops,
                      void *ctx, uint64_t now_ns)
{
	const struct stutter_enc28j60_config config = config_of(wanted);
	struct enc28j60_nic *nic = memory;

	listen(nic, ops, ctx);
	enc28j60_warm_start(&nic->chip, &config, now_ns);
	stutter_enc28j60_attach(&nic->chip, &chip_ops, nic);
}

static void brown_out(void *nic, uint64_t now_ns)
{
	stutter_enc28j60_brown_out(nic_enc28j60_chip(nic), now_ns);
}

static void transfer(void *nic, const uint8_t *mosi, uint8_t *ret_miso, size_t length,
                     uint64_t now_ns)
{
	stutter_enc28j60_transfer(nic_enc28j60_chip(nic), mosi, ret_miso, length, now_ns);
}

static void receive(void *nic, const uint8_t *frame, size_t length, uint64_t now_ns)
{
	stutter_enc28j60_receive(nic_enc28j60_chip(nic), frame, length, now_ns);
}

static void sent(void *nic, const struct nic_outcome *outcome, uint64_t now_ns)
{
	const struct stutter_enc28j60_tx_status status = {
		.collisions = outcome->collisions,
		.late_collision = outcome->late_collision,
		.excessive_collisions = outcome->excessive_collisions,
		.deferred = outcome->deferred,
		.excessive_deferral = outcome->excessive_deferral,
		.collided_bytes = outcome->collided_bytes,
	};

	stutter_enc28j60_transmitted(nic_enc28j60_chip(nic), &status, now_ns);
}

static void set_link(void *nic, bool up, uint64_t now_ns)
{
	stutter_enc28j60_set_link(nic_enc28j60_chip(nic), up, now_ns);
}

/* That a collision is on is not told: the chip hears of it when its transmission ends. */
static void set_carrier(void *nic, bool sensed, uint64_t now_ns)
{
	stutter_enc28j60_set_activity(nic_enc28j60_chip(nic), sensed, false, now_ns);
}

static void run(void *nic, uint64_t now_ns)
{
	stutter_enc28j60_run(nic_enc28j60_chip(nic), now_ns);
}

static uint64_t next(const void *nic)
{
	return stutter_enc28j60_next(chip_of(nic));
}

static bool int_asserted(const void *nic)
{
	return stutter_enc28j60_int_asserted(chip_of(nic));
}

static bool can_interrupt(const void *nic)
{
	return stutter_enc28j60_can_interrupt(chip_of(nic));
}

static unsigned rx_fill(const void *nic)
{
	return stutter_enc28j60_ring_fill(chip_of(nic));
}

const struct nic_model nic_enc28j60 = {
	.name = "enc28j60",
	.part = "ENC28J60",
	.summary = "Microchip's, 10 Mbit/s behind SPI",
	.prefix = "enc",
	.bit_ns = BIT_NS,
	.state_size = sizeof(struct enc28j60_nic),
	.revisions = revision_names,
	.sites = sites,
	.startup_ns = STARTUP_NS,
	.init = init,
	.init_warm = init_warm,
	.warm_life_ns = ENC28J60_WARM_LIFE_NS,
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
