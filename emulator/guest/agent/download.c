// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How it works: an attempt asks for the bytes that are missing (Range, with If-Range if the server gave a strong ETag). The first piece of
 * the body decides what kind of answer it is:
 *
 *   206  the Content-Range must begin where the file ends and agree with the manifest's size; otherwise the file is discarded
 *   200  the server sends everything, because it does not do ranges or has another file now: the file is restarted
 *   416  the server has nothing there: the file is discarded
 *   else an error; the file stays
 *
 * A file that was discarded makes the next attempt a fresh one.
 */
#include "download.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "range.h"

#define STATUS_OK 200
#define STATUS_PARTIAL 206
#define STATUS_RANGE_NOT_SATISFIABLE 416

struct attempt {
	struct download *download;
	const struct policy *policy;
	const struct report *report;
	struct failure *why;
	int fd;
	bool begun; /* the kind of answer is decided */
	uint64_t progress_next;
};

void download_init(struct download *ret_download, const struct image *image, const char *folder)
{
	memset(ret_download, 0, sizeof(*ret_download));
	ret_download->image = image;
	snprintf(ret_download->path, sizeof(ret_download->path), "%.40s/%s", folder, image->name);
}

void download_discard(struct download *download)
{
	unlink(download->path);
	download->have = 0;
	download->etag[0] = 0;
}

static bool restart(struct attempt *attempt)
{
	struct download *download = attempt->download;

	if (ftruncate(attempt->fd, 0) < 0 || lseek(attempt->fd, 0, SEEK_SET) < 0)
		return failure_set(attempt->why, "%s: %s", download->path, strerror(errno));
	download->have = 0;
	attempt->progress_next = attempt->policy->progress_bytes;
	return true;
}

static bool check_range(struct attempt *attempt, const char *field)
{
	struct download *download = attempt->download;
	struct content_range range;

	if (content_range_parse(field, &range) && range.first == download->have && range.last < download->image->size &&
	    (range.total == RANGE_UNKNOWN || range.total == download->image->size))
		return true;
	failure_set(attempt->why, "wrong Content-Range '%.80s', expected bytes %" PRIu64 "- of %" PRIu64, field, download->have,
	            download->image->size);
	download_discard(download);
	return false;
}

/* Decides what kind of answer it is, before its first byte is taken. */
static bool begin(struct attempt *attempt, const struct http_head *head)
{
	struct download *download = attempt->download;

	attempt->begun = true;
	if (head->status == STATUS_PARTIAL && !check_range(attempt, head->content_range))
		return false;
	if (head->status == STATUS_OK && download->have > 0 && !restart(attempt))
		return false;
	/* A weak ETag may not be used to continue (RFC 9110 13.1.5). */
	snprintf(download->etag, sizeof(download->etag), "%s", head->etag[0] == '"' ? head->etag : "");
	return true;
}

static bool sink(void *context, const struct http_head *head, const void *data, size_t size)
{
	struct attempt *attempt = context;
	struct download *download = attempt->download;

	if (head->status != STATUS_OK && head->status != STATUS_PARTIAL)
		return true; /* the text of an error page */
	if (!attempt->begun && !begin(attempt, head))
		return false;
	if (size > download->image->size - download->have) {
		failure_set(attempt->why, "longer than the %" PRIu64 " bytes announced", download->image->size);
		download_discard(download);
		return false;
	}
	if (write(attempt->fd, data, size) != (ssize_t)size)
		return failure_set(attempt->why, "%s: %s", download->path, strerror(errno));
	download->have += size;
	while (attempt->policy->progress_bytes && download->have >= attempt->progress_next) {
		report_event(attempt->report, "progress download %" PRIu64, attempt->progress_next);
		attempt->progress_next += attempt->policy->progress_bytes;
	}
	return true;
}

/* Judges the end of a transfer that itself went well. */
static bool judge(struct attempt *attempt, const struct http_head *head)
{
	struct download *download = attempt->download;

	if (head->status == STATUS_RANGE_NOT_SATISFIABLE) {
		download_discard(download);
		return failure_set(attempt->why, "HTTP status 416: nothing at that range");
	}
	if (head->status != STATUS_PARTIAL && !http_expect(STATUS_OK, head, attempt->why))
		return false;
	if (download->have < download->image->size)
		return failure_set(attempt->why, "ended after %" PRIu64 " of %" PRIu64 " bytes", download->have, download->image->size);
	return true;
}

static bool transfer(struct attempt *attempt)
{
	struct download *download = attempt->download;
	struct http_request request = {.url = download->image->url, .sink = sink, .context = attempt};
	char range[64], if_range[HTTP_FIELD_MAX + 16];
	struct failure failed;
	struct http_head head;

	if (download->have > 0) {
		snprintf(range, sizeof(range), "Range: bytes=%" PRIu64 "-", download->have);
		snprintf(if_range, sizeof(if_range), "If-Range: %s", download->etag);
		request.fields[0] = range;
		request.fields[1] = download->etag[0] ? if_range : NULL;
	}
	if (http_perform(attempt->policy, &request, &head, &failed))
		return judge(attempt, &head);
	if (failed.reason[0])
		*attempt->why = failed;
	return false;
}

bool download_attempt(struct download *download, const struct policy *policy, const struct report *report, struct failure *ret_why)
{
	struct attempt attempt = {.download = download, .policy = policy, .report = report, .why = ret_why};
	bool good;

	if (!policy->resume)
		download_discard(download);
	if (download->have == download->image->size && download->have > 0)
		return true;
	attempt.fd = open(download->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (attempt.fd < 0)
		return failure_set(ret_why, "%s: %s", download->path, strerror(errno));
	attempt.progress_next = policy->progress_bytes ? (download->have / policy->progress_bytes + 1) * policy->progress_bytes : 0;
	good = transfer(&attempt);
	close(attempt.fd);
	return good;
}

static bool digest_file(int fd, uint8_t ret_digest[EVP_MAX_MD_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t bytes[4096];
	bool good = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	ssize_t got = 0;

	while (good && (got = read(fd, bytes, sizeof(bytes))) > 0)
		good = EVP_DigestUpdate(context, bytes, (size_t)got);
	good = good && got == 0 && EVP_DigestFinal_ex(context, ret_digest, NULL);
	EVP_MD_CTX_free(context);
	return good;
}

bool download_verify(const struct download *download, struct failure *ret_why)
{
	const int fd = open(download->path, O_RDONLY | O_CLOEXEC);
	uint8_t digest[EVP_MAX_MD_SIZE];
	bool good;

	if (fd < 0)
		return failure_set(ret_why, "%s: %s", download->path, strerror(errno));
	good = digest_file(fd, digest);
	close(fd);
	if (!good)
		return failure_set(ret_why, "%s: cannot be read", download->path);
	if (memcmp(digest, download->image->sha256, SHA256_SIZE) != 0)
		return failure_set(ret_why, "SHA-256 of %s is %02x%02x%02x%02x..., expected %02x%02x%02x%02x...", download->image->name,
		                   digest[0], digest[1], digest[2], digest[3], download->image->sha256[0], download->image->sha256[1],
		                   download->image->sha256[2], download->image->sha256[3]);
	return true;
}
