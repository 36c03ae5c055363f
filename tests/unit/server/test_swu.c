/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/swu.h"

#include <inttypes.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/server/pki.h"
#include "tests/test.h"

extern const CU_TestInfo tests_swu[];

/* SHA-256 of "abc" (FIPS 180-4, an example of NIST). */
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HEADER_SIZE 110U
#define FIELDS 13U
#define FILES_MAX 8U
#define OUTPUT_MAX 4096

/* Fields of a header, in their order (cpio(5)). */
enum { INODE, MODE, OWNER, GROUP, LINKS, TIME, SIZE, DEV_MAJOR, DEV_MINOR, RDEV_MAJOR, RDEV_MINOR, NAME_SIZE, CHECK_SUM };

struct file {
	char name[32];
	unsigned fields[FIELDS];
	struct bytes data;
};

static uint8_t *package;
static size_t package_length;
static struct file files[FILES_MAX];

static size_t padded(size_t size)
{
	return (size + 3) / 4 * 4;
}

/* Reads the file at @at with a reader of its own; tells where the next one begins. */
static size_t read_file(struct bytes archive, size_t at, struct file *ret_file)
{
	char digits[9] = "";

	CU_ASSERT_FATAL(bytes_have(archive, at, HEADER_SIZE));
	CU_ASSERT_FATAL(memcmp(archive.data + at, "070702", 6) == 0);
	for (unsigned i = 0; i < FIELDS; i++) {
		memcpy(digits, archive.data + at + 6 + 8 * (size_t)i, 8);
		CU_ASSERT_EQUAL_FATAL(strspn(digits, "0123456789abcdef"), 8);
		ret_file->fields[i] = (unsigned)strtoul(digits, NULL, 16);
	}
	size_t name_size = ret_file->fields[NAME_SIZE], size = ret_file->fields[SIZE];
	CU_ASSERT_FATAL(name_size <= sizeof ret_file->name && bytes_have(archive, at + HEADER_SIZE, name_size));
	memcpy(ret_file->name, archive.data + at + HEADER_SIZE, name_size);
	CU_ASSERT_EQUAL_FATAL(ret_file->name[name_size - 1], '\0');
	at = padded(at + HEADER_SIZE + name_size);
	CU_ASSERT_FATAL(bytes_have(archive, at, size));
	ret_file->data = bytes_of(archive.data + at, size);
	return padded(at + size);
}

/* Makes a package and reads it up to its trailer; tells how many files it has. */
static unsigned make(const char *version, struct bytes image)
{
	unsigned count = 0;
	size_t at = 0;

	package = swu_make(version, image, ABC_SHA256, &package_length);
	do {
		CU_ASSERT_FATAL(count < FILES_MAX);
		at = read_file(bytes_of(package, package_length), at, &files[count]);
	} while (strcmp(files[count++].name, "TRAILER!!!") != 0);
	/* Whole blocks, and nothing but padding behind the trailer. */
	CU_ASSERT(package_length % 512 == 0 && package_length - at < 512);
	for (; at < package_length; at++)
		CU_ASSERT_EQUAL(package[at], 0);
	return count - 1;
}

static void the_description_comes_first_then_its_signature_then_the_image(void)
{
	CU_ASSERT_EQUAL_FATAL(make("22.02", bytes_of("abc", 3)), 3);
	CU_ASSERT_STRING_EQUAL(files[0].name, "sw-description");
	CU_ASSERT_STRING_EQUAL(files[1].name, "sw-description.sig");
	CU_ASSERT_STRING_EQUAL(files[2].name, "os.bin");
	CU_ASSERT(files[2].data.length == 3 && memcmp(files[2].data.data, "abc", 3) == 0);
	for (unsigned i = 0; i < 3; i++) {
		uint32_t sum = 0;
		for (size_t j = 0; j < files[i].data.length; j++)
			sum += files[i].data.data[j];
		CU_ASSERT_EQUAL(files[i].fields[CHECK_SUM], sum);
		CU_ASSERT_EQUAL(files[i].fields[INODE], i + 1);
		CU_ASSERT_EQUAL(files[i].fields[MODE], 0100644);
		CU_ASSERT(files[i].fields[OWNER] == 0 && files[i].fields[TIME] == 0 && files[i].fields[LINKS] == 1);
	}
	free(package);
}

static char *description(const char *version)
{
	char *text = NULL;

	(void)make(version, bytes_of("abc", 3));
	CU_ASSERT_FATAL(asprintf(&text, "%.*s", (int)files[0].data.length, (const char *)files[0].data.data) > 0);
	free(package);
	return text;
}

