/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;

static unsigned index_of(const struct enc28j60_reg *reg)
{
	return reg->bank == ENC28J60_EVERY_BANK ? reg->address : reg->bank * 32u + reg->address;
}

static uint8_t mask_of(const struct enc28j60_reg *reg)
{
	return (uint8_t)(reg->write_mask | reg->clear_mask | reg->read_only_mask |
	                 reg->reserved_mask);
}

/* What a healthy idle chip reads after a reset, beyond the table: clock ready, revision B7. */
static uint8_t expected_after_reset(const struct enc28j60_reg *reg)
{
	unsigned index = index_of(reg);

	if (index == ENC28J60_EREVID)
		return STUTTER_ENC28J60_B7;
	return (uint8_t)(reg->reset_value | (index == ENC28J60_ESTAT ? ESTAT_CLKRDY : 0));
}

static void each_row_is_consistent(void)
{
	size_t count;
	const struct enc28j60_reg *regs = stutter_enc_regs(&count);

	CU_ASSERT_EQUAL(count, 83);
	for (size_t i = 0; i < count; i++) {
		const struct enc28j60_reg *reg = &regs[i];
		unsigned overlap = (reg->write_mask & reg->clear_mask) |
		                   (reg->write_mask & reg->read_only_mask) |
		                   (reg->clear_mask & reg->read_only_mask) |
		                   (reg->reserved_mask & (mask_of(reg) ^ reg->reserved_mask));

		CU_ASSERT_EQUAL(overlap, 0);
		CU_ASSERT_EQUAL(reg->reset_value & ~mask_of(reg), 0);
		CU_ASSERT_PTR_NOT_NULL(reg->section);
		CU_ASSERT_PTR_EQUAL(stutter_enc_reg_at(index_of(reg)), reg);
		CU_ASSERT(i == 0 || reg->bank == ENC28J60_EVERY_BANK ||
		          index_of(reg) > index_of(reg - 1));
	}
}

static void each_row_has_its_reset_value_after_power_on(void)
{
	size_t count;
	const struct enc28j60_reg *regs = stutter_enc_regs(&count);

	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(chip_rcr(&f, index_of(&regs[i])) &
		                        ~(index_of(&regs[i]) == ENC28J60_ECON1 ? ECON1_BSEL : 0),
		                expected_after_reset(&regs[i]));
	CU_ASSERT_EQUAL(f.event_count, 0);
}

/* The values of DS39662 table 3-2, written down a second time. */
static void data_sheet_reset_values_hold(void)
{
	static const struct {
		unsigned index;
		uint16_t value;
	} words[] = {
		{ENC28J60_ERDPTL, 0x05fa},   {ENC28J60_EWRPTL, 0},
		{ENC28J60_ETXSTL, 0},        {ENC28J60_ETXNDL, 0},
		{ENC28J60_ERXSTL, 0x05fa},   {ENC28J60_ERXNDL, 0x1fff},
		{ENC28J60_ERXRDPTL, 0x05fa}, {ENC28J60_ERXWRPTL, 0},
		{ENC28J60_MAMXFLL, 0x0600},  {ENC28J60_EPAUSL, 0x1000},
		{ENC28J60_MACLCON1, 0x370f},
	};

	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		CU_ASSERT_EQUAL(chip_rcr16(&f, words[i].index), words[i].value);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON2), 0x80);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ERXFCON), 0xa1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECOCON), 0x04);
}

/* Registers whose writing acts are walked in their own tests. */
static bool acts(unsigned index)
{
	return index == ENC28J60_ECON1 || index == ENC28J60_ECON2 || index == ENC28J60_MICMD ||
	       index == ENC28J60_MIWRH || index == ENC28J60_ERXRDPTL ||
	       index == ENC28J60_ERXRDPTH || index == ENC28J60_EBSTCON;
}

