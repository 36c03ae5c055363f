/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "base/check.h"
#include "server/host.h"

#define IMAGE_TARGET "/images/os.bin"
/** The device's address: the only one that DHCP gives. */
#define DEVICE_ADDRESS (HOST_ADDRESS + 99)

/* Both are 32 bits of seconds on the wire. */
#define TIME_32_MAX (UINT64_C(0xffffffff) * 1000000000)

const struct param service_params[] = {
	PARAM_ROW_TEXT(service_config, version, "version", "22.02", "of the update on offer"),
	PARAM_ROW_QUANTITY(service_config, lease_ns, "lease", UNIT_DURATION, "1d", 1000000000, TIME_32_MAX, "of the DHCP lease"),
	PARAM_ROW_QUANTITY(service_config, ttl_ns, "ttl", UNIT_DURATION, "1min", 0, TIME_32_MAX, "of DNS answers"),
	PARAM_ROW_BOOL(service_config, path_mtu_discovery, "df", "false",
                       "TCP is sent with DF set, and no ICMP about it is heard (RFC 2923)"),
	{0},
};

static const struct dns_name names[] = {
	{SERVICE_UPDATE_HOST, HOST_ADDRESS},
	{SERVICE_CONNECT_HOST, HOST_ADDRESS},
	{SERVICE_NTP_HOST, HOST_ADDRESS},
	{NULL, 0},
};

static bool map_image(struct service *service, const char *path, struct error *err)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set(err, "the image %s cannot be read: %s", path, strerror(errno));
	bool read = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
	void *data = read ? mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	close(fd);
	if (data == MAP_FAILED)
		return error_set(err, "the image %s is not a file with something in it", path);
	service->image = bytes_of(data, (size_t)status.st_size);
	return true;
}

static void hash_image(struct service *service)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256(service->image.data, service->image.length, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		(void)snprintf(service->image_sha256 + 2 * i, 3, "%02x", digest[i]);
	(void)snprintf(service->image_etag, sizeof service->image_etag, "\"%s\"", service->image_sha256);
}

/* The user's text as the inside of a JSON string, at most twice as long; the table lets no line feed in, and the manifest no other control character. */
static const char *escape(const char *text, char *ret_text)
{
	char *at = ret_text;

	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			*at++ = '\\';
		*at++ = (unsigned char)*text < ' ' ? ' ' : *text;
	}
	*at = '\0';
	return ret_text;
}

bool service_open(struct service *service, const struct service_config *config, const char *image_path, struct error *err)
{
	char version[2 * sizeof config->version];

	memset(service, 0, sizeof *service);
	service->config = *config;
	if (!map_image(service, image_path, err))
		return false;
	hash_image(service);
	int length = snprintf(
		service->manifest, sizeof service->manifest,
		"{\"version\": \"%s\", \"images\": [{\"name\": \"os\", \"url\": \"http://%s%s\", \"size\": %zu, \"sha256\": \"%s\"}]}\n",
		escape(config->version, version), SERVICE_UPDATE_HOST, IMAGE_TARGET, service->image.length, service->image_sha256);
	CHECK_INT(length, <, sizeof service->manifest);
	return true;
}

void service_close(struct service *service)
{
	if (service->image.data != NULL)
		(void)munmap((void *)(uintptr_t)service->image.data, service->image.length);
	service->image = bytes_of(NULL, 0);
}

static void answer_text(struct http_answer *answer, const char *type, const char *text)
{
	answer->status = 200;
	answer->type = type;
	answer->body = bytes_of(text, strlen(text));
}

static void take_report(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	size_t length = request->body_length < sizeof service->truth.last_report ? request->body_length
	                                                                         : sizeof service->truth.last_report - 1;

	memcpy(service->truth.last_report, request->body, length);
	service->truth.last_report[length] = '\0';
	service->truth.reports++;
	answer->status = 204;
}

/* Whether the target is @p path, whatever its query. */
static bool is_path(const char *target, const char *path)
{
	size_t length = strlen(path);

	return strncmp(target, path, length) == 0 && (target[length] == '\0' || target[length] == '?');
}

void service_answer(void *ctx, const struct http_request *request, struct http_answer *ret_answer)
{
	struct service *service = ctx;
	bool get = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;

	*ret_answer = (struct http_answer){.status = 404};
	service->truth.requests++;
	if (is_path(request->target, "/report") && strcmp(request->method, "POST") == 0) {
		take_report(service, request, ret_answer);
	} else if (!get) {
		ret_answer->status = 405;
	} else if (is_path(request->target, "/connecttest.txt")) {
		answer_text(ret_answer, "text/plain", SERVICE_CONNECT_TEXT);
	} else if (is_path(request->target, "/update/manifest.json")) {
		service->truth.checks++;
		answer_text(ret_answer, "application/json", service->manifest);
	} else if (is_path(request->target, IMAGE_TARGET)) {
		service->truth.attempts++;
		*ret_answer = (struct http_answer){200, "application/octet-stream", service->image_etag, true, service->image};
	}
}

/* Parts of the image are told from other answers by where they lie. */
static void note_sent(void *ctx, struct bytes part)
{
	struct service *service = ctx;
	uintptr_t begin = (uintptr_t)service->image.data, at = (uintptr_t)part.data;

	if (at < begin || at - begin >= service->image.length)
		return;
	uint64_t offset = at - begin;
	service->truth.image_bytes += part.length;
	if (offset <= service->truth.image_covered && offset + part.length > service->truth.image_covered)
		service->truth.image_covered = offset + part.length;
}

void service_start(struct service *service, uint64_t unix_base_ns)
{
	host_set_df(service->config.path_mtu_discovery);
	service->udp = (struct udp_services){
		.dhcp = {.server = HOST_ADDRESS, .netmask = HOST_NETMASK, .device = DEVICE_ADDRESS, .lease_ns = service->config.lease_ns},
		.dns = {.names = names, .ttl_s = (uint32_t)(service->config.ttl_ns / SIM_S)},
		.unix_base_ns = unix_base_ns,
	};
	udp_services_open(&service->udp);
	http_open((struct http_handler){service_answer, note_sent, service}, unix_base_ns);
}
