/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/qemu.h"

#include "emulator/qemu/transport.h"

bool qemu_read_request(struct qemu *qemu, struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err)
{
	if (qemu->end != QEMU_RUNNING)
		return error_set(err, "the device has ended");
	return qemu->ops->read_request(qemu, ret_request, ret_payload, err);
}

bool qemu_write_reply(struct qemu *qemu, const struct stutter_reply *reply, const void *payload, struct error *err)
{
	if (qemu->end != QEMU_RUNNING)
		return error_set(err, "the device has ended");
	return qemu->ops->write_reply(qemu, reply, payload, err);
}

enum qemu_end qemu_ended(const struct qemu *qemu)
{
	return qemu->end;
}

int qemu_pid(const struct qemu *qemu)
{
	return qemu->pid;
}

void qemu_stop(struct qemu *qemu)
{
	if (qemu != NULL)
		qemu->ops->stop(qemu);
}
