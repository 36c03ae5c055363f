// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An SPI controller, one interrupt line and a message device whose other side is the harness.
 *
 * How it works
 *
 * Calls. A call to the harness is one ARM semihosting write of a request and one or more semihosting reads of the answer (protocol.h).
 * While the read blocks the virtual CPU stands still, so an answer takes no guest time. Calls come from process context (SPI transfers, the
 * message device) and from hard interrupt context (the poll timer); stutter_call() runs with interrupts off and under one raw spinlock,
 * so that requests and answers never interleave.
 *
 * What the answer carries besides its payload. Whether INT has fallen and the time at which the world next does something by itself. Both
 * are taken over after every answer: poll_timer is set to that time and then asks with an empty request, so interrupts come at their exact
 * time without polling.
 *
 * INT. The line is an edge interrupt behind a latch, as a GPIO controller has one: a falling edge sets the latch; the latch is delivered
 * if the interrupt is not masked, and kept until it is unmasked otherwise; the acknowledge clears it. Two edges before the acknowledge are
 * one interrupt. This is the place where real boards lose an edge, so nothing here "helps": an asserted line without a new edge raises
 * nothing. The harness tells of edges, not of the level, so an edge counts even if it came and went between two answers.
 *
 * Bus time. A chip-select period occupies the bus for its bits at the transfer's clock, plus CHIP_SELECT_NS. bus_end is the time until
 * which the bus is busy. If that is BUS_WAIT_NS or more away the transfer waits until then and calls afterwards; a shorter debt is
 * carried over to the next transfer. The harness is therefore told of bytes when they have passed, never before, and the world is never
 * ahead of the guest.
 *
 * How a driver waits for its controller is the board's (stutter_setup.poll_ns): it polls the controller until the end of what is short,
 * as spi-bcm2835 does below its polling_limit_us of 30, and sleeps until the interrupt at the end of what is long. A loop that polls would cost
 * the host as much time as the guest, so this one executes WFI with interrupts masked, and the processor's own timer ends that. As in
 * a loop, other interrupts come through and nothing else is scheduled.
 *
 * The rejected alternative: to call at once and sleep afterwards. The driver would then see chip state from before the bytes had passed.
 *
 * Resets. A reset of the processor, asked for by user space or by the harness when the supply fails, leaves the harness and the chips on the bus
 * as they are. The next boot's module says hello again, with a counter that has gone on meanwhile: so virtual time goes on over a reset.
 *
 * The flash, if the harness has one, is on chip select 1. The spi-nor driver asks it for its status without a pause until it is no longer busy, which for an
 * erase of 45 ms would be thousands of messages. This controller does what those do that poll by themselves: it knows a status read (05h) to the flash, and
 * when the answer says busy it lets the bus rest before it reports the period's end: for FLASH_REST_NS, and for FLASH_LONG_REST_NS once FLASH_RESTS answers in a
 * row have said so, when it must be an erase. So the driver notices the end of a program up to 0.1 ms later, and that of an erase up to 1 ms.
 *
 * A fault may let a period occupy the bus for longer. The harness says so in its answer, when the bytes have passed: the controller reports
 * the period's end so much later. That time moves bus_end and is waited for at once, by the same rule, before the driver goes on.
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
#include "protocol.h"

#if !defined(CONFIG_ARM) || defined(CONFIG_THUMB2_KERNEL)
#error "the semihosting call below is the A32 one"
#endif

/* Chip select down to first clock, last clock to chip select up, and the pause until it may go down again. */
#define CHIP_SELECT_NS 400
/* A bus debt from here on is waited for. */
#define BUS_WAIT_NS 10000
#define CHIP_SELECTS 4
#define FLASH_CHIP_SELECT 1
#define FLASH_READ_STATUS 0x05
#define FLASH_BUSY 0x01
#define FLASH_REST_NS 100000
#define FLASH_LONG_REST_NS 1000000
#define FLASH_RESTS 10

/*
 * Registers of the board's clock, a PL031.
 */
#define RTC_DR 0x00 /* seconds */
#define RTC_MR 0x04 /* of the alarm */

#define SEMIHOST_OPEN 0x01
#define SEMIHOST_WRITE 0x05
#define SEMIHOST_READ 0x06
#define SEMIHOST_MODE_READ 1  /* "rb" */
#define SEMIHOST_MODE_WRITE 5 /* "wb" */

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

