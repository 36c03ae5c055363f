/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/service.h"

#include <jansson.h>
#include <string.h>

#include "tests/test.h"

/* SHA-256 of "abc" (FIPS 180-4, an example of NIST). */
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static struct service service;
static struct http_answer answer;

static void open_with_abc(void)
{
	struct service_config config;
	struct error err = {0};

	memset(&config, 0, sizeof config);
	params_init(service_params, &config);
	CU_ASSERT_FATAL(service_open(&service, &config, test_write("os.bin", "abc"), &err));
}

static void ask(const char *method, const char *target, const char *body)
{
	static struct http_request request;

	memset(&request, 0, sizeof request);
	request.method = method;
	(void)snprintf(request.target, sizeof request.target, "%s", target);
	request.body_length = strlen(body);
	memcpy(request.body, body, request.body_length);
	memset(&answer, 0x5a, sizeof answer);
	service_answer(&service, &request, &answer);
}

static bool body_is(const char *text)
{
	return answer.body.length == strlen(text) && memcmp(answer.body.data, text, strlen(text)) == 0;
}

static void the_connectivity_check_has_its_text(void)
{
	open_with_abc();
	ask("GET", "/connecttest.txt", "");
	CU_ASSERT(answer.status == 200 && body_is(SERVICE_CONNECT_TEXT) && !answer.ranges && answer.etag == NULL);
	CU_ASSERT_STRING_EQUAL(answer.type, "text/plain");
	ask("HEAD", "/connecttest.txt", "");
	CU_ASSERT_EQUAL(answer.status, 200);
	service_close(&service);
}

static void the_manifest_names_the_image_with_size_and_hash(void)
{
	json_error_t why;

	open_with_abc();
	ask("GET", "/update/manifest.json", "");
	CU_ASSERT_EQUAL(answer.status, 200);
	CU_ASSERT_STRING_EQUAL(answer.type, "application/json");
	json_t *manifest = json_loadb((const char *)answer.body.data, answer.body.length, JSON_REJECT_DUPLICATES, &why);
	CU_ASSERT_FATAL(manifest != NULL);
	json_t *image = json_array_get(json_object_get(manifest, "images"), 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(manifest, "version")), service.config.version);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(image, "url")), "http://" NAMES_UPDATE "/images/os.bin");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(image, "sha256")), ABC_SHA256);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(image, "size")), 3);
	json_decref(manifest);
	CU_ASSERT_EQUAL(service.log.checks, 1);
	service_close(&service);
}

static void the_image_has_ranges_and_a_strong_etag(void)
{
	open_with_abc();
	ask("GET", "/images/os.bin", "");
	CU_ASSERT(answer.status == 200 && answer.ranges && body_is("abc"));
	CU_ASSERT_STRING_EQUAL(answer.etag, "\"" ABC_SHA256 "\"");
	CU_ASSERT_STRING_EQUAL(answer.type, "application/octet-stream");
	ask("GET", "/images/os.bin?try=2", "");
	CU_ASSERT(answer.status == 200 && body_is("abc"));
	CU_ASSERT(service.log.image_count == 1 && service.log.images[0].requests == 2);
	CU_ASSERT_EQUAL(service.log.requests, 2);
	service_close(&service);
}

static void the_image_is_there_as_a_package_too(void)
{
	open_with_abc();
	ask("GET", "/images/os.swu", "");
	CU_ASSERT(answer.status == 200 && answer.ranges && answer.etag != NULL && strlen(answer.etag) == 66);
	CU_ASSERT(answer.body.length > 1000 && memcmp(answer.body.data, "070702", 6) == 0);
	const uint8_t *first = answer.body.data;
	ask("HEAD", "/images/os.swu", "");
	CU_ASSERT(answer.status == 200 && answer.body.data == first);
	/* Who asked for it and was given nothing has not been served. */
	CU_ASSERT(service_log_asked_for(&service.log) == answer.body.length && service_log_delivered(&service.log) == 0);
	CU_ASSERT(service.log.image_count == 1 && service.log.images[0].requests == 2);
	CU_ASSERT_EQUAL(coverage_total(&service.log.images[0].coverage), 0);
	service_close(&service);
}

static void a_report_is_kept(void)
{
	open_with_abc();
	ask("POST", "/report", "{\"result\": \"pass\"}");
	CU_ASSERT_EQUAL(answer.status, 204);
	CU_ASSERT(answer.body.length == 0 && answer.type == NULL);
	CU_ASSERT_EQUAL(service.log.reports, 1);
	CU_ASSERT_STRING_EQUAL(service.log.last_report, "{\"result\": \"pass\"}");
	ask("POST", "/report", "");
	CU_ASSERT_STRING_EQUAL(service.log.last_report, "");
	service_close(&service);
}

