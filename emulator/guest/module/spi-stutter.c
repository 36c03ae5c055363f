// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An SPI controller, one interrupt line and a message device whose other side is the harness.
 *
 * How it works: the module has five jobs, a file each, which say for themselves how they work. What
 * is the processor's stands in cpu.h, which comes from the machine's folder (emulator/machines).
 *
 * They are one compilation unit. Guest time counts instructions, so what the compiler inlines is
 * part of every digest; as one unit it is free to inline as if they were one file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/version.h>

#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/notifier.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#include <linux/panic_notifier.h>
#endif
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/spi/spi.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "cpu.h"
#include "protocol.h"
#include "reports.h"

struct stutter {
	struct device *dev;
	raw_spinlock_t lock; /* held from a request to the end of its answer */
	int request_handle;
	int reply_handle;
	bool broken; /* the harness is gone: every call fails at once */

	u64 wake_ns; /* for when poll_timer is set */
	struct hrtimer poll_timer;

	struct irq_domain *domain;
	unsigned int irq;
	struct hrtimer irq_timer; /* delivers the latch in interrupt context, at once */
	bool latched;
	bool masked;

	struct spi_controller *controller;
	u64 bus_end_ns;
	u64 ticks_q32;   /* of the processor's counter in a nanosecond, times 2 to the 32nd */
	u32 speed_hz;    /* that byte_q16 was computed for */
	u64 byte_q16;    /* nanoseconds a byte, times 2 to the 16th */
	u32 flash_rests; /* answers in a row that said busy */
	u32 tx_dirty;    /* from this byte on request.payload is known to be zeros */
	struct stutter_setup setup;
	struct miscdevice misc;
	struct notifier_block panic;
	struct notifier_block restart;
	void __iomem *rtc; /* the clock chip, or NULL */

	struct {
		struct stutter_request header;
		u8 payload[STUTTER_PAYLOAD_MAX];
	} request;
	struct {
		struct stutter_reply header;
		u8 payload[STUTTER_PAYLOAD_MAX];
	} reply;
};

#include "calls.c"
#include "irq.c"
#include "spi.c"
#include "chardev.c"
#include "power.c"

static int say_hello(struct stutter *s)
{
	struct stutter_handshake handshake = {.version = STUTTER_PROTOCOL_VERSION};
	unsigned long flags;
	bool deliver = false;
	int got;

	call_begin(s, &flags);
	cpu_counter_hz(&handshake.counter_hz);
	s->ticks_q32 = div_u64((u64)handshake.counter_hz << 32, NSEC_PER_SEC);
	handshake.counter = cpu_counter();
	memcpy(s->request.payload, &handshake, sizeof(handshake));
	s->tx_dirty = sizeof(handshake);
	got = exchange(s, STUTTER_HANDSHAKE, ktime_get_ns(), sizeof(handshake), sizeof(s->setup), &deliver);
	if (got > 0)
		memcpy(&s->setup, s->reply.payload, got);
	call_end(s, &flags, deliver);
	return got;
}

static int open_harness(struct stutter *s)
{
	const u32 version = STUTTER_PROTOCOL_VERSION;
	int got;

	s->request_handle = semihost_open(STUTTER_REQUEST_FIFO, SEMIHOST_MODE_WRITE);
	s->reply_handle = semihost_open(STUTTER_REPLY_FIFO, SEMIHOST_MODE_READ);
	if (s->request_handle < 0 || s->reply_handle < 0) {
		pr_err("cannot open the FIFOs \"%s\" and \"%s\" by semihosting: no harness outside\n", STUTTER_REQUEST_FIFO,
		       STUTTER_REPLY_FIFO);
		return -ENODEV;
	}
	got = say_hello(s);
	if (got < 0)
		return got;
	if (got != sizeof(s->setup) || s->setup.version != version || !s->setup.spi_clock_hz) {
		pr_err("the harness speaks another protocol: %d bytes, version %u, expected %zu bytes, version %u\n", got, s->setup.version,
		       sizeof(s->setup), version);
		return -EPROTO;
	}
	return 0;
}

static void stutter_timers_cancel(void *data)
{
	struct stutter *s = data;

	s->broken = true;
	hrtimer_cancel(&s->poll_timer);
	hrtimer_cancel(&s->irq_timer);
}

static int __init stutter_probe(struct platform_device *device)
{
	struct stutter *s = devm_kzalloc(&device->dev, sizeof(*s), GFP_KERNEL);
	int error;

	if (!s)
		return -ENOMEM;
	s->dev = &device->dev;
	s->wake_ns = STUTTER_NEVER;
	raw_spin_lock_init(&s->lock);
	hrtimer_setup(&s->poll_timer, poll_timer_fired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
	hrtimer_setup(&s->irq_timer, irq_timer_fired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);

	error = irq_init(s);
	if (!error)
		error = devm_add_action_or_reset(s->dev, stutter_timers_cancel, s);
	if (!error)
		error = open_harness(s);
	if (!error)
		error = panic_init(s);
	if (!error)
		error = restart_init(s);
	if (!error)
		error = controller_init(s);
	if (!error)
		error = ethernet_chip_init(s);
	if (!error)
		error = flash_init(s);
	if (!error)
		error = misc_init(s);
	return error;
}

static struct platform_driver stutter_driver = {
	.driver.name = KBUILD_MODNAME,
};

static struct platform_device *stutter_device;

/* The bundle makes a failed probe a failed insmod. */
static int __init stutter_init(void)
{
	int error = stop_register ? stop_for_snapshot() : 0;

	if (error)
		return error;
	stutter_device = platform_create_bundle(&stutter_driver, stutter_probe, NULL, 0, NULL, 0);
	return PTR_ERR_OR_ZERO(stutter_device);
}

static void __exit stutter_exit(void)
{
	platform_device_unregister(stutter_device);
	platform_driver_unregister(&stutter_driver);
}

module_init(stutter_init);
module_exit(stutter_exit);
MODULE_DESCRIPTION("SPI controller, interrupt line and messages of the Stutter harness");
MODULE_LICENSE("GPL");