/* The semihosting trap: operation in r0, argument block in r1, result in r0. */
static noinline int semihost(u32 operation, const void *arguments)
{
	register u32 r0 asm("r0") = operation;
	register const void *r1 asm("r1") = arguments;

	asm volatile(".inst 0xe10f0070" : "+r"(r0) : "r"(r1) : "memory");
	return (int)r0;
}

static int semihost_open(const char *name, u32 mode)
{
	const u32 arguments[] = {(u32)(uintptr_t)name, mode, strlen(name)};

	return semihost(SEMIHOST_OPEN, arguments);
}

/* SYS_WRITE and SYS_READ return how many bytes they did not move. */
static bool semihost_write(int handle, const void *data, u32 length)
{
	const u32 arguments[] = {(u32)handle, (u32)(uintptr_t)data, length};

	return semihost(SEMIHOST_WRITE, arguments) == 0;
}

static u32 semihost_read(int handle, void *data, u32 capacity)
{
	const u32 arguments[] = {(u32)handle, (u32)(uintptr_t)data, capacity};
	int left = semihost(SEMIHOST_READ, arguments);

	return left < 0 || left > capacity ? 0 : capacity - left;
}

/*
 * Reads one whole answer. There is never more than one answer under way, so a read may ask for all that fits. @capacity is the largest
 * payload that makes sense as an answer to this request.
 */
static bool read_reply(struct stutter *s, u32 capacity)
{
	u8 *const bytes = (u8 *)&s->reply;
	const u32 size = sizeof(s->reply.header) + capacity;
	u32 have = 0, got;

	do {
		got = semihost_read(s->reply_handle, bytes + have, size - have);
		if (!got)
			return false;
		have += got;
		if (have >= sizeof(s->reply.header) && s->reply.header.length > capacity)
			return false;
	} while (have < sizeof(s->reply.header) || have < sizeof(s->reply.header) + s->reply.header.length);
	return have == sizeof(s->reply.header) + s->reply.header.length;
}

/* Follows the INT line; returns whether an interrupt is to be delivered now. */
static bool update_irq(struct stutter *s, bool fell)
{
	if (fell)
		s->latched = true;
	return s->latched && !s->masked;
}

static void update_timer(struct stutter *s, u64 wake_ns)
{
	if (wake_ns == s->wake_ns && (wake_ns == STUTTER_NEVER || hrtimer_is_queued(&s->poll_timer)))
		return;
	s->wake_ns = wake_ns;
	if (wake_ns == STUTTER_NEVER)
		hrtimer_try_to_cancel(&s->poll_timer);
	else
		hrtimer_start(&s->poll_timer, ns_to_ktime(wake_ns), HRTIMER_MODE_ABS_PINNED_HARD);
}

/* CNTV_CTL and CNTP_CTL (ARM DDI 0406C, B8.1.5 and B8.1.9): 0 disables the timer. */
static void timers_disable(void)
{
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(0));
	asm volatile("mcr p15, 0, %0, c14, c2, 1" : : "r"(0));
	isb();
}

static int exchange(struct stutter *s, u32 op, u64 now_ns, u32 length, u32 capacity, bool *ret_deliver)
{
	if (s->broken)
		return -EIO;
	s->request.header.op = op;
	s->request.header.length = length;
	s->request.header.now_ns = now_ns;
	if (!semihost_write(s->request_handle, &s->request, sizeof(s->request.header) + length) || !read_reply(s, capacity)) {
		s->broken = true;
		pr_err("the harness does not answer request %u any more\n", op);
		return -EIO;
	}
	if (s->reply.header.flags & STUTTER_POWER_CUT)
		emergency_restart();
	*ret_deliver = update_irq(s, s->reply.header.flags & STUTTER_INT_FELL);
	update_timer(s, s->reply.header.wake_ns);
	return s->reply.header.length;
}

static void call_begin(struct stutter *s, unsigned long *flags)
{
	raw_spin_lock_irqsave(&s->lock, *flags);
	s->request.header.bus_ns = 0;
	s->request.header.chip_select = 0;
}

