/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/hash.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/check.h"

XXH3_state_t *hash_begin(void)
{
	XXH3_state_t *state = XXH3_createState();

	CHECK(state != NULL && XXH3_128bits_reset(state) == XXH_OK);
	return state;
}

void hash_add(XXH3_state_t *state, const void *bytes, size_t length)
{
	CHECK(XXH3_128bits_update(state, bytes, length) == XXH_OK);
}

void hash_tell(const XXH3_state_t *state, char ret_text[HASH_TEXT_MAX])
{
	XXH128_hash_t hash = XXH3_128bits_digest(state);

	(void)snprintf(ret_text, HASH_TEXT_MAX, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64, (uint64_t)hash.low64);
}

void hash_end(XXH3_state_t *state, char ret_text[HASH_TEXT_MAX])
{
	hash_tell(state, ret_text);
	(void)XXH3_freeState(state);
}

bool hash_add_file(XXH3_state_t *state, const char *path)
{
	FILE *stream = fopen(path, "re");
	char piece[65536];
	size_t got;

	if (stream == NULL)
		return false;
	while ((got = fread(piece, 1, sizeof piece, stream)) > 0)
		hash_add(state, piece, got);
	bool good = !ferror(stream);
	(void)fclose(stream);
	return good;
}

void hash_file(const char *path, char ret_text[HASH_TEXT_MAX])
{
	XXH3_state_t *state = hash_begin();
	bool good = hash_add_file(state, path);

	hash_end(state, ret_text);
	if (!good)
		ret_text[0] = '\0';
}

const char *hash_hex(const uint8_t *bytes, size_t length, char *ret_text)
{
	ret_text[0] = '\0';
	for (size_t i = 0; i < length; i++)
		(void)snprintf(ret_text + 2 * i, 3, "%02x", bytes[i]);
	return ret_text;
}
