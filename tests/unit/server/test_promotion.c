/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/promotion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static const struct promotion good = {.version = "22.01",
                                      .from = "retail-eval",
                                      .to = "retail",
                                      .baseline = "21.10",
                                      .candidate = "22.01",
                                      .suites = "release",
                                      .decided = "2026-01-02T03:04:05Z"};

/* What is said of the record once @p from in it has become @p to. */
static const char *told_of(const char *from, const char *to)
{
	struct pki *pki = pki_open(1767225600);
	char *text = promotion_write(&good, pki), changed[4096];
	struct promotion read;
	const char *at = strstr(text, from);

	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	(void)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	const char *wrong = promotion_read(changed, pki, &read);
	free(text);
	pki_close(pki);
	return wrong;
}

static void a_record_comes_back_as_it_was(void)
{
	struct pki *pki = pki_open(1767225600);
	char *text = promotion_write(&good, pki);
	struct promotion read;

	CU_ASSERT_PTR_NULL(promotion_read(text, pki, &read));
	CU_ASSERT(memcmp(&read, &good, sizeof good) == 0);
	free(text);
	pki_close(pki);
	/* How it is laid out does not matter. */
	CU_ASSERT_PTR_NULL(told_of("\n  \"to\": ", " \"to\":   "));
}

static void what_was_changed_is_refused(void)
{
	static const char not_signed[] = "it is not signed with the update-signing key";

	TEST_SAME_TEXT(told_of("22.01", "22.02"), not_signed);
	TEST_SAME_TEXT(told_of("\"to\": \"retail\"", "\"to\": \"all\""), not_signed);
	TEST_SAME_TEXT(told_of("\"signature\"", "\"signed\""), not_signed);
	TEST_SAME_TEXT(told_of("{", "{\"more\": 1,"), not_signed);
	TEST_SAME_TEXT(told_of("{", "["), "it is no JSON object");
}

const CU_TestInfo tests_promotion[] = {
	{"a record comes back as it was", a_record_comes_back_as_it_was},
	{"what was changed is refused", what_was_changed_is_refused},
	CU_TEST_INFO_NULL,
};