static void each_row_stores_its_writable_bits_and_no_others(void)
{
	size_t count;
	const struct enc28j60_reg *regs = stutter_enc_regs(&count);

	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct enc28j60_reg *reg = &regs[i];
		unsigned index = index_of(reg);
		uint8_t fixed = expected_after_reset(reg) & (reg->read_only_mask | reg->clear_mask);

		if (acts(index))
			continue;
		for (unsigned bit = 0; bit < 8; bit++) {
			chip_wcr(&f, index, (uint8_t)(1u << bit));
			CU_ASSERT_EQUAL(chip_rcr(&f, index), (1u << bit & reg->write_mask) | fixed);
		}
		chip_wcr(&f, index, 0xff);
		if (index == ENC28J60_MACON3)
			CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EFLOCON), EFLOCON_FULDPXS);
		CU_ASSERT_EQUAL(chip_rcr(&f, index) & reg->write_mask, reg->write_mask);
		chip_wcr(&f, index, 0);
	}
}

static void each_row_returns_to_its_reset_value_by_src(void)
{
	size_t count;
	const struct enc28j60_reg *regs = stutter_enc_regs(&count);

	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < count; i++)
		if (!acts(index_of(&regs[i])))
			chip_wcr(&f, index_of(&regs[i]), (uint8_t)~regs[i].reset_value);
	chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x0101);
	chip_src(&f);
	chip_wait(&f, 1000000);
	chip_clear_events(&f);
	for (size_t i = 0; i < count; i++) {
		uint8_t found = chip_rcr(&f, index_of(&regs[i]));

		if (index_of(&regs[i]) == ENC28J60_ECOCON)
			CU_ASSERT_EQUAL(found, 0x03) /* CLKOUT survives every reset but power on
			                                (DS39662 sec. 2.3) */
		else if (index_of(&regs[i]) != ENC28J60_ECON1)
			CU_ASSERT_EQUAL(found, expected_after_reset(&regs[i]));
	}
	CU_ASSERT_EQUAL(f.event_count, 0);
}

static void mac_and_mii_reads_have_a_dummy_byte(void)
{
	size_t count;
	const struct enc28j60_reg *regs = stutter_enc_regs(&count);

	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[4] = {regs[i].address};
		uint8_t value = chip_rcr(&f, index_of(&regs[i]));

		stutter_enc28j60_transfer(&f.chip, bytes, bytes, sizeof(bytes), f.now_ns);
		CU_ASSERT_EQUAL(bytes[1], regs[i].kind == ENC28J60_ETH ? value : 0);
		CU_ASSERT_EQUAL(bytes[2], value);
		CU_ASSERT_EQUAL(bytes[3], value);
	}
}

static void common_registers_are_in_every_bank(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_EIE, EIE_PKTIE | EIE_INTIE);
	for (uint8_t bank = 0; bank < 4; bank++) {
		chip_wcr(&f, ENC28J60_ECON1, bank);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIE), EIE_PKTIE | EIE_INTIE);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1), bank);
	}
}

static void unimplemented_addresses_read_zero_and_are_found(void)
{
	chip_fixture_init(&f, NULL);
	for (unsigned index = 0; index < STUTTER_ENC28J60_REG_COUNT; index++) {
		if (stutter_enc_reg_at(index))
			continue;
		chip_clear_events(&f);
		chip_wcr(&f, index, 0xff);
		CU_ASSERT_EQUAL(chip_rcr(&f, index), 0);
		CU_ASSERT_EQUAL(chip_count_id(&f, "unimplemented"), 2);
		CU_ASSERT_EQUAL(f.events[0].address, index);
		CU_ASSERT_EQUAL(f.events[0].value, 0xff);
	}
}

static void bit_field_set_and_clear_touch_only_their_bits(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_ERXFCON, 0x0f);
	chip_bfs(&f, ENC28J60_ERXFCON, 0x30);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ERXFCON), 0x3f);
	chip_bfc(&f, ENC28J60_ERXFCON, 0x11);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ERXFCON), 0x2e);
}

static void bit_field_on_a_mac_register_may_do_nothing(void)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.bit_field_ops_reach_mac = false;
	chip_fixture_init(&f, &config);
	chip_wcr(&f, ENC28J60_MACON3, 0x10);
	chip_bfs(&f, ENC28J60_MACON3, 0x02);
	chip_bfc(&f, ENC28J60_MICMD, 0x01);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACON3), 0x10);
	CU_ASSERT_EQUAL(chip_count_id(&f, "bit-field-mac"), 2);
}

static void bit_field_on_a_mac_register_acts_and_is_found(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MACON3, 0x10);
	chip_bfs(&f, ENC28J60_MACON3, 0x02);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACON3), 0x12);
	CU_ASSERT_EQUAL(chip_count_id(&f, "bit-field-mac"), 1);
}

