/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;
static uint8_t frame[2048];
static uint8_t got[2048];

struct header {
	uint16_t next;
	uint32_t status;
};

static struct header read_header(uint16_t at)
{
	uint8_t bytes[6];

	chip_wcr16(&f, ENC28J60_ERDPTL, at);
	chip_rbm(&f, bytes, sizeof(bytes));
	return (struct header){
		.next = (uint16_t)(bytes[0] | bytes[1] << 8),
		.status = (uint32_t)bytes[2] | (uint32_t)bytes[3] << 8 | (uint32_t)bytes[4] << 16 |
	                  (uint32_t)bytes[5] << 24,
	};
}

/* Erratum 14's work-around, as drivers do it. */
static void free_up_to(uint16_t next, uint16_t start, uint16_t end)
{
	chip_wcr16(&f, ENC28J60_ERXRDPTL, next == start ? end : (uint16_t)(next - 1));
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
}

static uint32_t status_of(size_t length)
{
	chip_receive(&f, frame, length);
	return read_header(0).status;
}

static void one_frame_is_stored_with_header_and_even_next_pointer(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x19ff);
	chip_make_frame(frame, 101, 1);
	chip_receive(&f, frame, 101);
	struct header header = read_header(0);

	chip_rbm(&f, got, 101);
	CU_ASSERT_EQUAL(memcmp(got, frame, 101), 0);
	CU_ASSERT_EQUAL(header.next, 108);
	CU_ASSERT_EQUAL(header.status, 101u | RSV_OK | RSV_LENGTH_RANGE);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 108);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 1);
	CU_ASSERT_EQUAL(f.events[0].number, 1);
	CU_ASSERT_EQUAL(f.events[0].length, 101);
}

/* Every even position in a small ring times every length that fits; the ring may span 1FFFh. */
static void walk_ring(uint16_t start, uint16_t end)
{
	unsigned size = ((unsigned)(end - start) & 0x1fff) + 1;

	for (unsigned offset = 0; offset < size; offset += 2) {
		for (size_t length = 18; ((6 + length + 1) & ~(size_t)1) <= size - 2; length++) {
			uint16_t at = (uint16_t)((start + offset) & 0x1fff);
			uint16_t next =
				(uint16_t)((start + (offset + ((6 + length + 1) & ~1u)) % size) &
			                   0x1fff);

			chip_open_ring(&f, start, end);
			f.chip.rx.write_pointer = at;
			chip_wcr16(&f, ENC28J60_ERXRDPTL,
			           offset ? (uint16_t)((at - 1) & 0x1fff) : end);
			chip_make_frame(frame, length, offset + (unsigned)length);
			chip_receive(&f, frame, length);
			struct header header = read_header(at);

			chip_rbm(&f, got, length);
			CU_ASSERT_EQUAL_FATAL(header.next, next);
			CU_ASSERT_EQUAL_FATAL(header.status & 0xffff, length);
			CU_ASSERT_EQUAL_FATAL(memcmp(got, frame, length), 0);
			CU_ASSERT_EQUAL_FATAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), next);
			chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
		}
	}
}

static void every_position_and_length_survives_the_wrap(void)
{
	chip_fixture_init_ideal(&f);
	f.chip.sram[0x400 + 96] = 0xa5;
	walk_ring(0x400, 0x400 + 95);
	CU_ASSERT_EQUAL(f.chip.sram[0x400 + 96], 0xa5);
	walk_ring(0x1fd0, 0x002f);
}

/* Example 7-2: the writer never comes to stand on ERXRDPT. */
static void space_is_used_up_to_but_not_onto_erxrdpt(void)
{
	for (unsigned gap = 2; gap <= 200; gap++) {
		for (size_t length = 60; length < 80; length++) {
			unsigned need = (6 + (unsigned)length + 1) & ~1u;

			chip_fixture_init_ideal(&f);
			chip_open_ring(&f, 0, 0x0fff);
			chip_wcr16(&f, ENC28J60_ERXRDPTL, (uint16_t)gap);
			chip_make_frame(frame, length, gap);
			chip_receive(&f, frame, length);
			bool fits = need <= gap - 1;

			CU_ASSERT_EQUAL_FATAL(chip_rcr(&f, ENC28J60_EPKTCNT), fits);
			CU_ASSERT_EQUAL_FATAL(chip_rcr(&f, ENC28J60_EIR) & EIR_RXERIF,
			                      fits ? 0 : EIR_RXERIF);
			CU_ASSERT_EQUAL_FATAL(
				chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), !fits);
		}
	}
}

