/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the MAC sees in a frame, whichever way it goes (DS39662 sec. 5, tables 7-1 and 7-3). */
#include <string.h>

#include "chip.h"

#define PROPRIETARY_HEADER 4u
#define TYPE_OFFSET 12
#define OPCODE_OFFSET 14
#define TYPE_CONTROL 0x8808u
#define TYPE_VLAN 0x8100u
#define OPCODE_PAUSE 0x0001u
#define LENGTH_MAX 1500u
/*
 * The shortest frame on the wire; a shorter one was padded, so its length field may say less than
 * there is.
 */
#define PADDED_SIZE 64u

static unsigned word(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

/* A proprietary header in front is no part of the FCS (DS39662 register 6-2). */
uint32_t stutter_enc_frame_fcs(const struct stutter_enc28j60 *chip, const uint8_t *frame,
                               size_t length)
{
	size_t header = chip->regs[ENC28J60_MACON3] & MACON3_PHDREN ? PROPRIETARY_HEADER : 0;

	return length < header ? 0 : stutter_enc28j60_fcs(frame + header, length - header);
}

bool stutter_enc_frame_is_broadcast(const uint8_t *frame)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return memcmp(frame, all, sizeof(all)) == 0;
}

bool stutter_enc_frame_is_multicast(const uint8_t *frame)
{
	return (frame[0] & 1) && !stutter_enc_frame_is_broadcast(frame);
}

unsigned stutter_enc_frame_type(const uint8_t *frame)
{
	return word(frame + TYPE_OFFSET);
}

bool stutter_enc_frame_is_control(const uint8_t *frame)
{
	return stutter_enc_frame_type(frame) == TYPE_CONTROL;
}

bool stutter_enc_frame_is_vlan(const uint8_t *frame)
{
	return stutter_enc_frame_type(frame) == TYPE_VLAN;
}

bool stutter_enc_frame_is_pause(const uint8_t *frame)
{
	return stutter_enc_frame_is_control(frame) && word(frame + OPCODE_OFFSET) == OPCODE_PAUSE;
}

bool stutter_enc_frame_length_is_wrong(const uint8_t *frame, size_t length)
{
	unsigned claimed = stutter_enc_frame_type(frame);
	size_t carried = length - ENC28J60_FRAME_MIN;

	if (claimed > LENGTH_MAX)
		return false;
	return claimed > carried || (claimed < carried && length > PADDED_SIZE);
}