static void flags_can_be_cleared_but_not_set(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_EIR, 0x7b);
	chip_bfs(&f, ENC28J60_ESTAT, 0x53);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), ESTAT_CLKRDY);
	f.chip.regs[ENC28J60_EIR] = EIR_TXIF | EIR_RXERIF;
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_RXERIF);
	chip_wcr(&f, ENC28J60_EIR, EIR_TXIF);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
}

static void writing_read_only_registers_is_found(void)
{
	static const unsigned indices[] = {ENC28J60_ERXWRPTL, ENC28J60_EPKTCNT, ENC28J60_MIRDH,
	                                   ENC28J60_MISTAT,   ENC28J60_EREVID,  ENC28J60_EDMACSL,
	                                   ENC28J60_EBSTCSH};

	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++)
		chip_wcr(&f, indices[i], 0x55);
	CU_ASSERT_EQUAL(chip_count_id(&f, "read-only"), sizeof(indices) / sizeof(indices[0]));
}

static void read_pointer_low_byte_waits_for_the_high_byte(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_ERXRDPTL, 0x33);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXRDPTL), 0x05fa);
	chip_wcr(&f, ENC28J60_ERXRDPTL, 0x35);
	chip_wcr(&f, ENC28J60_ERXRDPTH, 0x12);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXRDPTL), 0x1235);
	chip_wcr(&f, ENC28J60_ERXRDPTH, 0x13);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXRDPTL), 0x1335);
}

static void revisions_can_be_chosen(void)
{
	static const enum stutter_enc28j60_revision revisions[] = {
		STUTTER_ENC28J60_B1, STUTTER_ENC28J60_B4, STUTTER_ENC28J60_B5, STUTTER_ENC28J60_B7};
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	for (size_t i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++) {
		config.revision = revisions[i];
		chip_fixture_init(&f, &config);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EREVID), revisions[i]);
	}
}

static void address_registers_are_in_the_data_sheets_order(void)
{
	CU_ASSERT_STRING_EQUAL(stutter_enc_reg_at(0x64)->name, "MAADR1");
	CU_ASSERT_STRING_EQUAL(stutter_enc_reg_at(0x61)->name, "MAADR6");
	CU_ASSERT_STRING_EQUAL(stutter_enc_reg_at(0x38)->name, "ERXFCON");
	CU_ASSERT_STRING_EQUAL(stutter_enc_reg_at(0x7f)->name, "ECON1");
	CU_ASSERT_PTR_NULL(stutter_enc_reg_at(0x1a));
	CU_ASSERT_PTR_NULL(stutter_enc_reg_at(128));
}

const CU_TestInfo tests_registers[] = {
	{"each row is consistent", each_row_is_consistent},
	{"each row has its reset value after power on",
         each_row_has_its_reset_value_after_power_on},
	{"data sheet reset values hold", data_sheet_reset_values_hold},
	{"each row stores its writable bits and no others",
         each_row_stores_its_writable_bits_and_no_others},
	{"each row returns to its reset value by src", each_row_returns_to_its_reset_value_by_src},
	{"mac and mii reads have a dummy byte", mac_and_mii_reads_have_a_dummy_byte},
	{"common registers are in every bank", common_registers_are_in_every_bank},
	{"unimplemented addresses read zero and are found",
         unimplemented_addresses_read_zero_and_are_found},
	{"bit field set and clear touch only their bits",
         bit_field_set_and_clear_touch_only_their_bits},
	{"bit field on a mac register may do nothing", bit_field_on_a_mac_register_may_do_nothing},
	{"bit field on a mac register acts and is found",
         bit_field_on_a_mac_register_acts_and_is_found},
	{"flags can be cleared but not set", flags_can_be_cleared_but_not_set},
	{"writing read only registers is found", writing_read_only_registers_is_found},
	{"read pointer low byte waits for the high byte",
         read_pointer_low_byte_waits_for_the_high_byte},
	{"revisions can be chosen", revisions_can_be_chosen},
	{"address registers are in the data sheets order",
         address_registers_are_in_the_data_sheets_order},
	CU_TEST_INFO_NULL,
};
