/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: every request, plain or over TLS, comes to service_answer(). Either a fault answers
 * in place of the server, or the function for its flow and host does; the fault's effect is then
 * applied to the answer, and the visit is noted for the judges. Handshakes and packets are shown to
 * the faults, too, in begin_handshake() and ask_gate().
 *
 * What takes time to make (keys, releases, the package) is made when it is first asked for. It is a
 * function of the configuration alone, so it does not matter when that is.
 */
#include "harness/server/service_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/server/channel.h"
#include "harness/server/fields.h"
#include "harness/server/host.h"
#include "harness/server/promotion.h"
#include "harness/server/reply.h"
#include "harness/server/swu.h"

#define IMAGE_TARGET "/images/" IMAGE_NAME
#define PACKAGE_TARGET "/images/" PACKAGE_NAME
/** The device's address: the only one that DHCP gives. */
#define DEVICE_ADDRESS (HOST_ADDRESS + 99)

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
		return error_set(err, "the image %s is empty or not a regular file", path);
	service->image = bytes_of(data, (size_t)status.st_size);
	return true;
}

static void hash_image(struct service *service)
{
	(void)release_sha256(service->image, service->image_sha256);
	(void)snprintf(service->image_etag, sizeof service->image_etag, "\"%s\"", service->image_sha256);
}

/*
 * The user's text as the inside of a JSON string, at most twice as long; the table lets no line
 * feed in, and the manifest no other control character.
 */
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

/* -- what is on offer -- */

/*
 * @return why the record does not put the release on evaluation into the feed `retail`; NULL: it
 * does.
 */
static const char *refuse_promotion(const struct service_config *config, struct promotion *ret_promotion)
{
	/* Keys are the same at any time. */
	struct pki *pki = pki_open(0);
	char *text = memory_file(config->promotion);
	const char *wrong = text != NULL && text[0] != '\0' ? promotion_read(text, pki, ret_promotion) : "it cannot be read";

	free(text);
	pki_close(pki);
	if (wrong != NULL)
		return wrong;
	if (strcmp(ret_promotion->from, SERVICE_FEED_EVAL) != 0 || strcmp(ret_promotion->to, SERVICE_FEED_RETAIL) != 0)
		return "it is not from " SERVICE_FEED_EVAL " to " SERVICE_FEED_RETAIL;
	return strcmp(ret_promotion->version, config->eval_version) == 0 ? NULL : "it is about another version";
}

static void choose_offers(struct service *service)
{
	struct promotion promotion;

	service->offers[SERVICE_RETAIL] = service->config.version;
	service->offers[SERVICE_EVAL] = service->config.eval_version;
	if (service->config.promotion[0] == '\0')
		return;
	const char *wrong = refuse_promotion(&service->config, &promotion);
	if (wrong == NULL)
		service->offers[SERVICE_RETAIL] = service->config.eval_version;
	if (wrong != NULL)
		(void)snprintf(service->promoted, sizeof service->promoted, "promotion refused: %s", wrong);
	else
		(void)snprintf(service->promoted, sizeof service->promoted, "promotion of %s from %s to %s, decided %s", promotion.version,
		               promotion.from, promotion.to, promotion.decided);
}

bool service_open(struct service *service, const struct service_config *config, const char *image_path, struct error *err)
{
	char version[2 * sizeof config->version];

	memset(service, 0, sizeof *service);
	service->config = *config;
	if (!map_image(service, image_path, err))
		return false;
	hash_image(service);
	choose_offers(service);
	int length = snprintf(
		service->manifest, sizeof service->manifest,
		"{\"version\": \"%s\", \"images\": [{\"name\": \"os\", \"url\": \"http://%s%s\", \"size\": %zu, \"sha256\": \"%s\"}]}\n",
		escape(config->version, version), NAMES_UPDATE, IMAGE_TARGET, service->image.length, service->image_sha256);
	CHECK_INT(length, <, sizeof service->manifest);
	return true;
}

