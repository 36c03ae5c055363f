/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network namespaces of a command and of its server: what is in them, for root and for other
 * users, and that nothing outside them changes.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/child.h"
#include "harness/live/cover.h"
#include "harness/live/namespaces.h"
#include "tests/live/nobody.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_namespaces[], tests_live_cover[];

static const uint8_t macs[2][6] = {{0x02, 0x53, 0x54, 0x55, 0x54, 0x02}, {0x02, 0x53, 0x54, 0x55, 0x54, 0x01}};
static char output[8192];

static void open_namespaces(struct namespaces *ret_namespaces)
{
	const struct namespaces_wish wish = {.mac = {macs[0], macs[1]}, .has_server = true};
	struct error err;

	if (access("/dev/net/tun", R_OK | W_OK) != 0)
		test_skip("/dev/net/tun: %s", strerror(errno));
	if (!namespaces_open(ret_namespaces, &wish, &err))
		test_skip("%s", err.text);
}

/* -- at an end -- */

struct place {
	const struct namespaces *namespaces;
	enum direction end;
	bool covered;
};

static bool go_there(void *ctx, struct error *err)
{
	const struct place *place = ctx;

	return namespaces_enter(place->namespaces, place->end, err) && (!place->covered || cover_names(true, err));
}

/* Runs a shell command there. @return its exit status; its output is in `output`. */
static int run_at(const struct namespaces *namespaces, enum direction end, bool covered, const char *command)
{
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, NULL, NULL};
	struct place place = {namespaces, end, covered};
	FILE *file = tmpfile();
	struct child child;
	struct error err;
	int status = -1;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	argv[2] = strdup(command);
	const struct child_wish wish = {.argv = argv, .prepare = go_there, .ctx = &place, .output = fileno(file)};
	bool good = child_prepare(&child, &wish, &err) && child_go(&child, &status, &err);
	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
	CU_ASSERT_EQUAL(waitpid(child.pid, &status, 0), child.pid);
	rewind(file);
	output[fread(output, 1, sizeof output - 1, file)] = '\0';
	(void)fclose(file);
	free(argv[2]);
	return child_shell_status(status);
}

static void look_at_both_ends(const struct namespaces *namespaces)
{
	CU_ASSERT_EQUAL(run_at(namespaces, TO_SERVER, false, "ip -o address; ip -o link show dev stutter0; ip route"), 0);
	TEST_CONTAINS(output, "inet 192.0.2.100/24");
	TEST_CONTAINS(output, "inet 127.0.0.1/8");
	TEST_CONTAINS(output, "02:53:54:55:54:02");
	TEST_CONTAINS(output, "default via 192.0.2.1 dev stutter0");
	TEST_CONTAINS(output, "mtu 1500");
	CU_ASSERT_PTR_NULL(strstr(output, "inet6 fe80"));
	CU_ASSERT_EQUAL(run_at(namespaces, TO_DEVICE, false,
	                       "ip -o address; ip route; ip route get 203.0.113.9; ip route get 192.0.2.100 from 203.0.113.9"),
	                0);
	TEST_CONTAINS(output, "inet 192.0.2.1/24");
	TEST_CONTAINS(output, "local 203.0.113.9 dev lo");
	TEST_CONTAINS(output, "192.0.2.100 from 203.0.113.9 dev stutter0");
	CU_ASSERT_PTR_NULL(strstr(output, "via"));
}

/* -- the tests -- */

static void both_ends_have_their_addresses_and_routes(void)
{
	struct namespaces namespaces;

	if (geteuid() != 0)
		test_skip("this needs root");
	open_namespaces(&namespaces);
	CU_ASSERT(!namespaces.is_user);
	look_at_both_ends(&namespaces);
	namespaces_close(&namespaces);
}

static void anybody_can_have_them(void)
{
	struct namespaces namespaces;
	char command[160];

	nobody_be();
	open_namespaces(&namespaces);
	CU_ASSERT(namespaces.is_user);
	look_at_both_ends(&namespaces);
	(void)snprintf(command, sizeof command, "test $(id -u) = %d && grep -q 'CapEff:.*0000000000000000' /proc/self/status", geteuid());
	CU_ASSERT_EQUAL(run_at(&namespaces, TO_SERVER, true, command), 0);
	namespaces_close(&namespaces);
}

/* What is sent without offloads comes as it crosses a wire: no larger than the MTU, and summed. */
static void frames_are_those_of_a_wire(void)
{
	struct namespaces namespaces;
	uint8_t frame[65536];
	unsigned seen = 0;

	open_namespaces(&namespaces);
	/* Datagrams longer than a frame. */
	CU_ASSERT_EQUAL(run_at(&namespaces, TO_SERVER, false,
	                       "ip neighbour replace 192.0.2.1 lladdr 02:53:54:55:54:01 dev stutter0 nud permanent && "
	                       "bash -c 'head -c 20000 /dev/zero >/dev/udp/192.0.2.1/9'"),
	                0);
	for (ssize_t length; (length = read(namespaces.tap[TO_SERVER], frame, sizeof frame)) > 0; seen++)
		CU_ASSERT(length <= 1514);
	CU_ASSERT(seen > 0);
	namespaces_close(&namespaces);
}

static void the_machine_does_not_notice(void)
{
	struct namespaces namespaces;
	char before[8192], after[8192];

	CU_ASSERT_EQUAL(test_shell(before, sizeof before, "ip -o link; ip route; cat /etc/resolv.conf /etc/hosts; mount"), 0);
	pid_t other = fork();
	if (other == 0) {
		open_namespaces(&namespaces);
		(void)run_at(&namespaces, TO_SERVER, true, "true");
		_exit(0);
	}
	int status;
	CU_ASSERT_EQUAL(waitpid(other, &status, 0), other);
	if (WEXITSTATUS(status) != 0)
		exit(WEXITSTATUS(status));
	CU_ASSERT_EQUAL(test_shell(after, sizeof after, "ip -o link; ip route; cat /etc/resolv.conf /etc/hosts; mount"), 0);
	TEST_SAME_TEXT(after, before);
}

