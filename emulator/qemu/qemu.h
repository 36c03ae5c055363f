/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Runs the device: a QEMU process that is restored from a snapshot, asks over a FIFO and is
 * answered over another.
 *
 * Lifecycle: qemu_snapshot_ensure() once an image, then for each session qemu_restore(),
 * qemu_read_request() and qemu_write_reply() in turn, qemu_stop(). A struct qemu belongs to the
 * thread that restored it. Paths and texts given in are borrowed for the call.
 */
#ifndef QEMU_QEMU_H
#define QEMU_QEMU_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "emulator/guest/module/protocol.h"
#include "emulator/machines/machine.h"

/**
 * What a distribution's kernel guards or accounts for and a small device's does not is turned off:
 * it costs instructions. Without norandmaps every program that starts has its libraries at other
 * addresses, and QEMU translates them anew. The files of the kernel's tracers, which are thousands,
 * take it longer to make than all else that it does at boot.
 */
#define QEMU_APPEND \
	"quiet loglevel=4 psi=0 init_on_alloc=0 hardened_usercopy=off apparmor=0 audit=0 cgroup_disable=memory " \
	"kfence.sample_interval=0 norandmaps initcall_blacklist=tracer_init_tracefs,slab_sysfs_init"
#define QEMU_RTC_BASE "2026-01-01"
#define QEMU_MEMORY_MB 128
#define QEMU_SILENCE_S 60
#define QEMU_SILENCE_TEXT "60"
#define QEMU_BOOT_S 1200
#define QEMU_HASH_SIZE 33

/**
 * What the device is made of: with the QEMU version, all that a snapshot depends on. Zero or NULL
 * stands for the default.
 */
struct qemu_image {
	const struct machine *machine; /**< the first of machines[] */
	const char *program;           /**< the machine's */
	const char *kernel;            /**< required */
	const char *initramfs;         /**< required */
	const char *overlay;           /**< a second cpio, whose files replace the first's; none */
	const char *append;            /**< kernel command line behind the console, QEMU_APPEND */
	const char *rtc_base;          /**< the time of day at power-on, QEMU_RTC_BASE */
	unsigned memory_mb;            /**< QEMU_MEMORY_MB */
	/** guest nanoseconds an instruction, as a power of two; the machine's */
	unsigned icount_shift;
	unsigned boot_s; /**< wall seconds the boot may take, QEMU_BOOT_S */
	/**
	 * a folder that gets console.log and qemu.log of a boot that came to nothing; nobody does
	 */
	const char *log_dir;
};

struct qemu_snapshot {
	char path[PATH_MAX];       /**< the saved machine */
	char initrd[PATH_MAX];     /**< initramfs and overlay as QEMU gets them */
	char hash[QEMU_HASH_SIZE]; /**< of everything it was made from, 32 hex digits */
};

struct qemu_options {
	/** an existing folder: FIFOs, console.log and qemu.log are made there */
	const char *session_dir;
	int cpu; /**< pins QEMU and the caller to this core; -1: no pinning */
	/**
	 * seconds without a request, of its own (silence.h), after which the guest is given up; 0:
	 * QEMU_SILENCE_S
	 */
	unsigned silence_s;
	/** ends the session within a fraction of a second once it is not 0; NULL: none */
	const volatile sig_atomic_t *stop;
};

/** Why a session can not go on. */
enum qemu_end {
	QEMU_RUNNING,
	QEMU_STOPPED,     /**< the caller's stop flag */
	QEMU_SILENT,      /**< no request for too long */
	QEMU_PANICKED,    /**< the guest's kernel */
	QEMU_POWERED_OFF, /**< the guest turned itself off */
	QEMU_DIED,        /**< QEMU exited or was killed */
};

struct qemu;

/**
 * Makes sure that there is a snapshot of @p image in the folder @p cache_dir, booting the device if
 * there is none.
 *
 * Safe against another process that does the same, and against having been killed in the middle.
 * @param stop Ends the wait or the boot within a fraction of a second once it is not 0; NULL: none.
 * @param ret_snapshot Where it is.
 */
bool qemu_snapshot_ensure(const struct qemu_image *image, const char *cache_dir, const volatile sig_atomic_t *stop,
                          struct qemu_snapshot *ret_snapshot, struct error *err);

/**
 * Starts QEMU from a snapshot in a folder of its own and lets it run.
 * @return NULL if it does not start.
 */
struct qemu *qemu_restore(const struct qemu_image *image, const struct qemu_snapshot *snapshot, const struct qemu_options *options,
                          struct error *err);

/**
 * Waits for the guest's next request.
 * @param ret_payload request->length bytes, valid until the next call.
 * @return false if there will be none; qemu_ended() then says why.
 */
bool qemu_read_request(struct qemu *qemu, struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err);

/** Answers the request that was read last, with reply->length bytes of @p payload. */
bool qemu_write_reply(struct qemu *qemu, const struct stutter_reply *reply, const void *payload, struct error *err);

/** Why qemu_read_request() or qemu_write_reply() returned false. */
enum qemu_end qemu_ended(const struct qemu *qemu);

/** QEMU's process, for tests and statistics. */
int qemu_pid(const struct qemu *qemu);

/** Kills QEMU, waits for its end, removes the FIFOs and frees everything. NULL is fine. */
void qemu_stop(struct qemu *qemu);

#endif
