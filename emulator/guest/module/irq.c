// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The INT line. A part of spi-stutter.c.
 *
 * It is an edge interrupt behind a latch, as a GPIO controller has one: a falling edge sets the
 * latch; the latch is delivered if the interrupt is not masked, and kept until it is unmasked
 * otherwise; the acknowledge clears it. Two edges before the acknowledge are one interrupt. This is
 * the place where real boards lose an edge, so nothing here "helps": an asserted line without a new
 * edge raises nothing. The harness tells of edges, not of the level, so an edge counts even if it
 * came and went between two answers.
 */

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

/*
 * The irq core holds the descriptor's lock here, so a latched edge is delivered by a timer that
 * expires at once.
 */
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