static void overflow_loses_the_frame_and_marks_the_next(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x03ff);
	chip_make_frame(frame, 600, 1);
	chip_receive(&f, frame, 600);
	chip_receive(&f, frame, 600);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 606);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_BUFER);
	CU_ASSERT(chip_rcr(&f, ENC28J60_EIR) & EIR_RXERIF);
	free_up_to(606, 0, 0x03ff);
	chip_make_frame(frame, 64, 2);
	chip_receive(&f, frame, 64);
	CU_ASSERT(read_header(606).status & RSV_LONG_OR_DROP);
	chip_receive(&f, frame, 64);
	CU_ASSERT_FALSE(read_header(606 + 70).status & RSV_LONG_OR_DROP);
}

static void the_256th_packet_overflows_the_counter(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x1fff);
	chip_make_frame(frame, 18, 1);
	for (unsigned i = 0; i < 256; i++)
		chip_receive(&f, frame, 18);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 255);
	CU_ASSERT(chip_rcr(&f, ENC28J60_EIR) & EIR_RXERIF);
	CU_ASSERT_FALSE(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_BUFER);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 255 * 24);
}

static void pktdec_counts_down_and_stops_at_zero(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x19ff);
	chip_make_frame(frame, 64, 1);
	chip_receive(&f, frame, 64);
	chip_receive(&f, frame, 64);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON2), ECON2_AUTOINC);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "pktdec-zero"), 0);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "pktdec-zero"), 1);
}

static void status_vector_tells_what_the_frame_is(void)
{
	chip_fixture_init_ideal(&f);
	for (unsigned i = 0; i < 7; i++) {
		static const struct {
			uint8_t first;
			uint16_t type;
			uint16_t opcode;
			size_t length;
			uint32_t status;
		} rows[] = {
			{0x02, 0x0800, 0, 64, RSV_LENGTH_RANGE},
			{0x03, 0x0800, 0, 64, RSV_LENGTH_RANGE | RSV_MULTICAST},
			{0xff, 0x0800, 0, 64, RSV_LENGTH_RANGE | RSV_BROADCAST},
			{0x02, 0x8100, 0, 64, RSV_LENGTH_RANGE | RSV_VLAN},
			{0x02, 100, 0, 118, 0},
			{0x02, 99, 0, 118, RSV_LENGTH_CHECK},
			{0x02, 0x8808, 2, 64, RSV_LENGTH_RANGE | RSV_CONTROL | RSV_UNKNOWN_OPCODE},
		};

		chip_open_ring(&f, 0, 0x19ff);
		chip_wcr(&f, ENC28J60_MACON3, MACON3_FRMLNEN);
		chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN | MACON1_PASSALL);
		chip_make_frame(frame, rows[i].length, i);
		memset(frame, rows[i].first, 6);
		frame[12] = (uint8_t)(rows[i].type >> 8);
		frame[13] = (uint8_t)rows[i].type;
		frame[15] = (uint8_t)rows[i].opcode;
		frame[14] = 0;
		chip_put_fcs(frame, rows[i].length);
		CU_ASSERT_EQUAL(status_of(rows[i].length),
		                rows[i].status | RSV_OK | (uint32_t)rows[i].length);
	}
}

static void wrong_fcs_is_dropped_or_marked(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x19ff);
	chip_make_frame(frame, 100, 1);
	frame[50] ^= 1;
	chip_receive(&f, frame, 100);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_CRC), 1);
	chip_wcr(&f, ENC28J60_ERXFCON, 0);
	CU_ASSERT_EQUAL(status_of(100), 100u | RSV_CRC_ERROR | RSV_LENGTH_RANGE);
}

static void long_frames_need_hfrmen(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	chip_make_frame(frame, 1519, 1);
	chip_receive(&f, frame, 1519);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	chip_receive(&f, frame, 17);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_IGNORED), 2);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_HFRMEN);
	chip_receive(&f, frame, 1519);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
}

static void nothing_arrives_while_reception_is_off(void)
{
	chip_fixture_init_ideal(&f);
	chip_make_frame(frame, 64, 1);
	chip_receive(&f, frame, 64);
	CU_ASSERT_FALSE(stutter_enc28j60_receiving(&f.chip));
	chip_open_ring(&f, 0, 0x19ff);
	CU_ASSERT(stutter_enc28j60_receiving(&f.chip));
	chip_wcr(&f, ENC28J60_MACON1, 0);
	CU_ASSERT_FALSE(stutter_enc28j60_receiving(&f.chip));
	chip_receive(&f, frame, 64);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN);
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	CU_ASSERT_FALSE(stutter_enc28j60_receiving(&f.chip));
	chip_receive(&f, frame, 64);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_IGNORED), 3);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
}

