/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the manifest with jansson, strictly: every value is checked for type, length and range
 * before it is taken.
 */
#include "manifest.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static bool take_text(const json_t *object, const char *member, char *ret_text, size_t size, const char **ret_wrong)
{
	const json_t *value = json_object_get(object, member);
	const size_t length = json_string_length(value);

	*ret_wrong = member;
	if (!json_is_string(value) || length == 0 || length >= size || strlen(json_string_value(value)) != length)
		return false;
	memcpy(ret_text, json_string_value(value), length + 1);
	return true;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool take_hex(const json_t *object, const char *member, uint8_t *ret_bytes, size_t count, const char **ret_wrong)
{
	char text[2 * SIGNATURE_SIZE + 1];

	if (!take_text(object, member, text, sizeof(text), ret_wrong) || strlen(text) != 2 * count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret_bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* What both kinds of manifest say of an image. */
static bool take_image(const json_t *object, struct image *ret_image, const char **ret_wrong)
{
	static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const json_t *size = json_object_get(object, "size");

	if (!take_text(object, "name", ret_image->name, sizeof(ret_image->name), ret_wrong))
		return false;
	if (ret_image->name[0] == '.' || ret_image->name[strspn(ret_image->name, name_characters)])
		return false;
	if (!take_hex(object, "sha256", ret_image->sha256, SHA256_SIZE, ret_wrong))
		return false;
	*ret_wrong = "size";
	if (!json_is_integer(size) || json_integer_value(size) < 0)
		return false;
	ret_image->size = (uint64_t)json_integer_value(size);
	return true;
}

static bool take_plain_image(const json_t *object, struct image *ret_image, const char **ret_wrong)
{
	ret_image->stage = STAGE_PLAIN;
	ret_image->url_count = 1;
	return take_image(object, ret_image, ret_wrong) &&
	       take_text(object, "url", ret_image->urls[0], sizeof(ret_image->urls[0]), ret_wrong);
}

static bool take_manifest(struct manifest *ret_manifest, const json_t *root, const char **ret_wrong)
{
	const json_t *images = json_object_get(root, "images");

	memset(ret_manifest, 0, sizeof(*ret_manifest));
	if (!take_text(root, "version", ret_manifest->version, sizeof(ret_manifest->version), ret_wrong))
		return false;
	*ret_wrong = "images";
	if (!json_is_array(images) || json_array_size(images) > MANIFEST_IMAGES_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(images); i++)
		if (!take_plain_image(json_array_get(images, i), &ret_manifest->images[i], ret_wrong))
			return false;
	ret_manifest->image_count = json_array_size(images);
	return true;
}

static const char *const stage_names[STAGES] = {
	[STAGE_PREREQUISITE] = "prerequisite", [STAGE_OS] = "os", [STAGE_DEPLOYMENT] = "deployment", [STAGE_PLAIN] = "plain"};

const char *stage_name(enum stage stage)
{
	return stage_names[stage];
}

static bool take_urls(const json_t *object, struct image *ret_image, const char **ret_wrong)
{
	const json_t *urls = json_object_get(object, "urls");

	*ret_wrong = "urls";
	if (!json_is_array(urls) || json_array_size(urls) == 0 || json_array_size(urls) > MANIFEST_URLS_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(urls); i++) {
		const char *url = json_string_value(json_array_get(urls, i));

		if (!url || strlen(url) >= MANIFEST_URL_MAX)
			return false;
		memcpy(ret_image->urls[i], url, strlen(url) + 1);
	}
	ret_image->url_count = json_array_size(urls);
	return true;
}

/* The images of one stage; stages come in their order. */
static bool take_stage(struct manifest *manifest, const json_t *object, enum stage *ret_least, const char **ret_wrong)
{
	const json_t *images = json_object_get(object, "images");
	char kind[MANIFEST_NAME_MAX];
	enum stage stage = *ret_least;

	if (!take_text(object, "kind", kind, sizeof(kind), ret_wrong))
		return false;
	while (stage < STAGE_PLAIN && strcmp(kind, stage_names[stage]) != 0)
		stage++;
	if (stage == STAGE_PLAIN)
		return false;
	for (size_t i = 0; i < json_array_size(images); i++) {
		const json_t *source = json_array_get(images, i);
		struct image *image = &manifest->images[manifest->image_count];

		*ret_wrong = "images";
		if (manifest->image_count == MANIFEST_IMAGES_MAX)
			return false;
		if (!take_image(source, image, ret_wrong) || !take_urls(source, image, ret_wrong) ||
		    !take_hex(source, "signature", image->signature, SIGNATURE_SIZE, ret_wrong))
			return false;
		image->stage = stage;
		manifest->image_count++;
	}
	*ret_least = stage;
	return true;
}

static bool take_stages(struct manifest *ret_manifest, const json_t *root, const char **ret_wrong)
{
	const json_t *stages = json_object_get(root, "stages");
	enum stage least = STAGE_PREREQUISITE;

	memset(ret_manifest, 0, sizeof(*ret_manifest));
	if (!take_text(root, "version", ret_manifest->version, sizeof(ret_manifest->version), ret_wrong))
		return false;
	*ret_wrong = "stages";
	if (!json_is_array(stages))
		return false;
	for (size_t i = 0; i < json_array_size(stages); i++)
		if (!take_stage(ret_manifest, json_array_get(stages, i), &least, ret_wrong))
			return false;
	return true;
}

/* Reads JSON and hands it to @take. */
static bool parse(struct manifest *ret_manifest, const char *text, size_t length,
                  bool (*take)(struct manifest *, const json_t *, const char **), char *ret_wrong, size_t wrong_size)
{
	json_error_t error;
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	const char *member = "";
	bool good;

	if (!root) {
		snprintf(ret_wrong, wrong_size, "manifest line %d: %.100s", error.line, error.text);
		return false;
	}
	good = take(ret_manifest, root, &member);
	if (!good)
		snprintf(ret_wrong, wrong_size, "manifest: \"%s\" is missing or wrong", member);
	json_decref(root);
	return good;
}

bool manifest_parse(struct manifest *ret_manifest, const char *text, size_t length, char *ret_wrong, size_t wrong_size)
{
	return parse(ret_manifest, text, length, take_manifest, ret_wrong, wrong_size);
}

bool manifest_parse_stages(struct manifest *ret_manifest, const char *text, size_t length, char *ret_wrong, size_t wrong_size)
{
	return parse(ret_manifest, text, length, take_stages, ret_wrong, wrong_size);
}

bool manifest_open(const char *envelope, size_t length, char **ret_text, uint8_t ret_signature[SIGNATURE_SIZE], char *ret_wrong,
                   size_t wrong_size)
{
	json_t *root = json_loadb(envelope, length, JSON_REJECT_DUPLICATES, NULL);
	const char *text = json_string_value(json_object_get(root, "signed")), *member;

	*ret_text = text && take_hex(root, "signature", ret_signature, SIGNATURE_SIZE, &member) ? strdup(text) : NULL;
	if (!*ret_text)
		snprintf(ret_wrong, wrong_size, "the answer is no signed manifest");
	json_decref(root);
	return *ret_text;
}