void service_close(struct service *service)
{
	if (service->image.data != NULL)
		(void)munmap((void *)(uintptr_t)service->image.data, service->image.length);
	service->image = bytes_of(NULL, 0);
	free(service->package);
	service->package = NULL;
	for (unsigned i = 0; i < SERVICE_FEEDS && service->has_releases; i++)
		release_close(&service->releases[i]);
	service->has_releases = false;
	service_log_close(&service->log);
	delivery_close(&service->delivery);
	pki_close(service->pki);
	service->pki = NULL;
}

void service_offer_os(struct service *service, struct bytes image)
{
	service->os = image;
}

void service_accept_os(struct service *service, const char *sha256)
{
	attest_accept(&service->attest, sha256);
}

/* Made when it is first needed: the plain flow never does. */
const struct pki *service_pki(struct service *service, uint64_t unix_base_ns)
{
	if (service->pki == NULL)
		service->pki = pki_open(unix_base_ns / SIM_S);
	return service->pki;
}

static uint64_t unix_now(const struct service *service)
{
	return (service->unix_base_ns + host_sim()->now) / SIM_S;
}

const struct release *service_releases(struct service *service)
{
	for (unsigned i = 0; i < SERVICE_FEEDS && !service->has_releases; i++) {
		const struct release_config config = {.version = service->offers[i],
		                                      .os_size = service->config.os_size,
		                                      .app_size = service->config.app_size,
		                                      .os = service->os};
		release_open(&service->releases[i], &config, service_pki(service, service->unix_base_ns));
	}
	service->has_releases = true;
	return service->releases;
}

static void answer_text(struct http_answer *answer, const char *type, const char *text)
{
	answer->status = 200;
	answer->type = type;
	answer->body = bytes_of(text, strlen(text));
}

/* -- the plain flow -- */

static void keep_report(struct service *service, const struct http_request *request)
{
	size_t length = request->body_length < sizeof service->log.last_report ? request->body_length : sizeof service->log.last_report - 1;

	memcpy(service->log.last_report, request->body, length);
	service->log.last_report[length] = '\0';
	service->log.reports++;
}

