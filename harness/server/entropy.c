/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: RAND_set_rand_method() takes all of OpenSSL's draws, private ones included:
 * RAND_bytes_ex() and RAND_priv_bytes_ex() ask the method before the DRBGs of the providers
 * (crypto/rand/rand_lib.c of OpenSSL 3.0). A provider of our own would say the same in ten times as
 * many lines.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "harness/server/entropy.h"

#include <string.h>

#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "lib/base/check.h"

static struct entropy *in_force;

struct entropy entropy_of(uint64_t seed, const char *name, uint64_t what)
{
	return (struct entropy){random_stream(seed, name), what, 0};
}

void entropy_draw(struct entropy *entropy, uint8_t *ret_bytes, size_t length)
{
	while (length > 0) {
		uint64_t bits = random_bits(entropy->stream, entropy->what, entropy->draws++);
		size_t part = length < sizeof bits ? length : sizeof bits;
		for (size_t i = 0; i < part; i++)
			ret_bytes[i] = (uint8_t)(bits >> (8 * i));
		ret_bytes += part;
		length -= part;
	}
}

static int draw(unsigned char *bytes, int length)
{
	CHECK(in_force != NULL);
	entropy_draw(in_force, bytes, (size_t)length);
	return 1;
}

static int is_seeded(void)
{
	return 1;
}

void entropy_use(struct entropy *entropy)
{
	static const RAND_METHOD method = {.bytes = draw, .pseudorand = draw, .status = is_seeded};

	if (RAND_get_rand_method() != &method) {
		/* The machine's openssl.cnf could change what is offered on the wire. */
		CHECK(OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1);
		CHECK(RAND_set_rand_method(&method) == 1);
	}
	in_force = entropy;
}