/* Delivers an interrupt after the lock is released and before interrupts are on again. */
static void call_end(struct stutter *s, unsigned long *flags, bool deliver)
{
	raw_spin_unlock(&s->lock);
	if (deliver)
		generic_handle_irq(s->irq);
	local_irq_restore(*flags);
}

/* One whole call with a payload from kernel memory. Returns the length of the answer's payload, copied to @answer, or a negative error. */
static int stutter_call(struct stutter *s, u32 op, const void *payload, u32 length, void *answer, u32 capacity)
{
	unsigned long flags;
	bool deliver = false;
	int got;

	call_begin(s, &flags);
	memcpy(s->request.payload, payload, length);
	s->tx_dirty = max(s->tx_dirty, length);
	got = exchange(s, op, ktime_get_ns(), length, capacity, &deliver);
	if (got > 0)
		memcpy(answer, s->reply.payload, got);
	call_end(s, &flags, deliver);
	return got;
}

static enum hrtimer_restart poll_timer_fired(struct hrtimer *timer)
{
	struct stutter *s = container_of(timer, struct stutter, poll_timer);

	stutter_call(s, STUTTER_POLL, NULL, 0, NULL, 0);
	return HRTIMER_NORESTART; /* update_timer() has started it again if need be */
}

/* ---- INT ---- */

static enum hrtimer_restart irq_timer_fired(struct hrtimer *timer)
{
	struct stutter *s = container_of(timer, struct stutter, irq_timer);

	if (s->latched && !s->masked)
		generic_handle_irq(s->irq);
	return HRTIMER_NORESTART;
}

static void stutter_irq_ack(struct irq_data *data)
{
	struct stutter *s = irq_data_get_irq_chip_data(data);

	s->latched = false;
}

static void stutter_irq_mask(struct irq_data *data)
{
	struct stutter *s = irq_data_get_irq_chip_data(data);

	s->masked = true;
}

/* The irq core holds the descriptor's lock here, so a latched edge is delivered by a timer that expires at once. */
static void stutter_irq_unmask(struct irq_data *data)
{
	struct stutter *s = irq_data_get_irq_chip_data(data);

	s->masked = false;
	if (s->latched)
		hrtimer_start(&s->irq_timer, 0, HRTIMER_MODE_ABS_PINNED_HARD);
}

static int stutter_irq_retrigger(struct irq_data *data)
{
	struct stutter *s = irq_data_get_irq_chip_data(data);

	s->latched = true;
	hrtimer_start(&s->irq_timer, 0, HRTIMER_MODE_ABS_PINNED_HARD);
	return 1;
}

static int stutter_irq_set_type(struct irq_data *data, unsigned int type)
{
	return type == IRQ_TYPE_NONE || type == IRQ_TYPE_EDGE_FALLING ? 0 : -EINVAL;
}

static struct irq_chip stutter_irq_chip = {
	.name = "stutter",
	.irq_ack = stutter_irq_ack,
	.irq_mask = stutter_irq_mask,
	.irq_unmask = stutter_irq_unmask,
	.irq_retrigger = stutter_irq_retrigger,
	.irq_set_type = stutter_irq_set_type,
};

static int stutter_irq_map(struct irq_domain *domain, unsigned int irq, irq_hw_number_t number)
{
	irq_set_chip_data(irq, domain->host_data);
	irq_set_chip_and_handler(irq, &stutter_irq_chip, handle_edge_irq);
	irq_set_irq_type(irq, IRQ_TYPE_EDGE_FALLING);
	return 0;
}

static const struct irq_domain_ops stutter_irq_domain_ops = {
	.map = stutter_irq_map,
};

static void stutter_irq_dispose(void *data)
{
	struct stutter *s = data;

	irq_dispose_mapping(s->irq);
	irq_domain_remove(s->domain);
}

static int irq_init(struct stutter *s)
{
	s->masked = true;
	s->domain = irq_domain_create_linear(NULL, 1, &stutter_irq_domain_ops, s);
	if (!s->domain)
		return -ENOMEM;
	s->irq = irq_create_mapping(s->domain, 0);
	if (!s->irq) {
		irq_domain_remove(s->domain);
		return -ENOMEM;
	}
	return devm_add_action_or_reset(s->dev, stutter_irq_dispose, s);
}

/* ---- SPI ---- */