static bool is_get(const struct http_request *request)
{
	return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

static bool is_post(const struct http_request *request)
{
	return strcmp(request->method, "POST") == 0;
}

/* Made when it is first asked for: most devices never do. */
static struct bytes package_of(struct service *service)
{
	char sha256[RELEASE_SHA256_TEXT_MAX];

	if (service->package == NULL) {
		service->package = swu_make(service->config.version, service->image, service->image_sha256, &service->package_length);
		(void)release_sha256(bytes_of(service->package, service->package_length), sha256);
		(void)snprintf(service->package_etag, sizeof service->package_etag, "\"%s\"", sha256);
	}
	return bytes_of(service->package, service->package_length);
}

static enum service_kind hand_out(struct service *service, const char *name, struct bytes image, const char *etag,
                                  struct http_answer *answer)
{
	struct service_image *log = service_log_image(&service->log, name, image.length);

	if (log != NULL)
		log->requests++;
	*answer = (struct http_answer){200, "application/octet-stream", etag, true, image, NULL, "", {0}};
	return SERVICE_IMAGE;
}

static enum service_kind answer_plain(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	const char *target = request->target;

	if (reply_is_path(target, "/report") && is_post(request)) {
		keep_report(service, request);
		answer->status = 204;
		return SERVICE_REPORT;
	}
	if (!is_get(request)) {
		answer->status = 405;
	} else if (reply_is_path(target, "/connecttest.txt")) {
		answer_text(answer, "text/plain", SERVICE_CONNECT_TEXT);
		return SERVICE_CONNECT;
	} else if (reply_is_path(target, "/update/manifest.json")) {
		service->log.checks++;
		answer_text(answer, "application/json", service->manifest);
		return SERVICE_UPDATE;
	} else if (reply_is_path(target, IMAGE_TARGET)) {
		return hand_out(service, IMAGE_NAME, service->image, service->image_etag, answer);
	} else if (reply_is_path(target, PACKAGE_TARGET)) {
		struct bytes package = package_of(service);
		return hand_out(service, PACKAGE_NAME, package, service->package_etag, answer);
	}
	return SERVICE_OTHER;
}

/* -- the flow over TLS -- */

static void find_fault(struct service *service, const struct http_request *request, const char *what)
{
	service->log.findings++;
	trace_line(host_trace(), host_sim()->now, "service", "finding: %s %s: %s", request->method, request->target, what);
}

static enum service_kind answer_auth(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	struct service_log *log = &service->log;
	struct attest_outcome outcome;

	service->attest.pki = service_pki(service, service->unix_base_ns);
	if (is_get(request) && reply_is_path(request->target, "/v1/nonce")) {
		outcome = attest_nonce(&service->attest, request, answer);
		log->nonces += outcome.given;
	} else if (is_post(request) && reply_is_path(request->target, "/v1/attest")) {
		(void)service_releases(service);
		outcome = attest_attest(&service->attest, request, unix_now(service), answer);
		log->certificates += outcome.given;
		log->refusals += !outcome.given;
	} else {
		return SERVICE_OTHER;
	}
	if (outcome.wrong != NULL)
		find_fault(service, request, outcome.wrong);
	return is_get(request) ? SERVICE_NONCE : SERVICE_ATTEST;
}

/* Which release a device is offered; NULL: none. */
static const struct release *offer(struct service *service, const char *feed, const char *group, const char *version)
{
	const struct release *release = &service_releases(service)[strcmp(feed, SERVICE_FEED_EVAL) == 0 ? SERVICE_EVAL : SERVICE_RETAIL];

	if (service->config.group[0] != '\0' && strcmp(group, service->config.group) != 0)
		return NULL;
	return strcmp(version, release->version) != 0 ? release : NULL;
}

static void answer_update(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	char device[PKI_NAME_MAX], feed[32], group[32], version[SERVICE_VERSION_MAX];

	if (request->identity.issuer != PKI_ATTESTATION) {
		reply_error(answer, request->identity.issuer == PKI_NOBODY ? 401 : 403, "a client certificate is needed");
		return;
	}
	(void)reply_query(request->target, "group", group, sizeof group);
	if (!reply_query(request->target, "device", device, sizeof device) || !reply_query(request->target, "feed", feed, sizeof feed) ||
	    !reply_query(request->target, "version", version, sizeof version) ||
	    (strcmp(feed, SERVICE_FEED_RETAIL) != 0 && strcmp(feed, SERVICE_FEED_EVAL) != 0)) {
		reply_error(answer, 400, "device, feed or version is missing or wrong");
		find_fault(service, request, "device, feed or version is missing or wrong");
		return;
	}
	if (strcmp(device, request->identity.name) != 0) {
		reply_error(answer, 403, "the certificate is another device's");
		find_fault(service, request, "the certificate is another device's");
		return;
	}
	service->log.checks++;
	const struct release *release = offer(service, feed, group, version);
	if (release == NULL)
		reply_json(answer, 200, "{\"update\": \"none\"}\n");
	else
		reply_json(answer, 200, "{\"update\": \"available\", \"manifest\": \"https://" NAMES_RELEASES "/v1/manifests/%s.json\"}\n",
		           release->file);
}

static void take_status(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	struct fields *fields = fields_open(bytes_of(request->body, request->body_length));
	struct service_status status = {.at_ns = host_sim()->now};

	keep_report(service, request);
	if (fields == NULL) {
		reply_error(answer, 400, "the body is no JSON object");
		find_fault(service, request, "the body is no JSON object");
		return;
	}
	fields_copy(fields, "device", status.device, sizeof status.device);
	fields_copy(fields, "version", status.version, sizeof status.version);
	fields_copy(fields, "slot", status.slot, sizeof status.slot);
	fields_copy(fields, "status", status.status, sizeof status.status);
	fields_copy(fields, "phase", status.phase, sizeof status.phase);
	fields_copy(fields, "reason", status.reason, sizeof status.reason);
	fields_close(fields);
	service_log_status(&service->log, &status);
	answer->status = 204;
}

static enum service_kind answer_core(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	bool report = is_post(request) && reply_is_path(request->target, "/v1/report");

	if (is_get(request) && reply_is_path(request->target, "/v1/update")) {
		answer_update(service, request, answer);
		return SERVICE_UPDATE;
	}
	if (!report && !(is_post(request) && reply_is_path(request->target, "/v1/telemetry")))
		return SERVICE_OTHER;
	if (request->identity.issuer == PKI_NOBODY) {
		reply_error(answer, 401, "a certificate is needed");
	} else if (report) {
		take_status(service, request, answer);
	} else {
		service->log.telemetry++;
		answer->status = 204;
	}
	return report ? SERVICE_REPORT : SERVICE_TELEMETRY;
}

/* The image that a path names, of any release; NULL: none. */
const struct release_image *service_find_image(struct service *service, const char *target)
{
	static const char folder[] = "/images/";
	char name[RELEASE_NAME_MAX];
	size_t length = strcspn(target, "?");

	if (strncmp(target, folder, sizeof folder - 1) != 0 || length - (sizeof folder - 1) >= sizeof name)
		return NULL;
	(void)snprintf(name, sizeof name, "%.*s", (int)(length - (sizeof folder - 1)), target + sizeof folder - 1);
	const struct release *releases = service_releases(service);
	const struct release_image *image = release_find(&releases[SERVICE_RETAIL], name);
	return image != NULL ? image : release_find(&releases[SERVICE_EVAL], name);
}

static enum service_kind answer_image(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	const struct release_image *image = service_find_image(service, request->target);

	if (image == NULL || !is_get(request))
		return SERVICE_OTHER;
	return hand_out(service, image->name, image->data, image->etag, answer);
}

static enum service_kind answer_releases(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	const struct release *releases = service_releases(service);
	char path[64];

	for (unsigned i = 0; i < SERVICE_FEEDS && is_get(request); i++) {
		(void)snprintf(path, sizeof path, "/v1/manifests/%s.json", releases[i].file);
		if (!reply_is_path(request->target, path))
			continue;
		answer_text(answer, "application/json", releases[i].manifest);
		return SERVICE_MANIFEST;
	}
	return answer_image(service, request, answer);
}

static enum service_kind answer_secure(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	static const struct {
		const char *name;
		enum service_kind (*answer)(struct service *service, const struct http_request *request, struct http_answer *answer);
	} parts[] = {{NAMES_AUTH, answer_auth},
	             {NAMES_CORE, answer_core},
	             {NAMES_RELEASES, answer_releases},
	             {NAMES_IMAGES, answer_image},
	             {NAMES_IMAGES_SECONDARY, answer_image}};
	const struct server_name *asked = names_at(request->address);

	if (request->identity.issuer != PKI_NOBODY)
		service->log.identity = request->identity;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (asked != NULL && strcmp(asked->name, parts[i].name) == 0)
			return parts[i].answer(service, request, answer);
	return SERVICE_OTHER;
}

static enum service_kind answer_well(struct service *service, const struct http_request *request, struct http_answer *answer)
{
	enum service_kind kind = request->tls ? answer_secure(service, request, answer) : answer_plain(service, request, answer);

	if (answer->status == 404 && request->tls)
		reply_error(answer, 404, "there is nothing of this name");
	return kind;
}

/* The gateway has several names: the one that was asked for, if it is one of them. */
static const char *host_of(const struct http_request *request)
{
	char asked[HTTP_FIELD_MAX];
	const struct server_name *host = names_at(request->address);

	(void)snprintf(asked, sizeof asked, "%.*s", (int)strcspn(request->host, ":"), request->host);
	const struct server_name *other = names_find(asked);
	if (other != NULL && other->address == request->address)
		return other->name;
	return host != NULL ? host->name : NULL;
}

void service_answer(void *ctx, const struct http_request *request, struct http_answer *ret_answer)
{
	struct service *service = ctx;
	sim_ns now = host_sim() != NULL ? host_sim()->now : 0;
	enum service_kind kind = SERVICE_OTHER;
	struct http_effect effect = {0};

	*ret_answer = (struct http_answer){.status = 404};
	service->log.requests++;
	if (service->service_faults != NULL)
		effect = service_faults_http(service->service_faults, host_of(request), request->target, now);
	if (effect.replaces)
		*ret_answer = effect.answer;
	else
		kind = answer_well(service, request, ret_answer);
	http_effect_apply(&effect, ret_answer);
	service->log.refused += ret_answer->status >= 400;
	service_log_visit(&service->log, &(struct service_visit){now, request->address, kind, ret_answer->status});
}

/* -- TLS -- */

static enum pki_root root_of(const struct service *service, const char *host)
{
	bool images = strcmp(host, NAMES_IMAGES) == 0 || strcmp(host, NAMES_IMAGES_SECONDARY) == 0;
	bool core = strcmp(host, NAMES_CORE) == 0;

	return service->config.rollover && (images || (core && service->bundle_out)) ? PKI_ROOT_2 : PKI_ROOT_1;
}

static bool begin_handshake(void *ctx, uint32_t address, unsigned number, struct tls_config *ret_config)
{
	struct service *service = ctx;
	const struct server_name *host = names_at(address);

	if (host == NULL || !host->tls)
		return false;
	service->log.handshakes++;
	*ret_config = (struct tls_config){.pki = service_pki(service, service->unix_base_ns),
	                                  .host = host->name,
	                                  .root = root_of(service, host->name),
	                                  .version = (enum tls_version)service->config.tls,
	                                  .asks_client = strcmp(host->name, NAMES_AUTH) == 0 || strcmp(host->name, NAMES_CORE) == 0,
	                                  .unix_s = unix_now(service),
	                                  .entropy = entropy_of(service->seed, "tls", number),
	                                  .secret = service->ops.secret,
	                                  .ctx = service->ctx};
	if (service->service_faults != NULL)
		ret_config->alerts = service_faults_tls(service->service_faults, ret_config, host_sim()->now, &ret_config->alert);
	return true;
}

/* A packet for a host that may be down. */
static enum host_verdict ask_gate(void *ctx, const struct packet *packet)
{
	static const enum host_verdict verdicts[] = {
		[PASSAGE_FREE] = HOST_TAKES, [PASSAGE_LOST] = HOST_LOSES, [PASSAGE_RESET] = HOST_RESETS};
	struct service *service = ctx;
	uint32_t fallen;

	enum passage passage = service_faults_packet(service->service_faults, packet->destination, packet->is_tcp, host_sim()->now,
	                                             &fallen);
	if (fallen != 0)
		channel_forget(fallen == UINT32_MAX ? 0 : fallen);
	return verdicts[passage];
}

static void open_names(struct service *service)
{
	size_t i = 0;

	for (; server_names[i].name != NULL; i++) {
		service->dns_names[i] = (struct dns_name){server_names[i].name, server_names[i].address};
		if (server_names[i].address != HOST_ADDRESS)
			host_add_address(server_names[i].address);
	}
	service->dns_names[i] = (struct dns_name){NULL, 0};
}

void service_start(struct service *service, uint64_t unix_base_ns, uint64_t seed, struct service_faults *service_faults,
                   struct service_ops ops, void *ctx)
{
	service->unix_base_ns = unix_base_ns;
	service->seed = seed;
	service->service_faults = service_faults;
	service->ops = ops;
	service->ctx = ctx;
	service->attest.seed = seed;
	service->attest.lifetime_s = service->config.certificate_ns / SIM_S;
	host_set_df(service->config.path_mtu_discovery);
	open_names(service);
	if (service->promoted[0] != '\0')
		trace_line(host_trace(), host_sim()->now, "service", "%s", service->promoted);
	service->udp = (struct udp_services){
		.dhcp = {.server = HOST_ADDRESS, .netmask = HOST_NETMASK, .device = DEVICE_ADDRESS, .lease_ns = service->config.lease_ns},
		.dns = {.names = service->dns_names, .ttl_s = (uint32_t)(service->config.ttl_ns / SIM_S)},
		.service_faults = service_faults,
		.unix_base_ns = unix_base_ns,
	};
	/* Faults of others may begin at a segment, too, and then somebody waits for the event. */
	if (service_faults != NULL &&
	    (service_faults_armed(service_faults)->count > 0 || service_faults_armed(service_faults)->ops.happened != NULL))
		host_add_gate(ask_gate, service);
	udp_services_open(&service->udp);
	if (!service->no_http)
		http_open((struct http_handler){service_answer, service_note_sent, begin_handshake, service}, unix_base_ns);
}

void service_date(struct service *service, uint64_t unix_base_ns)
{
	service->unix_base_ns = service->udp.unix_base_ns = unix_base_ns;
	http_date(unix_base_ns);
}
