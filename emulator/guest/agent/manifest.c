// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the manifest with jansson, strictly: every value is checked for type, length and range before it is taken.
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

static bool take_sha256(const json_t *object, uint8_t ret_sha256[SHA256_SIZE], const char **ret_wrong)
{
	char text[2 * SHA256_SIZE + 1];

	if (!take_text(object, "sha256", text, sizeof(text), ret_wrong) || strlen(text) != 2 * SHA256_SIZE)
		return false;
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret_sha256[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool take_image(const json_t *object, struct image *ret_image, const char **ret_wrong)
{
	static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const json_t *size = json_object_get(object, "size");

	if (!take_text(object, "name", ret_image->name, sizeof(ret_image->name), ret_wrong))
		return false;
	if (ret_image->name[0] == '.' || ret_image->name[strspn(ret_image->name, name_characters)])
		return false;
	if (!take_text(object, "url", ret_image->url, sizeof(ret_image->url), ret_wrong) ||
	    !take_sha256(object, ret_image->sha256, ret_wrong))
		return false;
	*ret_wrong = "size";
	if (!json_is_integer(size) || json_integer_value(size) < 0)
		return false;
	ret_image->size = (uint64_t)json_integer_value(size);
	return true;
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
		if (!take_image(json_array_get(images, i), &ret_manifest->images[i], ret_wrong))
			return false;
	ret_manifest->image_count = json_array_size(images);
	return true;
}

bool manifest_parse(struct manifest *ret_manifest, const char *text, size_t length, char *ret_wrong, size_t wrong_size)
{
	json_error_t error;
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	const char *member = "";
	bool good;

	if (!root) {
		snprintf(ret_wrong, wrong_size, "manifest line %d: %.100s", error.line, error.text);
		return false;
	}
	good = take_manifest(ret_manifest, root, &member);
	if (!good)
		snprintf(ret_wrong, wrong_size, "manifest: \"%s\" is missing or wrong", member);
	json_decref(root);
	return good;
}