/* Division is a loop of instructions here, and the speed hardly ever changes: divide once. */
static u64 transfer_ns(struct stutter *s, const struct spi_transfer *transfer)
{
	if (transfer->speed_hz != s->speed_hz) {
		s->speed_hz = transfer->speed_hz;
		s->byte_q16 = div_u64((u64)BITS_PER_BYTE * NSEC_PER_SEC << 16, s->speed_hz);
	}
	return transfer->len * s->byte_q16 >> 16;
}

static void sleep_until(u64 end_ns)
{
	ktime_t end = ns_to_ktime(end_ns);

	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(&end, HRTIMER_MODE_ABS_HARD);
}

static u64 counter(void)
{
	u64 value;

	isb();
	asm volatile("mrrc p15, 1, %Q0, %R0, c14" : "=r"(value));
	return value;
}

/*
 * Stands still for about @ns, less if an interrupt comes, which is left pending. CNTV_CVAL (ARM DDI 0406C, B8.1.5), the kernel's next timer, is moved to the
 * front if it is later, and put back. Interrupts are off; a timer that is over asserts its line for as long as it is.
 */
static void stand_still(struct stutter *s, u64 ns)
{
	u64 until = counter() + (ns * s->ticks_q32 >> 32) + 1, next;
	u32 control;

	asm volatile("mrc p15, 0, %0, c14, c3, 1" : "=r"(control));
	asm volatile("mrrc p15, 3, %Q0, %R0, c14" : "=r"(next));
	if ((control & 1) && next <= until) {
		asm volatile("wfi" : : : "memory");
		return;
	}
	asm volatile("mcrr p15, 3, %Q0, %R0, c14" : : "r"(until));
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(1));
	isb();
	asm volatile("wfi" : : : "memory");
	asm volatile("mcrr p15, 3, %Q0, %R0, c14" : : "r"(next));
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(control));
	isb();
}

static void poll_until(struct stutter *s, u64 end_ns)
{
	unsigned long flags;
	u64 now_ns;

	do {
		local_irq_save(flags);
		now_ns = ktime_get_ns();
		if (now_ns < end_ns)
			stand_still(s, end_ns - now_ns);
		local_irq_restore(flags);
	} while (now_ns < end_ns);
}

static void wait_until(struct stutter *s, u64 now_ns, u64 end_ns)
{
	if (end_ns - now_ns <= s->setup.poll_ns)
		poll_until(s, end_ns);
	else
		sleep_until(end_ns);
}

/* Zeros for a transfer that sends nothing; most of them are there already. */
static void put_zeros(struct stutter *s, u32 at, u32 length)
{
	if (at >= s->tx_dirty)
		return;
	memset(s->request.payload + at, 0, min(length, s->tx_dirty - at));
	if (at + length >= s->tx_dirty)
		s->tx_dirty = at;
}

static void put_bytes(struct stutter *s, u32 at, const void *bytes, u32 length)
{
	memcpy(s->request.payload + at, bytes, length);
	s->tx_dirty = max(s->tx_dirty, at + length);
}

/* One chip-select period: the transfers from first to last. */
struct period {
	struct spi_transfer *first;
	struct spi_transfer *last;
	u32 length;
	u64 bus_ns;
};

/* How long the bus rests after a period whose answer has come: see "The flash" above. */
static u64 rest_ns(struct stutter *s, u32 length)
{
	if (s->request.header.chip_select != FLASH_CHIP_SELECT)
		return 0;
	if (length < 2 || s->request.payload[0] != FLASH_READ_STATUS || !(s->reply.payload[length - 1] & FLASH_BUSY)) {
		s->flash_rests = 0;
		return 0;
	}
	return s->flash_rests++ < FLASH_RESTS ? FLASH_REST_NS : FLASH_LONG_REST_NS;
}

