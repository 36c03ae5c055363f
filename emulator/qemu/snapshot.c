/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boots the device once and saves it at the instruction at which its init stops it.
 *
 * How it works: the snapshot's name is a hash of everything it depends on, so there is nothing to
 * invalidate. A lock file a name lets one process boot while others wait; the machine is saved
 * under another name and renamed when whole, so a killed boot leaves nothing that looks like a
 * snapshot.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "emulator/qemu/process.h"
#include "emulator/qemu/qemu.h"
#include "emulator/qemu/qmp.h"

#define COMMAND_MS 600000
#define SAVE_MS 600000
#define POLL_MS 5
#define LOOK_MS 200 /* between two looks at the stop flag */
#define PIECE_SIZE 65536
#define MAX_BANDWIDTH 10000000000LL /* bytes a second: as fast as the disk */

struct job {
	struct qemu_image image;
	struct qemu_snapshot *snapshot;
	const volatile sig_atomic_t *stop; /* NULL: none */
	char dir[PATH_MAX];                /* of the boot: the console and what is half done */
	char half[PATH_MAX];
};

static bool stopped(const struct job *job)
{
	return job->stop && *job->stop;
}

/* ---- the name ---- */

static bool hash_part(XXH3_state_t *state, const char *path, struct error *err)
{
	if (!hash_add_file(state, path))
		return error_set(err, "cannot read '%s': %s", path, strerror(errno));
	/* A separator, so that bytes cannot move from one file to the next. */
	hash_add(state, "\n--\n", 4);
	return true;
}

static bool hash_version(XXH3_state_t *state, const struct qemu_image *image, struct error *err)
{
	char command[PATH_MAX + 32], version[512];
	size_t size;
	FILE *in;

	snprintf(command, sizeof(command), "exec '%s' --version 2>/dev/null", image->program);
	in = strchr(image->program, '\'') ? NULL : popen(command, "re");
	size = in ? fread(version, 1, sizeof(version), in) : 0;
	if (!in || pclose(in) != 0 || size == 0)
		return error_set(err, "cannot start %s\n  Cure: apt-get install --no-install-recommends %s", image->program,
		                 image->machine->package);
	hash_add(state, version, size);
	return true;
}

static bool hash_image(const struct qemu_image *image, char ret_hash[QEMU_HASH_SIZE], struct error *err)
{
	XXH3_state_t *state = hash_begin();
	char machine[8192], hash[HASH_TEXT_MAX];
	bool good;

	process_describe(image, machine, sizeof(machine));
	hash_add(state, machine, strlen(machine));
	good = hash_version(state, image, err) && hash_part(state, image->kernel, err) && hash_part(state, image->initramfs, err) &&
	       (!image->overlay || hash_part(state, image->overlay, err));
	hash_end(state, hash);
	if (good)
		memcpy(ret_hash, hash, QEMU_HASH_SIZE);
	return good;
}

/* ---- the boot ---- */

static bool append_file(FILE *out, const char *path, struct error *err)
{
	char piece[PIECE_SIZE];
	FILE *in = fopen(path, "rb");
	size_t got, size = 0;

	if (!in)
		return error_set(err, "cannot read '%s': %s", path, strerror(errno));
	while ((got = fread(piece, 1, sizeof(piece), in)) > 0 && fwrite(piece, 1, got, out) == got)
		size += got;
	fclose(in);
	/* The kernel looks for the next archive at a multiple of four. */
	while (size++ % 4 != 0)
		fputc(0, out);
	return true;
}

/*
 * With an overlay both archives become one file: the kernel unpacks them in turn, and later files
 * replace earlier ones.
 */
static bool make_initrd(const struct job *job, const char *final, struct error *err)
{
	FILE *out = fopen(job->half, "wb");
	bool good;

	if (!out)
		return error_set(err, "cannot write '%s': %s", job->half, strerror(errno));
	good = append_file(out, job->image.initramfs, err) && append_file(out, job->image.overlay, err);
	if (fclose(out) != 0 && good)
		good = error_set(err, "cannot write '%s': %s", job->half, strerror(errno));
	if (good && rename(job->half, final) < 0)
		good = error_set(err, "cannot write '%s': %s", final, strerror(errno));
	return good;
}

