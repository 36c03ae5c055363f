/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkinitramfs OUTPUT MANIFEST... [NAME=VALUE...]: writes an initramfs (cpio "newc") that depends on
 * nothing but what is listed.
 *
 * How it works: entries are written in the order listed, with inode numbers counted from 1, owner
 * 0:0 and time 0, so the same manifest and the same files give the same bytes. A manifest has one
 * entry a line; '#' begins a comment:
 *
 *     dir   PATH MODE                   file  PATH SOURCE MODE
 *     slink PATH TARGET                 nod   PATH MODE c|b MAJOR MINOR
 *
 * A PATH or TARGET may contain @NAME@, which stands for NAME's VALUE. A SOURCE that begins with
 * @NAME is looked up in the folder VALUE; every other is relative to the manifest's folder. A PATH
 * must lie in a folder that was listed before it, since the kernel silently skips what has no
 * parent.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 6
#define LINE_SIZE 1024
#define PATH_SIZE 1024
#define ENTRIES_MAX 4096
#define BLOCK_SIZE 512

#define MODE_DIR 0040000U
#define MODE_FILE 0100000U
#define MODE_SLINK 0120000U
#define MODE_CHAR 0020000U
#define MODE_BLOCK 0060000U

struct archive {
	FILE *out;
	size_t written;
	uint32_t inode;
	/* The place that messages are about. */
	const char *manifest;
	int line;
	/* NAME=VALUE arguments. */
	char **values;
	int value_count;
	/* What was listed so far. */
	char *paths[ENTRIES_MAX];
	bool is_dir[ENTRIES_MAX];
	size_t path_count;
};