/* Occupies the bus for the period, waits if the bus is then too far ahead of the processor, and tells the harness. */
static int period_call(struct stutter *s, struct spi_message *message, const struct period *period)
{
	struct spi_transfer *transfer;
	unsigned long flags;
	bool deliver = false, wait;
	u64 now_ns, busy_ns = 0;
	u32 at = 0;
	int got;

	call_begin(s, &flags);
	now_ns = ktime_get_ns();
	s->bus_end_ns = max(s->bus_end_ns, now_ns) + period->bus_ns;
	if (s->bus_end_ns - now_ns >= BUS_WAIT_NS) {
		call_end(s, &flags, false);
		wait_until(s, now_ns, s->bus_end_ns);
		call_begin(s, &flags);
		now_ns = ktime_get_ns();
	}
	for (transfer = period->first;; transfer = list_next_entry(transfer, transfer_list)) {
		if (transfer->tx_buf)
			put_bytes(s, at, transfer->tx_buf, transfer->len);
		else
			put_zeros(s, at, transfer->len);
		at += transfer->len;
		if (transfer == period->last)
			break;
	}
	s->request.header.bus_ns = period->bus_ns;
	s->request.header.chip_select = spi_get_chipselect(message->spi, 0);
	got = exchange(s, STUTTER_SPI, now_ns, period->length, period->length, &deliver);
	at = 0;
	for (transfer = period->first; got == period->length; transfer = list_next_entry(transfer, transfer_list)) {
		if (transfer->rx_buf)
			memcpy(transfer->rx_buf, s->reply.payload + at, transfer->len);
		at += transfer->len;
		if (transfer == period->last)
			break;
	}
	if (got == period->length)
		busy_ns = s->reply.header.busy_ns + rest_ns(s, period->length);
	if (busy_ns)
		s->bus_end_ns = max(s->bus_end_ns, now_ns) + busy_ns;
	wait = busy_ns && s->bus_end_ns - now_ns >= BUS_WAIT_NS;
	call_end(s, &flags, deliver);
	if (wait)
		wait_until(s, now_ns, s->bus_end_ns);
	if (got < 0)
		return got;
	return got == period->length ? 0 : -EPROTO;
}

static int stutter_transfer_one_message(struct spi_controller *controller, struct spi_message *message)
{
	struct stutter *s = spi_controller_get_devdata(controller);
	struct period period = {.first = NULL};
	struct spi_transfer *transfer;
	int error = 0;

	list_for_each_entry(transfer, &message->transfers, transfer_list)
	{
		if (!period.first)
			period = (struct period){.first = transfer, .bus_ns = CHIP_SELECT_NS};
		period.last = transfer;
		period.length += transfer->len;
		period.bus_ns += transfer_ns(s, transfer);
		if (period.length > STUTTER_PAYLOAD_MAX) {
			error = -EMSGSIZE;
			break;
		}
		/* cs_change of the last transfer asks to keep the chip selected after the message; chips here are deselected then. */
		if (transfer->cs_change || list_is_last(&transfer->transfer_list, &message->transfers)) {
			error = period_call(s, message, &period);
			if (error)
				break;
			message->actual_length += period.length;
			period.first = NULL;
		}
		if (transfer->delay.value)
			spi_transfer_delay_exec(transfer);
	}
	message->status = error;
	spi_finalize_current_message(controller);
	return error;
}

static size_t stutter_max_size(struct spi_device *spi)
{
	return STUTTER_PAYLOAD_MAX;
}

static int controller_init(struct stutter *s)
{
	struct spi_controller *controller = devm_spi_alloc_host(s->dev, 0);

	if (!controller)
		return -ENOMEM;
	controller->bus_num = 0;
	controller->num_chipselect = CHIP_SELECTS;
	controller->mode_bits = SPI_CPOL | SPI_CPHA | SPI_CS_HIGH;
	controller->bits_per_word_mask = SPI_BPW_MASK(8);
	controller->max_speed_hz = s->setup.spi_clock_hz;
	controller->max_transfer_size = stutter_max_size;
	controller->max_message_size = stutter_max_size;
	controller->transfer_one_message = stutter_transfer_one_message;
	spi_controller_set_devdata(controller, s);
	s->controller = controller;
	return devm_spi_register_controller(s->dev, controller);
}

static int ethernet_chip_init(struct stutter *s)
{
	const struct property_entry properties[] = {PROPERTY_ENTRY_U8_ARRAY_LEN("mac-address", s->setup.mac, ETH_ALEN), {}};
	const struct software_node node = {.properties = properties};
	struct spi_board_info info = {
		.modalias = "enc28j60",
		.max_speed_hz = s->setup.spi_clock_hz,
		.bus_num = 0,
		.chip_select = 0,
		.mode = SPI_MODE_0,
		.irq = s->irq,
	};
	struct fwnode_handle *fwnode;
	struct spi_device *spi;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0)
	/* The node given by the board info must outlive the device: let the core make its own copy of the properties. */
	fwnode = fwnode_create_software_node(node.properties, NULL);
	if (IS_ERR(fwnode))
		return PTR_ERR(fwnode);
	info.swnode = to_software_node(fwnode);