static bool save(struct qmp *qmp, struct error *err)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000};
	const uint64_t deadline = qmp_now_ms() + SAVE_MS;
	char status[64] = "";

	if (!qmp_command(qmp, "migrate-set-parameters", json_pack("{s:I}", "max-bandwidth", (json_int_t)MAX_BANDWIDTH), deadline, NULL,
	                 err) ||
	    !qmp_command(qmp, "migrate", json_pack("{s:s}", "uri", "exec:cat >half"), deadline, NULL, err))
		return false;
	while (strcmp(status, "completed") != 0) {
		if (!qmp_status(qmp, "query-migrate", deadline, status, sizeof(status), err))
			return false;
		if (strcmp(status, "failed") == 0)
			return error_set(err, "cannot save the machine; is the disk full?");
		nanosleep(&pause, NULL);
	}
	/* It has written the last byte when it has ended. */
	return qmp_command(qmp, "quit", NULL, deadline, NULL, err);
}

/*
 * Looks in the boot's console or log for a line that has @p words in it; what follows them is left
 * in @p ret_rest.
 */
static bool file_says(const struct job *job, const char *file, const char *words, char *ret_rest, size_t size)
{
	char path[PATH_MAX + 32], line[512];
	const char *at = NULL;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", job->dir, file);
	in = fopen(path, "rb");
	while (in && !at && fgets(line, sizeof(line), in))
		at = strstr(line, words);
	if (at) {
		at += strlen(words);
		snprintf(ret_rest, size, "%.*s", (int)strcspn(at, "\r\n"), at);
	}
	if (in)
		fclose(in);
	return at != NULL;
}

static bool too_large(const struct job *job, struct error *err)
{
	return error_set(err,
	                 "the root file system does not fit into the device's memory of %u MiB, of which it may take less than half\n"
	                 "  Cure: a smaller overlay, or more 'memory:' in the device file",
	                 job->image.memory_mb);
}

/*
 * A root file system of which a part is missing boots all the same, and then lacks the client, most
 * likely.
 */
static bool is_unpacked(const struct job *job, struct error *err)
{
	char why[64];

	if (!file_says(job, PROCESS_CONSOLE, "Initramfs unpacking failed: ", why, sizeof(why)))
		return true;
	if (strcmp(why, "write error") == 0)
		return too_large(job, err);
	return error_set(
		err, "the kernel cannot unpack the root file system (%s)\n  Cure: an initramfs, or an overlay, that is a newc cpio archive",
		why);
}

static bool boot(const struct job *job, struct qmp *qmp, struct error *err)
{
	bool panicked = false;
	unsigned events;
	uint64_t deadline;
	char why[128];

	if (!qmp_command(qmp, "qmp_capabilities", NULL, qmp_now_ms() + COMMAND_MS, NULL, err))
		return false;
	deadline = qmp_now_ms() + (uint64_t)job->image.boot_s * 1000;
	do {
		events = qmp_wait(qmp, QMP_PANICKED | QMP_SHUTDOWN, qmp_now_ms() + LOOK_MS);
		panicked = file_says(job, PROCESS_CONSOLE, "Kernel panic - not syncing: ", why, sizeof(why));
	} while (!(events & (QMP_PANICKED | QMP_SHUTDOWN | QMP_CLOSED)) && !panicked && qmp_now_ms() < deadline && !stopped(job));
	if (stopped(job))
		return error_set(err, "stopped");
	if (!is_unpacked(job, err))
		return false;
	if (panicked)
		return error_set(err,
		                 "the device's kernel panicked at boot: %s; give it an initramfs that it can start from (see console.log)",
		                 why);
	if (events & QMP_PANICKED)
		return save(qmp, err);
	/* emulator/guest/init */
	const bool lacks_modules = file_says(job, PROCESS_CONSOLE, "cannot load ", why, sizeof(why));
	return error_set(err, "the device %s instead of stopping for its snapshot%s",
	                 events & QMP_SHUTDOWN ? "powered off"
	                 : events & QMP_CLOSED ? "ended"
	                                       : "went on booting for too long",
	                 lacks_modules ? ": it could not load its modules; a kernel of its own needs an initramfs with modules made for it"
	                               : "");
}

/*
 * The name says what the snapshot was made from; QEMU read the files a moment after they were
 * hashed.
 */
static bool is_as_hashed(const struct job *job, struct error *err)
{
	char hash[QEMU_HASH_SIZE];

	if (!hash_image(&job->image, hash, err))
		return false;
	return strcmp(hash, job->snapshot->hash) == 0 ||
	       error_set(
		       err,
		       "the device's kernel, initramfs, overlay or QEMU changed while it booted; run it again when nothing writes to them");
}

