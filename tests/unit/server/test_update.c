/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole flow of a device with keys, over TLS and in virtual time: nonce, attestation, update
 * check, manifest, images, report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/pem.h>

#include "lib/base/memory.h"
#include "tests/unit/server/device.h"
#include "tests/unit/server/fixture.h"

static const char *const small[] = {"os_size=60000B", "app_size=3000B", NULL};

static void whole_flow(int version)
{
	struct device device;
	char path[160];

	server_fixture_open(small);
	device_open(&device, version);
	CU_ASSERT(device_attest(&device, "retail version"));
	CU_ASSERT_EQUAL(device.expires, SERVER_FIXTURE_UNIX_S + server_fixture.sim.now / SIM_S + 86400);
	CU_ASSERT(device_check(&device, "retail", "any", "22.01"));
	CU_ASSERT_STRING_EQUAL(device.manifest_url, "https://releases.stutter.test/v1/manifests/22.02.json");
	CU_ASSERT(device_manifest(&device));
	CU_ASSERT_EQUAL(json_array_size(json_object_get(device.manifest, "stages")), 3);
	for (size_t stage = 0; stage < 3; stage++)
		CU_ASSERT(device_download(&device, stage, 0));
	/* The second root comes with the first stage. */
	CU_ASSERT(strstr(device.trust, "BEGIN") != strstr(strstr(device.trust, "BEGIN") + 1, "BEGIN"));
	CU_ASSERT_FALSE(device_check(&device, "retail", "any", "22.02"));
	CU_ASSERT_EQUAL(device.status, 200);
	CU_ASSERT_EQUAL(device_report(&device,
	                              "{\"device\": \"" NAMES_DEVICE "\", \"version\": \"22.02\", \"slot\": \"b\", \"status\": \"good\", "
	                              "\"phase\": \"idle\", \"reason\": \"\"}"),
	                204);
	const struct service_log *log = &server_fixture.service.log;
	CU_ASSERT_EQUAL(log->certificates, 1);
	CU_ASSERT_EQUAL(log->checks, 2);
	CU_ASSERT_EQUAL(log->image_count, 3);
	CU_ASSERT_STRING_EQUAL(log->images[1].name, "os-22.02.bin");
	CU_ASSERT_EQUAL(coverage_total(&log->images[1].coverage), 60000);
	CU_ASSERT_EQUAL(log->images[1].bytes, 60000);
	CU_ASSERT_EQUAL(log->images[1].delivered, 60000);
	CU_ASSERT(log->images[1].from_primary == 60000 && log->images[1].from_secondary == 0);
	CU_ASSERT_FATAL(log->status_count == 1);
	CU_ASSERT_STRING_EQUAL(log->statuses[0].slot, "b");
	CU_ASSERT(log->identity.issuer == PKI_ATTESTATION);
	CU_ASSERT_EQUAL(log->findings, 0);
	(void)snprintf(path, sizeof path, "TLSv1.%d", version == TLS1_3_VERSION ? 3 : 2);
	TEST_CONTAINS(server_fixture.trace.text, path);
	CU_ASSERT_PTR_NULL(strstr(server_fixture.trace.text, "finding"));
	device_close(&device);
	server_fixture_close();
}

static void the_whole_flow_over_tls_1_2(void)
{
	whole_flow(TLS1_2_VERSION);
}

static void the_whole_flow_over_tls_1_3(void)
{
	whole_flow(TLS1_3_VERSION);
}

/* In a process of its own: the digests of all frames, of the trace and of the secrets. */
static uint64_t flow_in_child(int version)
{
	int ends[2];
	uint64_t digest = 0;

	CU_ASSERT_FATAL(pipe(ends) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct device device;
		/* What addresses and the heap are like is not the same in both. */
		void *shift = malloc((size_t)(getpid() % 1000) * 64);
		server_fixture_open(small);
		device_open(&device, version);
		bool good = device_attest(&device, "x") && device_check(&device, "retail", "any", "1") && device_manifest(&device) &&
		            device_download(&device, RELEASE_OS, 0);
		digest = good ? server_fixture.digest + server_fixture.trace.length + strlen(server_fixture.secrets) * 1000003U : 0;
		free(shift);
		(void)!write(ends[1], &digest, sizeof digest);
		_exit(0);
	}
	CU_ASSERT(read(ends[0], &digest, sizeof digest) == sizeof digest);
	CU_ASSERT(waitpid(child, NULL, 0) == child);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return digest;
}