#else
	info.properties = properties;
	fwnode = NULL;
	(void)node;
#endif
	spi = spi_new_device(s->controller, &info);
	if (!spi) {
		fwnode_remove_software_node(fwnode);
		return -ENODEV;
	}
	return 0;
}

static int flash_init(struct stutter *s)
{
	struct spi_board_info info = {
		.modalias = "spi-nor",
		.max_speed_hz = s->setup.spi_clock_hz,
		.bus_num = 0,
		.chip_select = FLASH_CHIP_SELECT,
		.mode = SPI_MODE_0,
	};

	if (!(s->setup.flags & STUTTER_HAS_FLASH))
		return 0;
	return spi_new_device(s->controller, &info) ? 0 : -ENODEV;
}

/* ---- /dev/stutter ---- */

/* One opening of the device. The configuration is asked for at the first read, so that all of one reader's reads see the same text. */
struct session {
	struct stutter *stutter;
	char *text; /* NULL before the first read */
	size_t length;
};

static int stutter_open(struct inode *inode, struct file *file)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	session->stutter = container_of(file->private_data, struct stutter, misc);
	file->private_data = session;
	return 0;
}

static int stutter_release(struct inode *inode, struct file *file)
{
	struct session *session = file->private_data;

	kfree(session->text);
	kfree(session);
	return 0;
}

static int fetch_config(struct session *session)
{
	char *text = kmalloc(STUTTER_PAYLOAD_MAX, GFP_KERNEL);
	int got;

	if (!text)
		return -ENOMEM;
	got = stutter_call(session->stutter, STUTTER_CONFIG, NULL, 0, text, STUTTER_PAYLOAD_MAX);
	if (got < 0) {
		kfree(text);
		return got;
	}
	session->text = text;
	session->length = got;
	return 0;
}

static ssize_t stutter_read(struct file *file, char __user *to, size_t size, loff_t *position)
{
	struct session *session = file->private_data;
	int error = session->text ? 0 : fetch_config(session);

	return error ? error : simple_read_from_buffer(to, size, position, session->text, session->length);
}

static ssize_t stutter_write(struct file *file, const char __user *from, size_t size, loff_t *position)
{
	struct session *session = file->private_data;
	size_t length = size;
	char *line;
	int error;

	if (!size || size > STUTTER_PAYLOAD_MAX)
		return -EMSGSIZE;
	line = memdup_user(from, size);
	if (IS_ERR(line))
		return PTR_ERR(line);
	while (length && line[length - 1] == '\n')
		length--;
	if (!length)
		error = -EMSGSIZE;
	else if (memchr(line, '\n', length))
		error = -EINVAL;
	else
		error = stutter_call(session->stutter, STUTTER_EVENT, line, length, NULL, 0);
	kfree(line);
	return error < 0 ? error : size;
}

static const struct file_operations stutter_file_operations = {
	.owner = THIS_MODULE,
	.open = stutter_open,
	.release = stutter_release,
	.read = stutter_read,
	.write = stutter_write,
};

static void stutter_misc_deregister(void *data)
{
	struct stutter *s = data;

	misc_deregister(&s->misc);
}

static int misc_init(struct stutter *s)
{
	int error;

	s->misc.minor = MISC_DYNAMIC_MINOR;
	s->misc.name = "stutter";
	s->misc.fops = &stutter_file_operations;
	error = misc_register(&s->misc);
	return error ? error : devm_add_action_or_reset(s->dev, stutter_misc_deregister, s);
}

/* ---- panic ---- */

/*
 * A kernel that panics says so itself, as the event "panic TEXT": the harness need not wait for it to become silent. If the panic came from
 * inside a call, the lock is held for ever and silence is what there is.
 */
