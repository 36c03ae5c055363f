/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The errata sheet as a table (DS80349C, tables 1 and 2), and the one place that decides whether an
 * erratum acts.
 *
 * How it works: a bit of config.errata says that the chip has an erratum. Some act whenever the
 * host does what the sheet warns of. Of the others the sheet says "may", "sometimes" or
 * "unreliable": those act on one event of so many, by a draw that is a function of config.seed,
 * the erratum and the number of the event since power on, and of nothing else, so that no
 * decision moves another. A bit of config.errata_worst has them act on every event, so that a
 * host that leaves out the work-around is seen to fail.
 *
 * How often silicon acts nobody has published. The figures are assumptions between two bounds:
 * often enough that a long session meets most of them, and seldom enough that drivers that have
 * served for years without a work-around go on serving here. Erratum 14 is the rarest, since one
 * wrong next-packet pointer makes most drivers deaf for good, and those that write even pointers
 * take days to get there.
 */
#include "chip.h"

#define IS(revision) (UINT32_C(1) << STUTTER_ENC28J60_##revision)
#define EVERY (IS(B1) | IS(B4) | IS(B5) | IS(B7))
#define EARLY (IS(B1) | IS(B4))
#define LATE (IS(B5) | IS(B7))

/* clang-format off */
static const struct stutter_enc28j60_erratum rows[] = {
	{ 1, "MAC interface", EARLY, "MAC registers need an SPI clock of 8 MHz", 100, "accesses to a MAC or MII register below 8 MHz",
	  "a write is lost, a read gives 0", "the sheet says unreliable; how and how often is an assumption" },
	{ 2, "Reset", EVERY, "SRC does not clear CLKRDY", 1, NULL, "CLKRDY stays set while MAC and PHY stand still, for 1 ms after SRC", "the sheet" },
	{ 3, "Core", EARLY, "no industrial temperature range", 1, NULL, "a finding outside 0..70 instead of -40..85 degrees Celsius", "the sheet" },
	{ 4, "Oscillator", EVERY, "CLKOUT stops in power save", 1, NULL, "`stutter_enc28j60_clkout_hz()` is 0 until the clock is back", "the sheet" },
	{ 5, "Memory", EVERY, "the receive write pointer goes astray", 100, "writes of ERXST or ERXND", "it becomes 0000h",
	  "the sheet says sometimes; how often is an assumption" },
	{ 6, "Interrupts", EVERY, "PKTIF is unreliable", 1000, "reads of EIR with a packet pending",
	  "EIR.PKTIF reads 0; INT and ESTAT.INT work", "the sheet says not reliably; how and how often is an assumption" },
	{ 7, "PHY", EVERY, "reversed polarity is not corrected", 1, NULL, "with `config.polarity_reversed` every bit arrives inverted",
	  "the sheet says unreliable; that it never works is an assumption" },
	{ 8, "PHY", EARLY, "RBIAS is 2.7 kOhm", 1, NULL, "a finding unless `config.rbias_ohm` is 2700 instead of 2320", "the sheet" },
	{ 9, "PHY", EVERY, "half-duplex loopback is unreliable", 10, "looped frames", "it is lost",
	  "the sheet says unreliable; how and how often is an assumption" },
	{ 10, "PHY", EVERY, "full-duplex loopback is unreliable", 10, "looped frames", "it is lost",
	  "the sheet says unreliable; how and how often is an assumption" },
	{ 11, "PHY LEDs", EVERY, "LED setting 1110 does not exist", 1, NULL, "using it is a finding", "the sheet" },
	{ 12, "Transmit logic", EVERY, "a half-duplex abort stalls transmission", 10, "aborts, clearings of TXRTS and of TXRST",
	  "after an abort TXRTS stays set and nothing is sent until TXRST; clearing TXRTS or TXRST raises TXERIF",
	  "the sheet says may; how often is an assumption" },
	{ 13, "PHY", LATE, "a link pulse passes for a late collision", 1000, "half-duplex transmissions that meet a link pulse (one every 16 ms)",
	  "it is aborted for a late collision", "the sheet says sometimes, with some partners; how often is an assumption" },
	{ 14, "Memory", EVERY, "an even ERXRDPT corrupts the ring", 1000000, "frames stored after the host has programmed an even value",
	  "bit 1 of its next-packet pointer is wrong", "the sheet says may; how and how often is an assumption" },
	{ 15, "Transmit logic", EVERY, "LATECOL is unreliable", 10, "late collisions", "LATECOL does not come up",
	  "the sheet says unreliable; how and how often is an assumption" },
	{ 16, "PHY LEDs", EVERY, "the LED polarity is misread", 1, NULL, "with `config.led_polarity_misread` PDPXMD resets to the opposite",
	  "the sheet; which board it meets is for the caller to say" },
	{ 17, "DMA", EVERY, "a checksum aborts reception", 1, NULL, "frames on the wire at the same time are lost", "the sheet" },
	{ 18, "Receive filter", EVERY, "the pattern filter passes too much", 100, "frames that only the pattern filter keeps out", "it is taken",
	  "the sheet says that some pass; how often is an assumption" },
	{ 19, "SPI interface", EVERY, "SRC is not heard in power save", 1, NULL, "it does nothing, which is a finding", "the sheet" },
};
/* clang-format on */

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const struct stutter_enc28j60_erratum *stutter_enc28j60_errata_table(size_t *ret_count)
{
	*ret_count = ROW_COUNT;
	return rows;
}

uint32_t stutter_enc28j60_errata(enum stutter_enc28j60_revision revision)
{
	uint32_t errata = 0;

	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].revisions >> revision & 1)
			errata |= STUTTER_ENC28J60_ERRATUM(rows[i].number);
	return errata;
}

/*
 * SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators", OOPSLA 2014): the
 * finaliser, over all that decides.
 */
static uint64_t draw(uint64_t seed, unsigned erratum, uint64_t number)
{
	uint64_t x = seed + number * UINT64_C(0x9e3779b97f4a7c15) +
	             erratum * UINT64_C(0xd1342543de82ef95);

	for (unsigned round = 0; round < 2; round++) {
		x += UINT64_C(0x9e3779b97f4a7c15);
		x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
	}
	return x;
}

bool stutter_enc_acts(const struct stutter_enc28j60 *chip, unsigned erratum, uint64_t number)
{
	const struct stutter_enc28j60_config *config = &chip->config;

	if (!stutter_enc_has(chip, erratum))
		return false;
	return (config->errata_worst & STUTTER_ENC28J60_ERRATUM(erratum)) ||
	       draw(config->seed, erratum, number) % rows[erratum - 1].one_in == 0;
}

void stutter_enc_act(struct stutter_enc28j60 *chip, unsigned index, unsigned number,
                     const char *text, const char *section)
{
	const struct enc28j60_reg *reg = stutter_enc_reg_at(index);

	stutter_enc_emit(chip, (struct stutter_enc28j60_event){
				       .kind = STUTTER_ENC28J60_EVENT_ERRATUM,
				       .number = number,
				       .address = (uint16_t)index,
				       .reg = reg ? reg->name : NULL,
				       .text = text,
				       .section = section,
			       });
}
