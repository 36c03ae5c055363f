/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How requests and answers travel. qemu.h is what the rest of the house sees; each transport embeds
 * struct qemu as its first member. Inside emulator/qemu only.
 */
#ifndef QEMU_TRANSPORT_H
#define QEMU_TRANSPORT_H

#include "emulator/qemu/qemu.h"

struct qemu_ops {
	bool (*read_request)(struct qemu *qemu, struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err);
	bool (*write_reply)(struct qemu *qemu, const struct stutter_reply *reply, const void *payload, struct error *err);
	void (*stop)(struct qemu *qemu);
};

struct qemu {
	const struct qemu_ops *ops;
	enum qemu_end end; /* why there are no more requests */
	int pid;
};

#endif