static void two_processes_send_the_same_bytes(void)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	for (size_t i = 0; i < 2; i++) {
		uint64_t first = flow_in_child(versions[i]);
		CU_ASSERT(first != 0);
		CU_ASSERT_EQUAL(flow_in_child(versions[i]), first);
	}
	CU_ASSERT(flow_in_child(TLS1_2_VERSION) != flow_in_child(TLS1_3_VERSION));
}

static void attestation_refuses_what_is_not_proven(void)
{
	struct device device;
	static const struct {
		enum device_lie lie;
		unsigned status;
		const char *finding;
	} lies[] = {{LIE_NONCE, 403, "the nonce is not one of ours"},
	            {LIE_SIGNATURE, 403, "the signature is not the device's"},
	            {LIE_DIGEST, 403, "the digest is of no known OS"},
	            {LIE_CSR, 403, "the certificate request is not sound"},
	            {LIE_DEVICE, 403, "the certificate is another device's"},
	            {LIE_FIELD, 400, "a field is missing or no text"},
	            {LIE_JSON, 400, "the body is no JSON object"}};

	server_fixture_open(small);
	service_accept_os(&server_fixture.service, DEVICE_DIGEST);
	device_open(&device, TLS1_3_VERSION);
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		device.lie = lies[i].lie;
		CU_ASSERT_FALSE(device_attest(&device, "a version"));
		CU_ASSERT_EQUAL(device.status, lies[i].status);
		TEST_CONTAINS(server_fixture.trace.text, lies[i].finding);
		CU_ASSERT_EQUAL(server_fixture.service.log.findings, i + 1);
	}
	device.lie = NO_LIE;
	CU_ASSERT(device_attest(&device, "a version"));
	CU_ASSERT_EQUAL(server_fixture.service.log.refusals, sizeof lies / sizeof lies[0]);
	device_close(&device);
	server_fixture_close();
}

static void a_nonce_is_good_once(void)
{
	struct device device;

	server_fixture_open(small);
	device_open(&device, TLS1_3_VERSION);
	CU_ASSERT(device_attest(&device, "a"));
	device.lie = LIE_OLD_NONCE;
	CU_ASSERT_FALSE(device_attest(&device, "a"));
	CU_ASSERT_EQUAL(device.status, 403);
	device_close(&device);
	server_fixture_close();
}

static void hosts_want_their_certificates(void)
{
	struct device device;

	server_fixture_open(small);
	device_open(&device, TLS1_3_VERSION);
	device.identity = DEVICE_NONE;
	CU_ASSERT_EQUAL(device_status(&device, NAMES_AUTH, "GET", "/v1/nonce?device=" NAMES_DEVICE), 401);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=" NAMES_DEVICE "&feed=retail&version=1"), 401);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "POST", "/v1/report"), 401);
	device.identity = DEVICE_BOOTSTRAP;
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=" NAMES_DEVICE "&feed=retail&version=1"), 403);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "POST", "/v1/report"), 204);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "POST", "/v1/telemetry"), 204);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_AUTH, "GET", "/v1/nonce?device=another"), 403);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_AUTH, "GET", "/v1/nonce"), 400);
	CU_ASSERT(device_attest(&device, "a"));
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=" NAMES_DEVICE "&feed=retail&version=1"), 200);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=" NAMES_DEVICE "&feed=other&version=1"), 400);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=x&feed=retail&version=1"), 403);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_IMAGES, "GET", "/images/os-1.bin"), 404);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/images/os-22.02.bin"), 404);
	CU_ASSERT_EQUAL(server_fixture.service.log.telemetry, 1);
	device_close(&device);
	server_fixture_close();
}

static void a_client_certificate_ends_by_the_world_s_time(void)
{
	static const char *const params[] = {"certificate=1h", NULL};
	struct device device;

	server_fixture_open(params);
	device_open(&device, TLS1_2_VERSION);
	CU_ASSERT(device_attest(&device, "a"));
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=" NAMES_DEVICE "&feed=retail&version=1"), 200);
	server_fixture_run(3601 * SIM_S);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=" NAMES_DEVICE "&feed=retail&version=1"), 0);
	TEST_CONTAINS(server_fixture.trace.text, "certificate has expired");
	CU_ASSERT(device_attest(&device, "a"));
	CU_ASSERT_EQUAL(device_status(&device, NAMES_CORE, "GET", "/v1/update?device=" NAMES_DEVICE "&feed=retail&version=1"), 200);
	device_close(&device);
	server_fixture_close();
}

