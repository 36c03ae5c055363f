/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The update manifest: what is taken, and what is refused with which words. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/guest/agent/manifest.h"

extern const CU_TestInfo tests_guest_manifest[];

#define DIGEST "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"

static bool parse(struct manifest *manifest, const char *text, char wrong[128])
{
	wrong[0] = 0;
	return manifest_parse(manifest, text, strlen(text), wrong, 128);
}

static void images_are_taken(void)
{
	struct manifest manifest;
	char wrong[128];

	CU_ASSERT_TRUE(parse(&manifest,
	                     "{\"version\":\"2.0\",\"more\":1,\"images\":[{\"name\":\"os-1\",\"url\":\"http://h/"
	                     "i\",\"size\":5461232,\"sha256\":\"" DIGEST "\"}]}",
	                     wrong));
	CU_ASSERT_STRING_EQUAL(manifest.version, "2.0");
	CU_ASSERT_EQUAL(manifest.image_count, 1);
	CU_ASSERT_STRING_EQUAL(manifest.images[0].name, "os-1");
	CU_ASSERT_EQUAL(manifest.images[0].size, 5461232);
	CU_ASSERT_EQUAL(manifest.images[0].sha256[1], 0x01);
	CU_ASSERT_EQUAL(manifest.images[0].sha256[31], 0xff);
}

static void no_images_means_nothing_new(void)
{
	struct manifest manifest;
	char wrong[128];

	CU_ASSERT_TRUE(parse(&manifest, "{\"version\":\"1\",\"images\":[]}", wrong));
	CU_ASSERT_EQUAL(manifest.image_count, 0);
}

static void cut_off_json_is_told_with_its_line(void)
{
	struct manifest manifest;
	char wrong[128];

	CU_ASSERT_FALSE(parse(&manifest, "{\"version\":\"1\",\n\"ima", wrong));
	CU_ASSERT_EQUAL(strncmp(wrong, "manifest line 2: ", 17), 0);
}

static void wrong_members_are_named(void)
{
	static const struct {
		const char *image;
		const char *member;
	} cases[] = {
		{"{\"url\":\"u\",\"size\":1,\"sha256\":\"" DIGEST "\"}", "name"},
		{"{\"name\":\"../x\",\"url\":\"u\",\"size\":1,\"sha256\":\"" DIGEST "\"}", "name"},
		{"{\"name\":\"x\",\"url\":7,\"size\":1,\"sha256\":\"" DIGEST "\"}", "url"},
		{"{\"name\":\"x\",\"url\":\"u\",\"size\":-1,\"sha256\":\"" DIGEST "\"}", "size"},
		{"{\"name\":\"x\",\"url\":\"u\",\"size\":1.5,\"sha256\":\"" DIGEST "\"}", "size"},
		{"{\"name\":\"x\",\"url\":\"u\",\"size\":1,\"sha256\":\"00\"}", "sha256"},
	};
	struct manifest manifest;
	char text[512], wrong[128], expected[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "{\"version\":\"1\",\"images\":[%s]}", cases[i].image);
		snprintf(expected, sizeof(expected), "manifest: \"%s\" is missing or wrong", cases[i].member);
		CU_ASSERT_FALSE(parse(&manifest, text, wrong));
		CU_ASSERT_STRING_EQUAL(wrong, expected);
	}
}

#define SIGNATURE \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define IMAGE(name, urls) "{\"name\":\"" name "\",\"size\":7,\"sha256\":\"" DIGEST "\",\"signature\":\"" SIGNATURE "\",\"urls\":[" urls "]}"
#define STAGE(kind, images) "{\"kind\":\"" kind "\",\"images\":[" images "]}"

static bool parse_stages(struct manifest *manifest, const char *stages, char wrong[128])
{
	char text[4096];

	snprintf(text, sizeof(text), "{\"version\":\"22.01\",\"stages\":[%s]}", stages);
	wrong[0] = 0;
	return manifest_parse_stages(manifest, text, strlen(text), wrong, 128);
}

