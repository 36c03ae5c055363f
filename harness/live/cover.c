/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/cover.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/namespaces.h"

#define RESOLV_CONF \
	"# Names go through the proxy to the server's end.\n" \
	"nameserver " NAMESPACES_SERVER_TEXT "\n"

#define HOSTS "127.0.0.1\tlocalhost\n"
#define SERVER_HOST NAMESPACES_SERVER_TEXT "\t" COVER_SERVER_NAME " server\n"

#define SWITCH "/etc/nsswitch.conf"
#define SWITCH_HOSTS "hosts:"

/*
 * Writes a text into a new file in the folder for such. @return its path, to be released with
 * free(); NULL with @p err.
 */
static char *write_temporary(const char *text, struct error *err)
{
	const char *folder = getenv("TMPDIR");
	char *path = memory_format("%s/stutter-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
	int fd = mkstemp(path);
	/* The program may go on as another user. */
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, 0644) == 0;

	if (!good)
		error_set(err, "%s cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (good)
		return path;
	if (fd >= 0)
		(void)unlink(path);
	free(path);
	return NULL;
}

/* Once it is bound over the other, the file needs no name of its own. */
static bool cover(const char *path, const char *text, struct error *err)
{
	char *temporary = write_temporary(text, err);

	if (temporary == NULL)
		return false;
	bool good = mount(temporary, path, NULL, MS_BIND, NULL) == 0 ||
	            error_set(err, "%s cannot be covered in a mount namespace: %s%s", path, strerror(errno),
	                      errno == ENOENT ? "; create an empty file of this name" : "");
	(void)unlink(temporary);
	free(temporary);
	return good;
}

char *cover_switch(const char *text)
{
	char *copy = memory_new(strlen(text) + sizeof SWITCH_HOSTS + 32), *end = copy;

	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n"), blank = strspn(line, " \t");
		bool is_hosts = strncmp(line + blank, SWITCH_HOSTS, sizeof SWITCH_HOSTS - 1) == 0;
		if (!is_hosts)
			end += sprintf(end, "%.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	(void)sprintf(end, SWITCH_HOSTS " files dns\n");
	return copy;
}

static bool cover_switch_file(struct error *err)
{
	char *text = memory_file(SWITCH);

	/* Without the file, the C library has files and DNS, too. */
	if (text == NULL)
		return true;
	char *other = cover_switch(text);
	bool good = cover(SWITCH, other, err);
	free(other);
	free(text);
	return good;
}

static bool cover_cache(struct error *err)
{
	static const char folder[] = "/var/run/nscd";

	return access(folder, F_OK) != 0 || mount("none", folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=4k") == 0 ||
	       error_set(err, "%s cannot be covered: %s", folder, strerror(errno));
}

/* What is mounted here from now on is mounted nowhere else. */
static bool make_private(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/*
 * The same below a root that is no mount point, as chroot(2) leaves one: the mount that it lies in
 * has its own root above. A process that enters a mount namespace, be it the one that it is in,
 * gets that one's root (setns(2)), and goes back to its own then.
 */
static bool make_private_from_above(void)
{
	const int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC),
		  space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	const bool good = root >= 0 && here >= 0 && space >= 0 && setns(space, CLONE_NEWNS) == 0 && make_private() && fchdir(root) == 0 &&
	                  chroot(".") == 0 && fchdir(here) == 0;
	const int opened[] = {root, here, space}, reason = errno;

	for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++)
		if (opened[i] >= 0)
			(void)close(opened[i]);
	errno = reason;
	return good;
}

static bool make_mount_namespace(void)
{
	return unshare(CLONE_NEWNS) == 0 && (make_private() || (errno == EINVAL && make_private_from_above()));
}

bool cover_names(bool knows_server, struct error *err)
{
	if (!make_mount_namespace())
		return error_set(err, "a mount namespace cannot be made: %s", strerror(errno));
	return cover("/etc/resolv.conf", RESOLV_CONF, err) && cover("/etc/hosts", knows_server ? HOSTS SERVER_HOST : HOSTS, err) &&
	       cover_switch_file(err) && cover_cache(err);
}