static void feeds_and_groups_have_their_offers(void)
{
	static const char *const params[] = {"version=22.02", "eval_version=22.01", "group=fleet", NULL};
	struct device device;

	server_fixture_open(params);
	device_open(&device, TLS1_3_VERSION);
	CU_ASSERT(device_attest(&device, "a"));
	CU_ASSERT(device_check(&device, "retail", "fleet", "21.10"));
	TEST_CONTAINS(device.manifest_url, "/22.02.json");
	CU_ASSERT(device_check(&device, "retail-eval", "fleet", "21.10"));
	TEST_CONTAINS(device.manifest_url, "/22.01.json");
	CU_ASSERT(device_manifest(&device));
	CU_ASSERT_FALSE(device_check(&device, "retail-eval", "fleet", "22.01"));
	CU_ASSERT_FALSE(device_check(&device, "retail", "others", "21.10"));
	CU_ASSERT_EQUAL(device.status, 200);
	device_close(&device);
	server_fixture_close();
}

static void images_have_ranges_on_both_hosts(void)
{
	struct device device;
	struct client_answer answer;

	server_fixture_open(small);
	device_open(&device, TLS1_3_VERSION);
	for (unsigned i = 0; i < 2; i++) {
		answer = device_ask(&device, i == 0 ? NAMES_IMAGES : NAMES_IMAGES_SECONDARY, "GET", "/images/app-22.02.bin",
		                    i == 0 ? "Range: bytes=1000-1999\r\n" : "Range: bytes=2000-\r\n", NULL);
		CU_ASSERT(answer.status == 206 && answer.whole && answer.length == 1000);
		TEST_CONTAINS(answer.head, i == 0 ? "Content-Range: bytes 1000-1999/3000" : "Content-Range: bytes 2000-2999/3000");
		TEST_CONTAINS(answer.head, "ETag: \"");
		client_answer_close(&answer);
	}
	const struct service_image *image = &server_fixture.service.log.images[0];
	CU_ASSERT(image->coverage.count == 1 && image->coverage.spans[0].from == 1000 && image->coverage.spans[0].to == 3000);
	CU_ASSERT(image->from_primary == 1000 && image->from_secondary == 1000 && image->requests == 2);
	CU_ASSERT_EQUAL(server_fixture.service.log.visit_count, 2);
	CU_ASSERT(service_log_least_gap(&server_fixture.service.log, SERVICE_IMAGE, 0) < SIM_S);
	CU_ASSERT_EQUAL(service_log_least_gap(&server_fixture.service.log, SERVICE_IMAGE, names_find(NAMES_IMAGES)->address), UINT64_MAX);
	device_close(&device);
	server_fixture_close();
}

static void a_device_without_the_new_root_fails_after_the_roll_over(void)
{
	static const char *const params[] = {"rollover=true", "os_size=5000B", NULL};
	struct device device;

	server_fixture_open(params);
	device_open(&device, TLS1_3_VERSION);
	CU_ASSERT(device_attest(&device, "a") && device_check(&device, "retail", "any", "1") && device_manifest(&device));
	CU_ASSERT_FALSE(device_download(&device, RELEASE_OS, 0));
	TEST_CONTAINS(device.failure, "unable to get local issuer certificate");
	CU_ASSERT(device_download(&device, RELEASE_PREREQUISITE, 0));
	CU_ASSERT(device_download(&device, RELEASE_OS, 0));
	CU_ASSERT(device_check(&device, "retail", "any", "1"));
	device_close(&device);
	server_fixture_close();
}

static void the_bigger_image_comes_whole_and_repeats_nothing(void)
{
	struct device device;
	static const char *const params[] = {"os_size=700000B", NULL};

	server_fixture_open(params);
	device_open(&device, TLS1_3_VERSION);
	CU_ASSERT(device_attest(&device, "a") && device_check(&device, "retail", "any", "1") && device_manifest(&device));
	CU_ASSERT(device_download(&device, RELEASE_OS, 0));
	CU_ASSERT_EQUAL(server_fixture.service.log.images[0].bytes, 700000);
	CU_ASSERT_EQUAL(service_log_delivered(&server_fixture.service.log), 700000);
	device_close(&device);
	server_fixture_close();
}

