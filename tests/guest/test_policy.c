/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The update agent's parameters: how a configuration is read, and the back-off rule. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "emulator/guest/agent/policy.h"

extern const CU_TestInfo tests_guest_policy[];

static void nothing_given_means_the_defaults(void)
{
	struct policy policy;
	char wrong[128];

	policy_init(&policy);
	CU_ASSERT_TRUE(policy_read(&policy, "", wrong, sizeof(wrong)));
	CU_ASSERT_EQUAL(policy.retries[PHASE_DOWNLOAD], 5);
	CU_ASSERT_EQUAL(policy.retries[PHASE_VERIFY], 5);
	CU_ASSERT_EQUAL(policy.resume, 1);
	CU_ASSERT_STRING_EQUAL(policy.connect_text, "Microsoft Connect Test");
}

static void values_are_read_as_a_shell_reads_them(void)
{
	struct policy policy;
	char wrong[128];

	policy_init(&policy);
	CU_ASSERT_TRUE(policy_read(&policy, "DEVICE_NAME='it'\\''s one'\nUPDATE_HOST=\"a \\\"b\\\"\"\nCONNECT_HOST=''\nNTP_SERVER=x\\ y\n",
	                           wrong, sizeof(wrong)));
	CU_ASSERT_STRING_EQUAL(policy.device_name, "it's one");
	CU_ASSERT_STRING_EQUAL(policy.update_host, "a \"b\"");
	CU_ASSERT_STRING_EQUAL(policy.connect_host, "");
	CU_ASSERT_STRING_EQUAL(policy.ntp_server, "x y");
}

static void foreign_keys_and_comments_are_skipped(void)
{
	struct policy policy;
	char wrong[128];

	policy_init(&policy);
	CU_ASSERT_TRUE(policy_read(&policy, "# a comment\n\nGUEST_SEED=00ff\nBACKOFF_MS=7", wrong, sizeof(wrong)));
	CU_ASSERT_EQUAL(policy.backoff_ms, 7);
}

static void retries_sets_all_phases_and_a_later_key_one(void)
{
	struct policy policy;
	char wrong[128];

	policy_init(&policy);
	CU_ASSERT_TRUE(policy_read(&policy, "RETRIES=2\nRETRIES_DOWNLOAD=9\n", wrong, sizeof(wrong)));
	CU_ASSERT_EQUAL(policy.retries[PHASE_DNS], 2);
	CU_ASSERT_EQUAL(policy.retries[PHASE_VERIFY], 2);
	CU_ASSERT_EQUAL(policy.retries[PHASE_DOWNLOAD], 9);
}

static void a_wrong_value_is_told_with_its_line(void)
{
	struct policy policy;
	char wrong[128] = "";

	policy_init(&policy);
	CU_ASSERT_FALSE(policy_read(&policy, "RESUME=1\nBACKOFF_MS=1s\n", wrong, sizeof(wrong)));
	CU_ASSERT_STRING_EQUAL(wrong, "config line 2: BACKOFF_MS: wrong value '1s'");
	CU_ASSERT_FALSE(policy_read(&policy, "nonsense\n", wrong, sizeof(wrong)));
	CU_ASSERT_STRING_EQUAL(wrong, "config line 1: expected KEY=value");
	CU_ASSERT_FALSE(policy_read(&policy, "UPDATE_HOST='open\n", wrong, sizeof(wrong)));
	CU_ASSERT_PTR_NOT_NULL(strstr(wrong, "open quote"));
}

static void back_off_grows_up_to_its_maximum(void)
{
	struct policy policy;

	policy_init(&policy);
	policy.backoff_ms = 1000;
	policy.backoff_factor = 150;
	policy.backoff_max_ms = 2000;
	CU_ASSERT_EQUAL(policy_backoff_ms(&policy, 1), 1000);
	CU_ASSERT_EQUAL(policy_backoff_ms(&policy, 2), 1500);
	CU_ASSERT_EQUAL(policy_backoff_ms(&policy, 3), 2000);
	CU_ASSERT_EQUAL(policy_backoff_ms(&policy, 1000000000), 2000);
}

static void back_off_may_stay_or_shrink(void)
{
	struct policy policy;

	policy_init(&policy);
	policy.backoff_ms = 100;
	policy.backoff_factor = 100;
	CU_ASSERT_EQUAL(policy_backoff_ms(&policy, 50), 100);
	policy.backoff_factor = 0;
	CU_ASSERT_EQUAL(policy_backoff_ms(&policy, 2), 0);
}

const CU_TestInfo tests_guest_policy[] = {
	{"nothing given means the defaults", nothing_given_means_the_defaults},
	{"values are read as a shell reads them", values_are_read_as_a_shell_reads_them},
	{"foreign keys and comments are skipped", foreign_keys_and_comments_are_skipped},
	{"retries sets all phases and a later key one", retries_sets_all_phases_and_a_later_key_one},
	{"a wrong value is told with its line", a_wrong_value_is_told_with_its_line},
	{"back-off grows up to its maximum", back_off_grows_up_to_its_maximum},
	{"back-off may stay or shrink", back_off_may_stay_or_shrink},
	CU_TEST_INFO_NULL,
};