static bool boot_and_save(const struct job *job, struct error *err)
{
	struct process process;
	struct qmp *qmp = malloc(sizeof(*qmp));
	bool good = false;
	char rest[8];

	if (!qmp)
		return error_set(err, "out of memory");
	if (process_start(&process, &job->image, job->snapshot->initrd, &(struct process_options){job->dir, -1, -1, -1}, err)) {
		qmp_init(qmp, process.qmp_fd);
		good = boot(job, qmp, err);
		/* QEMU itself refuses what does not even fit beside the kernel. */
		if (!good && file_says(job, PROCESS_LOG, "could not load initrd", rest, sizeof(rest)))
			(void)too_large(job, err);
		if (good)
			process_reap(&process);
		else
			process_explain(&process, err);
		process_kill(&process);
	}
	free(qmp);
	good = good && is_as_hashed(job, err);
	if (good && rename(job->half, job->snapshot->path) < 0)
		good = error_set(err, "cannot write '%s': %s", job->snapshot->path, strerror(errno));
	return good;
}

/* ---- the cache ---- */

static bool make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return true;
	return error_set(err, "cannot make the folder '%s': %s", path, strerror(errno));
}

static bool have(const struct job *job)
{
	return access(job->snapshot->path, R_OK) == 0 && access(job->snapshot->initrd, R_OK) == 0;
}

static void clean(const struct job *job)
{
	static const char *const files[] = {"half", PROCESS_CONSOLE, PROCESS_LOG};
	char path[PATH_MAX + 32];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", job->dir, files[i]);
		unlink(path);
	}
	rmdir(job->dir);
}

/*
 * What a boot that came to nothing has said is kept where whoever asks for its cause looks first.
 */
static void keep_logs(const struct job *job)
{
	static const char *const files[] = {PROCESS_CONSOLE, PROCESS_LOG};
	char from[PATH_MAX + 32], to[PATH_MAX], piece[PIECE_SIZE];
	size_t got;

	for (size_t i = 0; job->image.log_dir && i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(from, sizeof(from), "%s/%s", job->dir, files[i]);
		if (snprintf(to, sizeof(to), "%s/%s", job->image.log_dir, files[i]) >= (int)sizeof(to))
			return;
		FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
		while (out && (got = fread(piece, 1, sizeof(piece), in)) > 0 && fwrite(piece, 1, got, out) == got)
			;
		if (out)
			fclose(out);
		if (in)
			fclose(in);
	}
}

static bool make(const struct job *job, struct error *err)
{
	bool good;

	clean(job);
	good = make_folder(job->dir, err) && (!job->image.overlay || make_initrd(job, job->snapshot->initrd, err)) &&
	       boot_and_save(job, err);
	if (!good)
		keep_logs(job);
	clean(job);
	return good || error_context(err, "cannot make the device's snapshot");
}

/* Waits for whoever makes the same snapshot; a signal ends the wait only if it means to stop. */
static bool take_lock(const struct job *job, int lock, struct error *err)
{
	while (flock(lock, LOCK_EX) != 0) {
		if (errno != EINTR)
			return error_set(err, "cannot lock the snapshot: %s", strerror(errno));
		if (stopped(job))
			return error_set(err, "stopped");
	}
	return true;
}

bool qemu_snapshot_ensure(const struct qemu_image *image, const char *cache_dir, const volatile sig_atomic_t *stop,
                          struct qemu_snapshot *ret_snapshot, struct error *err)
{
	char folder[PATH_MAX - 64], lock_path[PATH_MAX];
	struct qemu_snapshot snapshot;
	struct job job = {.image = process_image(image), .snapshot = &snapshot, .stop = stop};
	bool good = true;
	int lock;

	if (!hash_image(&job.image, snapshot.hash, err) || !make_folder(cache_dir, err))
		return false;
	if (snprintf(folder, sizeof(folder), "%s", cache_dir) >= (int)sizeof(folder))
		return error_set(err, "the path '%s' is too long", cache_dir);
	snprintf(snapshot.path, sizeof(snapshot.path), "%s/%s.snapshot", folder, snapshot.hash);
	snprintf(snapshot.initrd, sizeof(snapshot.initrd), "%s/%s.initrd", folder, snapshot.hash);
	if (!job.image.overlay && snprintf(snapshot.initrd, sizeof(snapshot.initrd), "%s", job.image.initramfs) >= PATH_MAX)
		return error_set(err, "the path '%s' is too long", job.image.initramfs);
	if (!have(&job)) {
		snprintf(job.dir, sizeof(job.dir), "%s/%s.boot", folder, snapshot.hash);
		snprintf(job.half, sizeof(job.half), "%s/%s.boot/half", folder, snapshot.hash);
		snprintf(lock_path, sizeof(lock_path), "%s/%s.lock", folder, snapshot.hash);
		lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (lock < 0)
			return error_set(err, "cannot write '%s': %s", lock_path, strerror(errno));
		good = take_lock(&job, lock, err) && (have(&job) || make(&job, err));
		close(lock);
	}
	if (good)
		*ret_snapshot = snapshot;
	return good;
}