static void an_os_image_can_be_brought(void)
{
	struct device device;

	server_fixture_open(small);
	service_offer_os(&server_fixture.service, bytes_of("an OS image", 11));
	device_open(&device, TLS1_3_VERSION);
	CU_ASSERT(device_attest(&device, "a") && device_check(&device, "retail", "any", "1") && device_manifest(&device));
	CU_ASSERT(device_download(&device, RELEASE_OS, 0));
	CU_ASSERT_EQUAL(server_fixture.service.log.images[0].bytes, 11);
	device_close(&device);
	server_fixture_close();
}

static void a_mended_os_image_is_known_to_attestation_once_it_is_accepted(void)
{
	struct device device;

	server_fixture_open(small);
	service_accept_os(&server_fixture.service, "0000000000000000000000000000000000000000000000000000000000000000");
	device_open(&device, TLS1_3_VERSION);
	CU_ASSERT_FALSE(device_attest(&device, "a"));
	service_accept_os(&server_fixture.service, DEVICE_DIGEST);
	CU_ASSERT(device_attest(&device, "a"));
	device_close(&device);
	server_fixture_close();
}

static void the_plain_service_is_where_it_was(void)
{
	const struct tls_client plain = {.host = NAMES_CONNECT_2}, old = {.host = NAMES_UPDATE};

	server_fixture_open(small);
	struct client_answer answer = server_fixture_ask(&plain, "GET", "/connecttest.txt", "", NULL, SIM_S);
	CU_ASSERT(answer.status == 200 && answer.whole);
	CU_ASSERT_STRING_EQUAL((const char *)answer.body, SERVICE_CONNECT_TEXT);
	client_answer_close(&answer);
	answer = server_fixture_ask(&old, "GET", "/images/os.bin", "Range: bytes=4-8\r\n", NULL, SIM_S);
	CU_ASSERT_EQUAL(answer.status, 206);
	CU_ASSERT_STRING_EQUAL((const char *)answer.body, "plain");
	client_answer_close(&answer);
	TEST_CONTAINS(server_fixture.trace.text, "to connect2.stutter.test");
	server_fixture_close();
}

/* What curl --http2 and libostree send with each request (RFC 7540 3.2). */
static void an_upgrade_that_is_not_spoken_is_ignored(void)
{
	static const char h2c[] = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n";
	struct tcp_client client;

	server_fixture_open(small);
	tcp_client_open(&client, HOST_ADDRESS, HTTP_PORT, SIM_S);
	for (unsigned i = 0; i < 3; i++) {
		struct client_answer answer = tcp_client_ask(&client, "GET", NAMES_UPDATE, "/images/os.bin", h2c, NULL, SIM_S);
		CU_ASSERT(answer.status == 200 && answer.whole);
		client_answer_close(&answer);
	}
	CU_ASSERT_PTR_NULL(strstr(server_fixture.trace.text, "finding"));
	tcp_client_close(&client);
	server_fixture_close();
}

/* A limit of ours is no fault of the device: the session proves nothing. */
static void a_request_that_is_too_large_is_not_modelled(void)
{
	const struct tls_client plain = {.host = NAMES_UPDATE};
	static char body[HTTP_BODY_MAX + 2];

	memset(body, 'x', HTTP_BODY_MAX + 1);
	server_fixture_open(small);
	body[HTTP_BODY_MAX] = '\0';
	struct client_answer answer = server_fixture_ask(&plain, "POST", "/report", "", body, 60 * SIM_S);
	CU_ASSERT_EQUAL(answer.status, 204);
	CU_ASSERT_PTR_NULL(trace_first_gap(server_fixture.trace.trace));
	client_answer_close(&answer);
	body[HTTP_BODY_MAX] = 'x';
	answer = server_fixture_ask(&plain, "POST", "/report", "", body, 60 * SIM_S);
	CU_ASSERT_EQUAL(answer.status, 413);
	CU_ASSERT_PTR_NOT_NULL(trace_first_gap(server_fixture.trace.trace));
	client_answer_close(&answer);
	server_fixture_close();
}

static void nonsense_instead_of_tls_is_a_finding(void)
{
	struct tcp_client client;

	server_fixture_open(small);
	tcp_client_open(&client, names_find(NAMES_CORE)->address, HTTPS_PORT, SIM_S);
	CU_ASSERT_FATAL(client.state == TCP_CLIENT_UP);
	tcp_client_send(&client, "GET / HTTP/1.1\r\n\r\n", 18);
	server_fixture_run(SIM_S);
	CU_ASSERT(client.state != TCP_CLIENT_UP);
	TEST_CONTAINS(server_fixture.trace.text, "finding: TLS: http request");
	tcp_client_close(&client);
	server_fixture_close();
}