static void the_description_says_what_is_to_be_done(void)
{
	char *text = description("22.02");

	TEST_SAME_TEXT(text, "software =\n{\n\tversion = \"22.02\";\n\thardware-compatibility: [ \"1.0\" ];\n\timages: (\n\t\t{\n"
	                     "\t\t\tfilename = \"os.bin\";\n\t\t\ttype = \"rawfile\";\n\t\t\tpath = \"/run/os.bin\";\n"
	                     "\t\t\tinstalled-directly = true;\n\t\t\tsha256 = \"" ABC_SHA256 "\";\n\t\t}\n\t);\n}\n");
	free(text);
	/* A text of the user's stays one text. */
	text = description("2\"\\\n\t2");
	TEST_CONTAINS(text, "\tversion = \"2\\\"\\\\  2\";\n");
	free(text);
}

static void the_same_image_makes_the_same_bytes(void)
{
	size_t length, other_length;
	uint8_t *once = swu_make("22.02", bytes_of("abc", 3), ABC_SHA256, &length);
	uint8_t *again = swu_make("22.02", bytes_of("abc", 3), ABC_SHA256, &other_length);

	CU_ASSERT(length == other_length && memcmp(once, again, length) == 0);
	free(again);
	again = swu_make("22.03", bytes_of("abc", 3), ABC_SHA256, &other_length);
	CU_ASSERT(length != other_length || memcmp(once, again, length) != 0);
	free(again);
	free(once);
}

/*
 * As SWUpdate does it (corelib/swupdate_cms_verify.c), with the certificate that lies in the guest.
 */
static bool is_signed(struct bytes text, struct bytes signature)
{
	BIO *trust = BIO_new_file("emulator/guest/clients/swupdate.pem", "r"), *content = BIO_new_mem_buf(text.data, (int)text.length);
	const unsigned char *at = signature.data;
	X509_STORE *store = X509_STORE_new();

	CU_ASSERT_FATAL(trust != NULL && content != NULL && store != NULL);
	X509 *certificate = PEM_read_bio_X509(trust, NULL, NULL, NULL);
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)signature.length);
	CU_ASSERT_FATAL(certificate != NULL && cms != NULL && at == signature.data + signature.length);
	CU_ASSERT(X509_STORE_add_cert(store, certificate) == 1 && X509_STORE_set_purpose(store, X509_PURPOSE_SMIME_SIGN) == 1);
	bool good = CMS_verify(cms, NULL, store, content, NULL, CMS_BINARY) == 1;
	CMS_ContentInfo_free(cms);
	X509_free(certificate);
	X509_STORE_free(store);
	BIO_free(content);
	BIO_free(trust);
	return good;
}

static void the_guest_trusts_the_signature(void)
{
	(void)make("22.02", bytes_of("abc", 3));
	CU_ASSERT(is_signed(files[0].data, files[1].data));
	package[files[0].data.data - package + 20] ^= 1;
	CU_ASSERT(!is_signed(files[0].data, files[1].data));
	free(package);
}

static void the_guest_has_the_certificate_of_the_key(void)
{
	char *in_guest = test_read("emulator/guest/clients/swupdate.pem"), *made = pki_package_certificate();

	CU_ASSERT_PTR_NOT_NULL_FATAL(in_guest);
	TEST_SAME_TEXT(in_guest, made);
	free(made);
	free(in_guest);
}

static void odd_images_are_padded(void)
{
	uint8_t image[9] = {1, 2, 3, 4, 5, 6, 7, 8, 255};

	for (size_t length = 1; length <= sizeof image; length++) {
		CU_ASSERT_EQUAL(make("22.02", bytes_of(image, length)), 3);
		CU_ASSERT(files[2].data.length == length && memcmp(files[2].data.data, image, length) == 0);
		free(package);
	}
}

static void cpio_can_list_it(void)
{
	static char output[OUTPUT_MAX];
	char path[512];

	test_needs_program("cpio");
	(void)make("22.02", bytes_of("abc", 3));
	(void)snprintf(path, sizeof path, "%s/os.swu", test_folder());
	FILE *stream = fopen(path, "wb");
	CU_ASSERT_FATAL(stream != NULL);
	CU_ASSERT(fwrite(package, 1, package_length, stream) == package_length && fclose(stream) == 0);
	free(package);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && cpio --quiet -it <os.swu && cpio --quiet -i <os.swu && cat os.bin",
	                           test_folder()),
	                0);
	CU_ASSERT_STRING_EQUAL(output, "sw-description\nsw-description.sig\nos.bin\nabc");
}

const CU_TestInfo tests_swu[] = {
	{"the description comes first, then its signature, then the image", the_description_comes_first_then_its_signature_then_the_image},
	{"the description says what is to be done", the_description_says_what_is_to_be_done},
	{"the same image makes the same bytes", the_same_image_makes_the_same_bytes},
	{"the guest trusts the signature", the_guest_trusts_the_signature},
	{"the guest has the certificate of the key", the_guest_has_the_certificate_of_the_key},
	{"odd images are padded", odd_images_are_padded},
	{"cpio can list it", cpio_can_list_it},
	CU_TEST_INFO_NULL,
};
