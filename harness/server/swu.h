/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An image as SWUpdate takes it: a `.swu` package, which is a cpio archive of the form "crc" with
 * these files in this order (sbabic.github.io/swupdate, "SWU image format"):
 *
 *     sw-description       what is to be done with the rest, in libconfig's syntax
 *     sw-description.sig   its signature (pki_sign_package())
 *     os.bin               the image
 *
 * The description says: write os.bin to SWU_DESTINATION as it comes in, if this is a board
 * SWU_BOARD, and if its SHA-256 is right.
 */
#ifndef SERVER_SWU_H
#define SERVER_SWU_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

/** A file in RAM: a path of the device. */
#define SWU_DESTINATION "/run/os.bin"
/** Revision of the hardware, as in the device's /etc/hwrevision. */
#define SWU_BOARD "1.0"

/**
 * Makes a package, the same bytes for the same image and version.
 * @param version Of any content.
 * @param sha256 Of the image, 64 hexadecimal digits.
 * @return the package, to be released with free().
 */
uint8_t *swu_make(const char *version, struct bytes image, const char *sha256, size_t *ret_length);

#endif
