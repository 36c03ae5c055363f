// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SPI controller. A part of spi-stutter.c.
 *
 * Bus time. A chip-select period occupies the bus for its bits at the transfer's clock, plus
 * CHIP_SELECT_NS. bus_end is the time until which the bus is busy. If that is BUS_WAIT_NS or more
 * away the transfer waits until then and calls afterwards; a shorter debt is carried over to the
 * next transfer. The harness is therefore told of bytes when they have passed, never before, and
 * the world is never ahead of the guest.
 *
 * How a driver waits for its controller is the board's (stutter_setup.poll_ns): it polls the
 * controller until the end of what is short, as spi-bcm2835 does below its polling_limit_us of 30,
 * and sleeps until the interrupt at the end of what is long. A loop that polls would cost the host
 * as much time as the guest, so this one executes WFI with interrupts masked, and the processor's
 * own timer ends that. As in a loop, other interrupts come through and nothing else is scheduled.
 *
 * The rejected alternative: to call at once and sleep afterwards. The driver would then see chip
 * state from before the bytes had passed.
 *
 * The flash, if the harness has one, is on chip select 1. The spi-nor driver asks it for its status
 * without a pause until it is no longer busy, which for an erase of 45 ms would be thousands of
 * messages. This controller does what those do that poll by themselves: it knows a status read
 * (05h) to the flash, and when the answer says busy it lets the bus rest before it reports the
 * period's end: for FLASH_REST_NS, and for FLASH_LONG_REST_NS once FLASH_RESTS answers in a row
 * have said so, when it must be an erase. So the driver notices the end of a program up to 0.1 ms
 * later, and that of an erase up to 1 ms.
 *
 * A fault may let a period occupy the bus for longer. The harness says so in its answer, when the
 * bytes have passed: the controller reports the period's end so much later. That time moves bus_end
 * and is waited for at once, by the same rule, before the driver goes on.
 */

/*
 * Chip select down to first clock, last clock to chip select up, and the pause until it may go down
 * again.
 */
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

/*
 * Stands still for about @ns, less if an interrupt comes, which is left pending. Interrupts are
 * off.
 */
static void stand_still(struct stutter *s, u64 ns)
{
	cpu_wait(cpu_counter() + (ns * s->ticks_q32 >> 32) + 1);
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

/*
 * Occupies the bus for the period, waits if the bus is then too far ahead of the processor, and
 * tells the harness.
 */
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
		/*
		 * cs_change of the last transfer asks to keep the chip selected after the message;
		 * chips here are deselected then.
		 */
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
	/*
	 * The node given by the board info must outlive the device: let the core make its own copy
	 * of the properties.
	 */
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
