// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls to the harness. A part of spi-stutter.c.
 *
 * A call is one semihosting write of a request and one or more semihosting reads of the answer
 * (protocol.h). While the read blocks the virtual CPU stands still, so an answer takes no guest
 * time. Calls come from process context (SPI transfers, the message device) and from hard interrupt
 * context (the poll timer); stutter_call() runs with interrupts off and under one raw spinlock, so
 * that requests and answers never interleave.
 *
 * What the answer carries besides its payload: whether INT has fallen, and the time at which the
 * world next does something by itself. Both are taken over after every answer: poll_timer is set to
 * that time and then asks with an empty request, so interrupts come at their exact time without
 * polling.
 */

#define SEMIHOST_OPEN 0x01
#define SEMIHOST_WRITE 0x05
#define SEMIHOST_READ 0x06
#define SEMIHOST_MODE_READ 1  /* "rb" */
#define SEMIHOST_MODE_WRITE 5 /* "wb" */

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
 * Reads one whole answer. There is never more than one answer under way, so a read may ask for all
 * that fits. @capacity is the largest payload that makes sense as an answer to this request.
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

/*
 * One whole call with a payload from kernel memory. Returns the length of the answer's payload,
 * copied to @answer, or a negative error.
 */
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