static void stages_are_taken_in_their_order(void)
{
	struct manifest manifest;
	char wrong[128];

	CU_ASSERT_TRUE_FATAL(parse_stages(&manifest,
	                                  STAGE("prerequisite", IMAGE("trust", "\"https://a/t\"")) "," STAGE(
						  "os", IMAGE("os", "\"https://a/o\",\"https://b/o\"")) "," STAGE("deployment", ""),
	                                  wrong));
	CU_ASSERT_STRING_EQUAL(manifest.version, "22.01");
	CU_ASSERT_EQUAL_FATAL(manifest.image_count, 2);
	CU_ASSERT_EQUAL(manifest.images[0].stage, STAGE_PREREQUISITE);
	CU_ASSERT_EQUAL(manifest.images[1].stage, STAGE_OS);
	CU_ASSERT_EQUAL(manifest.images[1].url_count, 2);
	CU_ASSERT_STRING_EQUAL(manifest.images[1].urls[1], "https://b/o");
	CU_ASSERT_EQUAL(manifest.images[1].signature[1], 0x11);
	CU_ASSERT_FALSE(parse_stages(&manifest, STAGE("os", IMAGE("o", "\"u\"")) "," STAGE("prerequisite", IMAGE("t", "\"u\"")), wrong));
	CU_ASSERT_FALSE(parse_stages(&manifest, STAGE("plain", IMAGE("o", "\"u\"")), wrong));
	CU_ASSERT_FALSE(parse_stages(&manifest, STAGE("os", IMAGE("o", "")), wrong));
	CU_ASSERT_STRING_EQUAL(wrong, "manifest: \"urls\" is missing or wrong");
	CU_ASSERT_FALSE(parse_stages(&manifest, STAGE("os", IMAGE("o", "\"1\",\"2\",\"3\",\"4\",\"5\"")), wrong));
}

static void more_images_than_there_is_room_for_are_refused(void)
{
	struct manifest manifest;
	char stages[16384] = "{\"kind\":\"os\",\"images\":[", wrong[128], text[16384];

	for (int i = 0; i <= MANIFEST_IMAGES_MAX; i++)
		snprintf(stages + strlen(stages), sizeof(stages) - strlen(stages), "%s%s", i > 0 ? "," : "", IMAGE("o", "\"u\""));
	snprintf(text, sizeof(text), "{\"version\":\"1\",\"stages\":[%s]}]}", stages);
	CU_ASSERT_FALSE(manifest_parse_stages(&manifest, text, strlen(text), wrong, sizeof(wrong)));
	CU_ASSERT_STRING_EQUAL(wrong, "manifest: \"images\" is missing or wrong");
}

static void an_envelope_is_opened(void)
{
	const char *good = "{\"signed\":\"{\\\"version\\\":1}\",\"signature\":\"" SIGNATURE "\"}",
		   *bad = "{\"signed\":7,\"signature\":\"" SIGNATURE "\"}";
	uint8_t signature[SIGNATURE_SIZE];
	char wrong[128], *text;

	CU_ASSERT_TRUE_FATAL(manifest_open(good, strlen(good), &text, signature, wrong, sizeof(wrong)));
	CU_ASSERT_STRING_EQUAL(text, "{\"version\":1}");
	CU_ASSERT_EQUAL(signature[63], 0xff);
	free(text);
	CU_ASSERT_FALSE(manifest_open(bad, strlen(bad), &text, signature, wrong, sizeof(wrong)));
	CU_ASSERT_FALSE(manifest_open("[", 1, &text, signature, wrong, sizeof(wrong)));
	CU_ASSERT_STRING_EQUAL(wrong, "the answer is no signed manifest");
}

const CU_TestInfo tests_guest_manifest[] = {
	{"images are taken", images_are_taken},
	{"no images means nothing new", no_images_means_nothing_new},
	{"cut off JSON is told with its line", cut_off_json_is_told_with_its_line},
	{"wrong members are named", wrong_members_are_named},
	{"stages are taken in their order", stages_are_taken_in_their_order},
	{"more images than there is room for are refused", more_images_than_there_is_room_for_are_refused},
	{"an envelope is opened", an_envelope_is_opened},
	CU_TEST_INFO_NULL,
};