__attribute__((format(printf, 2, 3))) _Noreturn static void fail(const struct archive *archive, const char *format, ...)
{
	va_list args;

	fputs("mkinitramfs: ", stderr);
	if (archive->manifest)
		fprintf(stderr, "%s:%d: ", archive->manifest, archive->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void put(struct archive *archive, const void *data, size_t size)
{
	if (size > 0 && fwrite(data, size, 1, archive->out) != 1)
		fail(archive, "cannot write the output: %s", strerror(errno));
	archive->written += size;
}

static void pad(struct archive *archive, size_t alignment)
{
	static const char zeros[BLOCK_SIZE];

	put(archive, zeros, (alignment - archive->written % alignment) % alignment);
}

/* Writes an entry's header and name; the caller writes @size bytes of content after it. */
static void put_header(struct archive *archive, const char *path, uint32_t mode, uint32_t size, uint32_t major, uint32_t minor)
{
	const char *const name = path[0] == '/' ? path + 1 : path;
	const uint32_t links = (mode & MODE_DIR) == MODE_DIR ? 2 : 1;
	char header[6 + 13 * 8 + 1];

	snprintf(header, sizeof(header), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ++archive->inode, mode, 0U, 0U,
	         links, 0U, size, 0U, 0U, major, minor, (unsigned)strlen(name) + 1U, 0U);
	put(archive, header, sizeof(header) - 1);
	put(archive, name, strlen(name) + 1);
	pad(archive, 4);
}

static uint32_t parse_number(const struct archive *archive, const char *word, int base, uint32_t max)
{
	char *end;
	const unsigned long number = strtoul(word, &end, base);

	if (!*word || *end || *word == '-' || number > max)
		fail(archive, "'%s' is no %s number up to %lo", word, base == 8 ? "octal" : "decimal", (unsigned long)max);
	return (uint32_t)number;
}

static bool listed(const struct archive *archive, const char *path, size_t length, bool as_dir)
{
	for (size_t i = 0; i < archive->path_count; i++)
		if (strlen(archive->paths[i]) == length && memcmp(archive->paths[i], path, length) == 0 && (!as_dir || archive->is_dir[i]))
			return true;
	return false;
}

static void remember(struct archive *archive, const char *path, bool is_dir)
{
	const char *const slash = strrchr(path, '/');

	if (path[0] != '/' || !path[1] || path[strlen(path) - 1] == '/')
		fail(archive, "path '%s' must begin with / and not end with it", path);
	if (slash != path && !listed(archive, path, (size_t)(slash - path), true))
		fail(archive, "no folder '%.*s' was listed before '%s'", (int)(slash - path), path, path);
	if (listed(archive, path, strlen(path), false))
		fail(archive, "'%s' was listed before", path);
	if (archive->path_count == ENTRIES_MAX)
		fail(archive, "more than %d entries", ENTRIES_MAX);
	archive->is_dir[archive->path_count] = is_dir;
	archive->paths[archive->path_count] = strdup(path);
	if (!archive->paths[archive->path_count++])
		fail(archive, "out of memory");
}

/* The VALUE of a NAME of @length bytes. */
static const char *value_of(const struct archive *archive, const char *name, size_t length)
{
	for (int i = 0; i < archive->value_count; i++)
		if (strncmp(archive->values[i], name, length) == 0 && archive->values[i][length] == '=')
			return archive->values[i] + length + 1;
	fail(archive, "no argument %.*s=VALUE was given for '@%s'", (int)length, name, name);
}

/* A PATH or TARGET with its values. */
static void fill_in(const struct archive *archive, const char *word, char ret_word[PATH_SIZE])
{
	size_t length = 0;

	while (*word && length < PATH_SIZE) {
		const char *const end = word[0] == '@' ? strchr(word + 1, '@') : NULL;

		if (end) {
			length += (size_t)snprintf(ret_word + length, PATH_SIZE - length, "%s",
			                           value_of(archive, word + 1, (size_t)(end - word) - 1));
			word = end + 1;
		} else {
			ret_word[length++] = *word++;
		}
	}
	if (length >= PATH_SIZE)
		fail(archive, "a path is longer than %d characters", PATH_SIZE - 1);
	ret_word[length] = 0;
}

/* Finds the file that a SOURCE means. */
static void resolve(const struct archive *archive, const char *source, char ret_path[PATH_SIZE])
{
	const char *const slash = strrchr(archive->manifest, '/');
	int length;

	if (source[0] == '@') {
		const size_t name = strcspn(source + 1, "/");

		length = snprintf(ret_path, PATH_SIZE, "%s%s", value_of(archive, source + 1, name), source + 1 + name);
	} else if (source[0] == '/' || !slash)
		length = snprintf(ret_path, PATH_SIZE, "%s", source);
	else
		length = snprintf(ret_path, PATH_SIZE, "%.*s/%s", (int)(slash - archive->manifest), archive->manifest, source);
	if (length >= PATH_SIZE)
		fail(archive, "'%s' is too long", source);
}

static void add_file(struct archive *archive, const char *path, const char *source, uint32_t mode)
{
	char from[PATH_SIZE];
	char *data = NULL;
	long size;
	FILE *in;

	resolve(archive, source, from);
	in = fopen(from, "rb");
	if (!in || fseek(in, 0, SEEK_END) < 0 || (size = ftell(in)) < 0 || fseek(in, 0, SEEK_SET) < 0)
		fail(archive, "cannot read '%s': %s", from, strerror(errno));
	data = malloc((size_t)size + 1);
	if (!data || fread(data, 1, (size_t)size, in) != (size_t)size)
		fail(archive, "cannot read '%s': %s", from, data ? strerror(errno) : "out of memory");
	fclose(in);
	put_header(archive, path, MODE_FILE | mode, (uint32_t)size, 0, 0);
	put(archive, data, (size_t)size);
	pad(archive, 4);
	free(data);
}

static void add_slink(struct archive *archive, const char *path, const char *target)
{
	put_header(archive, path, MODE_SLINK | 0777, (uint32_t)strlen(target), 0, 0);
	put(archive, target, strlen(target));
	pad(archive, 4);
}

/* One line of a manifest, in words. */
static void add_entry(struct archive *archive, char **words, int count)
{
	const char *const kind = words[0];
	char path[PATH_SIZE], target[PATH_SIZE];

	if (count > 1) {
		fill_in(archive, words[1], path);
		remember(archive, path, strcmp(kind, "dir") == 0);
	}
	if (strcmp(kind, "dir") == 0 && count == 3)
		put_header(archive, path, MODE_DIR | parse_number(archive, words[2], 8, 07777), 0, 0, 0);
	else if (strcmp(kind, "file") == 0 && count == 4)
		add_file(archive, path, words[2], parse_number(archive, words[3], 8, 07777));
	else if (strcmp(kind, "slink") == 0 && count == 3) {
		fill_in(archive, words[2], target);
		add_slink(archive, path, target);
	} else if (strcmp(kind, "nod") == 0 && count == 6 && (strcmp(words[3], "c") == 0 || strcmp(words[3], "b") == 0))
		put_header(archive, path, (words[3][0] == 'c' ? MODE_CHAR : MODE_BLOCK) | parse_number(archive, words[2], 8, 07777), 0,
		           parse_number(archive, words[4], 10, 4095), parse_number(archive, words[5], 10, 1048575));
	else
		fail(archive,
		     "expected 'dir PATH MODE', 'file PATH SOURCE MODE', 'slink PATH TARGET' or 'nod PATH MODE c|b MAJOR MINOR', not '%s' "
		     "with %d words",
		     kind, count);
}

static void add_manifest(struct archive *archive, const char *name)
{
	char line[LINE_SIZE];
	FILE *in = fopen(name, "r");

	if (!in)
		fail(archive, "cannot read '%s': %s", name, strerror(errno));
	archive->manifest = name;
	for (archive->line = 1; fgets(line, sizeof(line), in); archive->line++) {
		char *words[WORDS_MAX + 1], *rest = line;
		int count = 0;

		if (!strchr(line, '\n') && !feof(in))
			fail(archive, "line longer than %d characters", LINE_SIZE - 2);
		line[strcspn(line, "#\n")] = 0;
		while (count <= WORDS_MAX && (words[count] = strtok_r(rest, " \t", &rest)))
			count++;
		if (count > 0)
			add_entry(archive, words, count);
	}
	fclose(in);
	archive->manifest = NULL;
}

int main(int argc, char **argv)
{
	static struct archive archive;
	int manifests = argc;

	while (manifests > 2 && strchr(argv[manifests - 1], '='))
		manifests--;
	if (manifests < 3) {
		fputs("usage: mkinitramfs OUTPUT MANIFEST... [NAME=VALUE...]\n", stderr);
		return EXIT_FAILURE;
	}
	archive.values = argv + manifests;
	archive.value_count = argc - manifests;
	archive.out = fopen(argv[1], "wb");
	if (!archive.out)
		fail(&archive, "cannot write '%s': %s", argv[1], strerror(errno));
	for (int i = 2; i < manifests; i++)
		add_manifest(&archive, argv[i]);
	put_header(&archive, "TRAILER!!!", 0, 0, 0, 0);
	pad(&archive, BLOCK_SIZE);
	if (fclose(archive.out) != 0)
		fail(&archive, "cannot write '%s': %s", argv[1], strerror(errno));
	while (archive.path_count > 0)
		free(archive.paths[--archive.path_count]);
	return EXIT_SUCCESS;
}
