/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: an attempt asks for the bytes that are missing (Range, with If-Range if the server
 * gave a strong ETag). The first piece of the body decides what kind of answer it is:
 *
 *   206  the Content-Range must begin where the store ends and agree with the manifest's size;
 *        otherwise what is there is discarded
 *   200  the server sends everything, because it does not do ranges or has another file now: the
 *        store is begun anew
 *   416  the server has nothing there: what is there is discarded
 *   else an error; what is there stays
 *
 * After a discard the next attempt is a fresh one. An image that is on several hosts is asked for
 * at the next one after some attempts.
 */
#include "download.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "../language/reports.h"
#include "range.h"

#define STATUS_OK 200
#define STATUS_PARTIAL 206
#define STATUS_RANGE_NOT_SATISFIABLE 416

struct attempt {
	struct download *download;
	const struct policy *policy;
	const struct report *report;
	struct failure *why;
	bool begun; /* the kind of answer is decided */
	uint64_t progress_next;
};

void download_init(struct download *ret_download, const struct image *image, struct store *store)
{
	*ret_download = (struct download){.image = image, .store = store};
}

void download_discard(struct download *download)
{
	download->have = 0;
	download->etag[0] = 0;
}

const char *download_url(const struct download *download, const struct policy *policy)
{
	const unsigned moves = policy->failover ? (unsigned)(download->attempts / policy->failover) : 0;

	return download->image->urls[moves % download->image->url_count];
}

static void restart(struct attempt *attempt)
{
	attempt->download->have = 0;
	attempt->progress_next = attempt->policy->progress_bytes;
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
	if (head->status == STATUS_OK && download->have > 0)
		restart(attempt);
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
	if (!download->store->ops->append(download->store, download->have, data, size, attempt->why))
		return false;
	download->have += size;
	while (attempt->policy->progress_bytes && download->have >= attempt->progress_next) {
		report_event(attempt->report, SAY_PROGRESS, attempt->progress_next);
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
	struct http_request request = {.url = download_url(download, attempt->policy), .sink = sink, .context = attempt};
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

	if (download->have == download->image->size && download->have > 0)
		return true;
	if (!policy->resume)
		download_discard(download);
	attempt.progress_next = policy->progress_bytes ? (download->have / policy->progress_bytes + 1) * policy->progress_bytes : 0;
	good = transfer(&attempt);
	download->attempts++;
	return good;
}

bool download_verify(const struct download *download, struct failure *ret_why)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const uint8_t *wanted = download->image->sha256;
	uint8_t digest[EVP_MAX_MD_SIZE], bytes[4096];
	bool good = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);

	for (uint64_t at = 0; good && at < download->image->size; at += sizeof(bytes)) {
		const uint64_t left = download->image->size - at;
		const size_t size = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);

		good = download->store->ops->read(download->store, at, bytes, size, ret_why) && EVP_DigestUpdate(context, bytes, size);
	}
	good = good && EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	if (!good)
		return ret_why->reason[0] ? false : failure_set(ret_why, "%s: cannot be read", download->image->name);
	if (memcmp(digest, wanted, SHA256_SIZE) != 0)
		return failure_set(ret_why, "SHA-256 of %s is %02x%02x%02x%02x..., expected %02x%02x%02x%02x...", download->image->name,
		                   digest[0], digest[1], digest[2], digest[3], wanted[0], wanted[1], wanted[2], wanted[3]);
	return true;
}