/* One connection with three requests, named as if they were not encrypted. */
static void names_reach_into(int version)
{
	struct tls_client tls = {.version = version, .host = NAMES_IMAGES};
	struct client_answer answer;
	struct tcp_client client;

	server_fixture_open(small);
	tls.trust = pki_trust_bundle(service_pki(&server_fixture.service, SERVER_FIXTURE_UNIX_S * SIM_S));
	tcp_client_open(&client, names_find(NAMES_IMAGES)->address, HTTPS_PORT, SIM_S);
	CU_ASSERT_FATAL(tcp_client_tls(&client, &tls, SIM_S));
	for (unsigned i = 0; i < 3; i++) {
		answer = tcp_client_ask(&client, "GET", NAMES_IMAGES, "/images/os-22.02.bin", i > 0 ? "Range: bytes=40000-\r\n" : "", NULL,
		                        60 * SIM_S);
		CU_ASSERT(answer.whole && answer.status == (i > 0 ? 206 : 200));
		client_answer_close(&answer);
	}
	tcp_client_close(&client);
	TEST_SAME_TEXT(server_fixture.names, version == TLS1_3_VERSION ? "to-server tls.client_hello[443/1]#1\n"
	                                                                 "to-device tls.server_hello[443/1]#1\n"
	                                                                 "to-device tls.certificate[443/1]#1\n"
	                                                                 "to-device tls.finished[443/1]#1\n"
	                                                                 "to-server tls.finished[443/1]#1\n"
	                                                                 "to-server http.request[443/1]#1\n"
	                                                                 "to-device http.response[443/1]#1\n"
	                                                                 "to-server http.request[443/1]#2\n"
	                                                                 "to-server http.range[443/1]#1\n"
	                                                                 "to-device http.response[443/1]#2\n"
	                                                                 "to-server http.request[443/1]#3\n"
	                                                                 "to-server http.range[443/1]#2\n"
	                                                                 "to-device http.response[443/1]#3\n"
	                                                                 "to-device tls.alert[443/1]#1\n"
	                                                               : "to-server tls.client_hello[443/1]#1\n"
	                                                                 "to-device tls.server_hello[443/1]#1\n"
	                                                                 "to-device tls.certificate[443/1]#1\n"
	                                                                 "to-server tls.finished[443/1]#1\n"
	                                                                 "to-device tls.finished[443/1]#1\n"
	                                                                 "to-server http.request[443/1]#1\n"
	                                                                 "to-device http.response[443/1]#1\n"
	                                                                 "to-server http.request[443/1]#2\n"
	                                                                 "to-server http.range[443/1]#1\n"
	                                                                 "to-device http.response[443/1]#2\n"
	                                                                 "to-server http.request[443/1]#3\n"
	                                                                 "to-server http.range[443/1]#2\n"
	                                                                 "to-device http.response[443/1]#3\n"
	                                                                 "to-device tls.alert[443/1]#1\n");
	server_fixture_close();
}

static void names_reach_into_tls_1_2(void)
{
	names_reach_into(TLS1_2_VERSION);
}

static void names_reach_into_tls_1_3(void)
{
	names_reach_into(TLS1_3_VERSION);
}

/*
 * As when the client's Finished was lost: the first request is known as one, its range only later,
 * and nothing is counted twice.
 */
static void names_wait_for_a_late_secret(void)
{
	struct tls_client tls = {.version = TLS1_3_VERSION, .host = NAMES_IMAGES};
	struct client_answer answer;
	struct tcp_client client;

	server_fixture_open(small);
	server_fixture.secrets_wait = true;
	tls.trust = pki_trust_bundle(service_pki(&server_fixture.service, SERVER_FIXTURE_UNIX_S * SIM_S));
	tcp_client_open(&client, names_find(NAMES_IMAGES)->address, HTTPS_PORT, SIM_S);
	CU_ASSERT_FATAL(tcp_client_tls(&client, &tls, SIM_S));
	answer = tcp_client_ask(&client, "GET", NAMES_IMAGES, "/images/app-22.02.bin", "Range: bytes=1-5\r\n", NULL, SIM_S);
	client_answer_close(&answer);
	TEST_CONTAINS(server_fixture.names, "to-server http.request[443/1]#1\n");
	CU_ASSERT_PTR_NULL(strstr(server_fixture.names, "http.range"));
	server_fixture_tell_secrets();
	answer = tcp_client_ask(&client, "GET", NAMES_IMAGES, "/images/app-22.02.bin", "", NULL, SIM_S);
	client_answer_close(&answer);
	TEST_CONTAINS(server_fixture.names, "to-server http.request[443/1]#2\nto-server http.range[443/1]#1\n");
	CU_ASSERT_PTR_NULL(strstr(server_fixture.names, "http.request[443/1]#3"));
	tcp_client_close(&client);
	server_fixture_close();
}