static void a_long_report_is_cut(void)
{
	char body[HTTP_BODY_MAX];

	open_with_abc();
	memset(body, 'r', sizeof body);
	for (size_t length = SERVICE_REPORT_MAX - 2; length < SERVICE_REPORT_MAX + 2; length++) {
		body[length] = '\0';
		ask("POST", "/report", body);
		CU_ASSERT_EQUAL(strlen(service.log.last_report), length < SERVICE_REPORT_MAX ? length : SERVICE_REPORT_MAX - 1);
		body[length] = 'r';
	}
	body[sizeof body - 1] = '\0';
	ask("POST", "/report", body);
	CU_ASSERT_EQUAL(strlen(service.log.last_report), SERVICE_REPORT_MAX - 1);
	service_close(&service);
}

static void what_is_not_there_is_404_and_what_may_not_be_done_405(void)
{
	static const char *const unknown[] = {"/",
	                                      "",
	                                      "/connecttest.txt/",
	                                      "/connecttest.tx",
	                                      "/images/os.bin.sig",
	                                      "/images",
	                                      "/report",
	                                      "/connecttest.txt#x",
	                                      "*",
	                                      "/..//images/os.bin"};

	open_with_abc();
	for (unsigned i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		ask("GET", unknown[i], "");
		CU_ASSERT_EQUAL(answer.status, 404);
		CU_ASSERT(answer.body.length == 0 && answer.type == NULL && answer.etag == NULL && !answer.ranges);
	}
	ask("POST", "/images/os.bin", "");
	CU_ASSERT_EQUAL(answer.status, 405);
	ask("DELETE", "/report", "");
	CU_ASSERT_EQUAL(answer.status, 405);
	CU_ASSERT(service.log.image_count == 0 && service.log.reports == 0);
	service_close(&service);
}

static void an_image_that_is_none_is_an_error(void)
{
	struct service_config config;
	struct error err = {0};
	char path[600];

	memset(&config, 0, sizeof config);
	params_init(service_params, &config);
	(void)snprintf(path, sizeof path, "%s/nothing.bin", test_folder());
	CU_ASSERT_FALSE(service_open(&service, &config, path, &err));
	TEST_CONTAINS(err.text, "nothing.bin cannot be read: No such file or directory");
	CU_ASSERT_FALSE(service_open(&service, &config, test_write("empty.bin", ""), &err));
	TEST_CONTAINS(err.text, "is empty or not a regular file");
	CU_ASSERT_FALSE(service_open(&service, &config, test_folder(), &err));
	TEST_CONTAINS(err.text, "is empty or not a regular file");
	service_close(&service);
}

/* The version is the user's text: whatever it is, the manifest stays JSON. */
static void any_version_makes_a_sound_manifest(void)
{
	struct service_config config;
	struct error err = {0};
	json_error_t why;

	memset(&config, 0, sizeof config);
	params_init(service_params, &config);
	CU_ASSERT(param_set(param_find(service_params, "version"), &config, "1\"2\\3", &err));
	CU_ASSERT_FATAL(service_open(&service, &config, test_write("os.bin", "abc"), &err));
	ask("GET", "/update/manifest.json", "");
	json_t *manifest = json_loadb((const char *)answer.body.data, answer.body.length, 0, &why);
	CU_ASSERT_FATAL(manifest != NULL);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(manifest, "version")), "1\"2\\3");
	json_decref(manifest);
	service_close(&service);
}

const CU_TestInfo tests_service[] = {
	{"the connectivity check has its text", the_connectivity_check_has_its_text},
	{"the manifest names the image with size and hash", the_manifest_names_the_image_with_size_and_hash},
	{"the image has ranges and a strong ETag", the_image_has_ranges_and_a_strong_etag},
	{"the image is there as a package too", the_image_is_there_as_a_package_too},
	{"a report is kept", a_report_is_kept},
	{"a long report is cut", a_long_report_is_cut},
	{"what is not there is 404 and what may not be done 405", what_is_not_there_is_404_and_what_may_not_be_done_405},
	{"an image that is none is an error", an_image_that_is_none_is_an_error},
	{"any version makes a sound manifest", any_version_makes_a_sound_manifest},
	CU_TEST_INFO_NULL,
};
