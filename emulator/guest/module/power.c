// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Panic, reset, and the stop for a snapshot, with the clock and the timers that go on meanwhile. A
 * part of spi-stutter.c.
 *
 * A reset of the processor, asked for by user space or by the harness when the supply fails, leaves
 * the harness and the chips on the bus as they are. The next boot's module shakes hands again, with
 * a counter that has gone on meanwhile: so virtual time goes on over a reset.
 */

/* Registers of the board's clock, a PL031. */
#define RTC_DR 0x00 /* seconds */
#define RTC_MR 0x04 /* of the alarm */

/*
 * A kernel that panics says so itself, as the event "panic TEXT": the harness need not wait for it
 * to become silent. If the panic came from inside a call, the lock is held for ever and silence is
 * what there is.
 */
static int stutter_panicked(struct notifier_block *block, unsigned long unused, void *text)
{
	struct stutter *s = container_of(block, struct stutter, panic);
	char line[128];
	int length = scnprintf(line, sizeof(line), SAY_PANIC, (const char *)text);

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

/*
 * QEMU's clock chip, a PL031 (ARM DDI 0224C), has its alarm armed for some time in the next century
 * since it was restored from a snapshot. An alarm for this very second is over at once. Its
 * interrupt is masked.
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
 * The last to be called before PSCI resets the machine. The processor then stands still until
 * QEMU's main loop gets to it, which depends on the host; with no timer armed there is nothing that
 * virtual time could skip to meanwhile, so it does not move.
 */
static int stutter_restarts(struct notifier_block *block, unsigned long unused, void *command)
{
	struct stutter *s = container_of(block, struct stutter, restart);

	if (s->rtc)
		alarm_disarm(s->rtc);
	cpu_timers_disable();
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

static ulong stop_register;
module_param(stop_register, ulong, 0400);
MODULE_PARM_DESC(stop_register,
                 "physical address of pvpanic's register: the machine stops there, for its snapshot, before anything else is done");

/*
 * Stops the machine at one exact instruction. While the virtual CPU stands at it, QEMU's main loop
 * takes the machine for idle and may skip to the next timer before it notices the stop, as chance
 * will have it. So no timer is armed: there is nothing to skip to, and every boot gives the same
 * snapshot.
 */
static int __init stop_for_snapshot(void)
{
	void __iomem *reg = ioremap(stop_register, 1);
	unsigned long flags;
	struct cpu_timers timers;

	if (!reg)
		return -ENOMEM;
	local_irq_save(flags);
	timers = cpu_timers();
	cpu_timers_disable();
	iowrite8(1, reg);
	cpu_timers_restore(timers);
	local_irq_restore(flags);
	iounmap(reg);
	return 0;
}