static void rxrst_stops_reception_and_keeps_the_ring(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x19ff);
	chip_make_frame(frame, 64, 1);
	chip_receive(&f, frame, 64);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_RXRST);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & (ECON1_RXRST | ECON1_RXEN), ECON1_RXRST);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_RXRST);
	CU_ASSERT_FALSE(stutter_enc28j60_receiving(&f.chip));
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_RXEN);
	chip_receive(&f, frame, 64);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 140);
}

static void moving_the_ring_moves_the_write_pointer(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0x600, 0x1fff);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 0x600);
	CU_ASSERT_EQUAL(f.event_count, 0);
}

/*
 * The four bytes in front are no part of the FCS; everything else takes them as the frame's
 * (DS39662 register 6-2).
 */
static void a_proprietary_header_is_left_out_of_the_fcs(void)
{
	chip_fixture_init_ideal(&f);
	chip_open_ring(&f, 0, 0x19ff);
	chip_make_frame(frame, 68, 1);
	chip_put_fcs(frame + 4, 64);
	chip_receive(&f, frame, 68);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_CRC), 1);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_PHDREN);
	chip_receive(&f, frame, 68);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 1);
	CU_ASSERT_EQUAL(f.chip.sram[2], 68);
	CU_ASSERT_EQUAL(f.chip.sram[4] & RSV_OK >> 16, RSV_OK >> 16);
	CU_ASSERT_EQUAL(memcmp(f.chip.sram + 6, frame, 68), 0);
	chip_make_frame(frame, 68, 1);
	chip_receive(&f, frame, 68);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_CRC), 2);
	chip_receive(&f, frame, 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_NOT_MODELLED), 0);
}

static void ring_misuse_is_found(void)
{
	chip_fixture_init(&f, NULL);
	chip_open_ring(&f, 0, 0x19ff);
	CU_ASSERT_EQUAL(f.event_count, 0);
	chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x0100);
	CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), 1);
	CU_ASSERT_EQUAL(f.events[0].value, 0x0100);
	CU_ASSERT_STRING_EQUAL(f.events[0].section, "erratum 14");
	CU_ASSERT_STRING_EQUAL(f.events[0].reg, "ERXRDPTL");
	CU_ASSERT_EQUAL(f.events[0].now_ns, f.now_ns);
	chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x1a01);
	CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-outside"), 1);
	chip_wcr(&f, ENC28J60_ERXNDH, 0x19);
	CU_ASSERT_EQUAL(chip_count_id(&f, "rx-buffer-live"), 1);
	chip_wcr(&f, ENC28J60_ERXFCON, 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "rx-filter-live"), 1);
	chip_open_ring(&f, 1, 0x19ff);
	CU_ASSERT_EQUAL(chip_count_id(&f, "rx-buffer-shape"), 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_NOTE), 2);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_FULDPX);
	CU_ASSERT_EQUAL(chip_count_id(&f, "duplex-live"), 1);
	chip_open_ring(&f, 0, 0x19ff);
	CU_ASSERT_EQUAL(chip_count_id(&f, "duplex-mismatch"), 1);
}

const CU_TestInfo tests_receive[] = {
	{"one frame is stored with header and even next pointer",
         one_frame_is_stored_with_header_and_even_next_pointer},
	{"every position and length survives the wrap",
         every_position_and_length_survives_the_wrap},
	{"space is used up to but not onto erxrdpt", space_is_used_up_to_but_not_onto_erxrdpt},
	{"overflow loses the frame and marks the next",
         overflow_loses_the_frame_and_marks_the_next},
	{"the 256th packet overflows the counter", the_256th_packet_overflows_the_counter},
	{"pktdec counts down and stops at zero", pktdec_counts_down_and_stops_at_zero},
	{"status vector tells what the frame is", status_vector_tells_what_the_frame_is},
	{"wrong fcs is dropped or marked", wrong_fcs_is_dropped_or_marked},
	{"long frames need hfrmen", long_frames_need_hfrmen},
	{"nothing arrives while reception is off", nothing_arrives_while_reception_is_off},
	{"rxrst stops reception and keeps the ring", rxrst_stops_reception_and_keeps_the_ring},
	{"moving the ring moves the write pointer", moving_the_ring_moves_the_write_pointer},
	{"a proprietary header is left out of the fcs",
         a_proprietary_header_is_left_out_of_the_fcs},
	{"ring misuse is found", ring_misuse_is_found},
	CU_TEST_INFO_NULL,
};