/* Its head comes in two records, the secret in between: it is one request all the same. */
static void a_request_that_is_told_early_is_told_once(void)
{
	static const char first[] = "GET /images/app-22.02.bin HTTP/1.1\r\nHost: x\r\n", second[] = "Range: bytes=1-5\r\n\r\n";
	struct tls_client tls = {.version = TLS1_3_VERSION, .host = NAMES_IMAGES};
	struct tcp_client client;

	server_fixture_open(small);
	server_fixture.secrets_wait = true;
	tls.trust = pki_trust_bundle(service_pki(&server_fixture.service, SERVER_FIXTURE_UNIX_S * SIM_S));
	tcp_client_open(&client, names_find(NAMES_IMAGES)->address, HTTPS_PORT, SIM_S);
	CU_ASSERT_FATAL(tcp_client_tls(&client, &tls, SIM_S));
	tcp_client_send(&client, first, sizeof first - 1);
	server_fixture_run(SIM_S);
	server_fixture_tell_secrets();
	tcp_client_send(&client, second, sizeof second - 1);
	server_fixture_run(SIM_S);
	TEST_CONTAINS(server_fixture.names,
	              "to-server http.request[443/1]#1\nto-server http.range[443/1]#1\nto-device http.response[443/1]#1\n");
	tcp_client_close(&client);
	server_fixture_close();
}

/* Secrets are told before anything that they are needed for. */
static void secrets_are_told(void)
{
	struct device device;

	server_fixture_open(small);
	device_open(&device, TLS1_3_VERSION);
	CU_ASSERT(device_attest(&device, "a"));
	TEST_CONTAINS(server_fixture.secrets, "SERVER_HANDSHAKE_TRAFFIC_SECRET ");
	TEST_CONTAINS(server_fixture.secrets, "CLIENT_TRAFFIC_SECRET_0 ");
	device.version = TLS1_2_VERSION;
	CU_ASSERT(device_attest(&device, "a"));
	TEST_CONTAINS(server_fixture.secrets, "CLIENT_RANDOM ");
	device_close(&device);
	server_fixture_close();
}

const CU_TestInfo tests_server_update[] = {
	{"the whole flow over TLS 1.2", the_whole_flow_over_tls_1_2},
	{"the whole flow over TLS 1.3", the_whole_flow_over_tls_1_3},
	{"two processes send the same bytes", two_processes_send_the_same_bytes},
	{"attestation refuses what is not proven", attestation_refuses_what_is_not_proven},
	{"a nonce is good once", a_nonce_is_good_once},
	{"hosts want their certificates", hosts_want_their_certificates},
	{"a client certificate ends by the world's time", a_client_certificate_ends_by_the_world_s_time},
	{"feeds and groups have their offers", feeds_and_groups_have_their_offers},
	{"images have ranges on both hosts", images_have_ranges_on_both_hosts},
	{"a device without the new root fails after the roll-over", a_device_without_the_new_root_fails_after_the_roll_over},
	{"a bigger image comes whole and repeats nothing", the_bigger_image_comes_whole_and_repeats_nothing},
	{"an OS image can be brought", an_os_image_can_be_brought},
	{"attestation knows what it was told to accept", a_mended_os_image_is_known_to_attestation_once_it_is_accepted},
	{"the plain service is where it was", the_plain_service_is_where_it_was},
	{"an upgrade that is not spoken is ignored", an_upgrade_that_is_not_spoken_is_ignored},
	{"a request that is too large is not modelled", a_request_that_is_too_large_is_not_modelled},
	{"nonsense instead of TLS is a finding", nonsense_instead_of_tls_is_a_finding},
	{"secrets are told", secrets_are_told},
	{"names reach into TLS 1.2", names_reach_into_tls_1_2},
	{"names reach into TLS 1.3", names_reach_into_tls_1_3},
	{"names wait for a late secret", names_wait_for_a_late_secret},
	{"a request that is told early is told once", a_request_that_is_told_early_is_told_once},
	CU_TEST_INFO_NULL,
};