static int stutter_panicked(struct notifier_block *block, unsigned long unused, void *text)
{
	struct stutter *s = container_of(block, struct stutter, panic);
	char line[128];
	int length = scnprintf(line, sizeof(line), "panic %s", (const char *)text);

	if (!raw_spin_is_locked(&s->lock))
		stutter_call(s, STUTTER_EVENT, line, length, NULL, 0);
	return NOTIFY_DONE;
}

static void stutter_panic_unregister(void *data)
{
	struct stutter *s = data;

	atomic_notifier_chain_unregister(&panic_notifier_list, &s->panic);
}

static int panic_init(struct stutter *s)
{
	s->panic.notifier_call = stutter_panicked;
	atomic_notifier_chain_register(&panic_notifier_list, &s->panic);
	return devm_add_action_or_reset(s->dev, stutter_panic_unregister, s);
}

/* ---- reset ---- */

/*
 * QEMU's clock chip, a PL031 (ARM DDI 0224C), has its alarm armed for some time in the next century since it was restored from a snapshot. An alarm for this very
 * second is over at once. Its interrupt is masked.
 */
static void alarm_disarm(void __iomem *rtc)
{
	u32 now;

	do {
		now = readl(rtc + RTC_DR);
		writel(now, rtc + RTC_MR);
	} while (readl(rtc + RTC_DR) != now);
}

/*
 * The last to be called before PSCI resets the machine. The processor then stands still until QEMU's main loop gets to it, which depends on the host; with no
 * timer armed there is nothing that virtual time could skip to meanwhile, so it does not move.
 */
static int stutter_restarts(struct notifier_block *block, unsigned long unused, void *command)
{
	struct stutter *s = container_of(block, struct stutter, restart);

	if (s->rtc)
		alarm_disarm(s->rtc);
	timers_disable();
	return NOTIFY_DONE;
}

static void stutter_restart_unregister(void *data)
{
	struct stutter *s = data;

	unregister_restart_handler(&s->restart);
	if (s->rtc)
		iounmap(s->rtc);
}

/* PSCI's handler has priority 129. */
static int restart_init(struct stutter *s)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,pl031");
	int error;

	s->rtc = node ? of_iomap(node, 0) : NULL;
	of_node_put(node);
	s->restart.notifier_call = stutter_restarts;
	s->restart.priority = 255;
	error = register_restart_handler(&s->restart);
	return error ? error : devm_add_action_or_reset(s->dev, stutter_restart_unregister, s);
}

/* ---- loading ---- */

static int say_hello(struct stutter *s)
{
	struct stutter_hello hello = {.version = STUTTER_PROTOCOL_VERSION};
	unsigned long flags;
	bool deliver = false;
	int got;

	call_begin(s, &flags);
	asm volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(hello.counter_hz));
	s->ticks_q32 = div_u64((u64)hello.counter_hz << 32, NSEC_PER_SEC);
	hello.counter = counter();
	memcpy(s->request.payload, &hello, sizeof(hello));
	s->tx_dirty = sizeof(hello);
	got = exchange(s, STUTTER_HELLO, ktime_get_ns(), sizeof(hello), sizeof(s->setup), &deliver);
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

static ulong stop_register;
module_param(stop_register, ulong, 0400);
MODULE_PARM_DESC(stop_register,
                 "physical address of pvpanic's register: the machine stops there, for its snapshot, before anything else is done");

/*
 * Stops the machine at one exact instruction. While the virtual CPU stands at it, QEMU's main loop takes the machine for idle and may skip to the next timer
 * before it notices the stop, as chance will have it. So no timer is armed: there is nothing to skip to, and every boot gives the same snapshot.
 */
static int __init stop_for_snapshot(void)
{
	void __iomem *reg = ioremap(stop_register, 1);
	unsigned long flags;
	u32 virtual_control, physical_control;

	if (!reg)
		return -ENOMEM;
	local_irq_save(flags);
	asm volatile("mrc p15, 0, %0, c14, c3, 1" : "=r"(virtual_control));
	asm volatile("mrc p15, 0, %0, c14, c2, 1" : "=r"(physical_control));
	timers_disable();
	iowrite8(1, reg);
	asm volatile("mcr p15, 0, %0, c14, c2, 1" : : "r"(physical_control));
	asm volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(virtual_control));
	isb();
	local_irq_restore(flags);
	iounmap(reg);
	return 0;
}

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
