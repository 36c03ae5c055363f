// SPDX-License-Identifier: GPL-2.0-or-later
/* The update manifest: what is taken, and what is refused with which words. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "guest/agent/manifest.h"

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

const CU_TestInfo tests_guest_manifest[] = {
	{"images are taken", images_are_taken},
	{"no images means nothing new", no_images_means_nothing_new},
	{"cut off JSON is told with its line", cut_off_json_is_told_with_its_line},
	{"wrong members are named", wrong_members_are_named},
	CU_TEST_INFO_NULL,
};