static void privileges_are_given_away(void)
{
	struct namespaces namespaces;
	struct error err;

	open_namespaces(&namespaces);
	CU_ASSERT(namespaces_drop_privileges(&err));
	CU_ASSERT(!namespaces_enter(&namespaces, TO_SERVER, &err));
	TEST_CONTAINS(err.text, "cannot be entered");
	namespaces_close(&namespaces);
}

const CU_TestInfo tests_live_namespaces[] = {
	{"both ends have their addresses and routes", both_ends_have_their_addresses_and_routes},
	{"anybody can have them", anybody_can_have_them},
	{"frames are those of a wire", frames_are_those_of_a_wire},
	{"the machine does not notice", the_machine_does_not_notice},
	{"privileges are given away", privileges_are_given_away},
	CU_TEST_INFO_NULL,
};

/* -- names -- */

static void names_are_asked_of_the_servers_end(void)
{
	struct namespaces namespaces;

	open_namespaces(&namespaces);
	CU_ASSERT_EQUAL(run_at(&namespaces, TO_SERVER, true,
	                       "cat /etc/resolv.conf /etc/hosts; getent hosts server; grep -h hosts: /etc/nsswitch.conf"),
	                0);
	TEST_CONTAINS(output, "nameserver 192.0.2.1\n");
	TEST_CONTAINS(output, "192.0.2.1       server.stutter.test server\n");
	TEST_CONTAINS(output, "hosts: files dns\n");
	CU_ASSERT_EQUAL(run_at(&namespaces, TO_DEVICE, false, "cat /etc/resolv.conf"), 0);
	CU_ASSERT_PTR_NULL(strstr(output, "nameserver 192.0.2.1\n"));
	namespaces_close(&namespaces);
}

/* The folders of a root that is no mount point, bound from this one. */
static bool change_root(const char *root)
{
	static const char *const folders[] = {"etc", "proc", "tmp", "var"};
	char inner[PATH_MAX], outer[16];

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		(void)snprintf(inner, sizeof inner, "%s/%s", root, folders[i]);
		(void)snprintf(outer, sizeof outer, "/%s", folders[i]);
		if (mkdir(inner, 0755) != 0 || mount(outer, inner, NULL, MS_BIND | MS_REC, NULL) != 0)
			return false;
	}
	return chroot(root) == 0 && chdir("/tmp") == 0;
}

#define NO_MOUNTS 77

static void cover_below(const char *root)
{
	struct error err = {.text = ""};
	char folder[PATH_MAX];

	/*
	 * Where this is such a root already, what is mounted for the test would be mounted for all.
	 */
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		_exit(NO_MOUNTS);
	CU_ASSERT_FATAL(change_root(root));
	CU_ASSERT_EQUAL(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), -1);
	CU_ASSERT(cover_names(true, &err));
	TEST_SAME_TEXT(err.text, "");
	char *text = test_read("/etc/resolv.conf");
	TEST_CONTAINS(text, "nameserver 192.0.2.1\n");
	free(text);
	/* Its root and its folder are what they were. */
	TEST_SAME_TEXT(getcwd(folder, sizeof folder), "/tmp");
	CU_ASSERT_EQUAL(access("/usr", F_OK), -1);
}

static void names_are_covered_below_another_root(void)
{
	if (geteuid() != 0)
		test_skip("nobody but root can change the root");
	char *root = memory_format("%s/root", test_folder());
	CU_ASSERT_EQUAL_FATAL(mkdir(root, 0755), 0);
	char *before = test_read("/etc/resolv.conf");
	pid_t pid = fork();
	if (pid == 0) {
		cover_below(root);
		_exit(CU_get_number_of_failures() > 0);
	}
	int status = -1;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_MOUNTS)
		test_skip("this root is no mount point itself");
	CU_ASSERT_EQUAL(status, 0);
	char *after = test_read("/etc/resolv.conf");
	TEST_SAME_TEXT(after != NULL ? after : "", before != NULL ? before : "");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "! grep -F %s /proc/mounts", root), 0);
	free(before);
	free(after);
	free(root);
}

static void nothing_stays_in_the_folder_for_temporary_files(void)
{
	struct namespaces namespaces;

	CU_ASSERT_EQUAL(setenv("TMPDIR", test_folder(), 1), 0);
	open_namespaces(&namespaces);
	CU_ASSERT_EQUAL(run_at(&namespaces, TO_SERVER, true, "ls -A $TMPDIR"), 0);
	TEST_SAME_TEXT(output, "");
	namespaces_close(&namespaces);
}

static void other_ways_to_names_are_left_out(void)
{
	char *text =
		cover_switch("passwd: files systemd\n  hosts:\tfiles resolve [!UNAVAIL=return] dns\n# hosts: as it was\nnetworks: files");

	TEST_SAME_TEXT(text, "passwd: files systemd\n# hosts: as it was\nnetworks: files\nhosts: files dns\n");
	free(text);
	text = cover_switch("");
	TEST_SAME_TEXT(text, "hosts: files dns\n");
	free(text);
}

const CU_TestInfo tests_live_cover[] = {
	{"names are asked of the server's end", names_are_asked_of_the_servers_end},
	{"names are covered below another root", names_are_covered_below_another_root},
	{"nothing stays in the folder for temporary files", nothing_stays_in_the_folder_for_temporary_files},
	{"other ways to names are left out", other_ways_to_names_are_left_out},
	CU_TEST_INFO_NULL,
};
