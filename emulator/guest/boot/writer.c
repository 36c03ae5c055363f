/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "writer.h"

#include <string.h>

void writer_begin(struct writer *writer, const struct boot_flash *flash, uint32_t start, uint32_t end, uint32_t erased)
{
	writer->flash = flash;
	writer->at = start;
	writer->end = end;
	writer->erased = erased;
	writer->used = 0;
}

/* A page lies in one sector. */
static bool put_page(struct writer *writer)
{
	if (writer->at >= writer->erased) {
		const uint32_t sector = writer->at - writer->at % BOOT_SECTOR;
		if (!boot_erase(writer->flash, sector, BOOT_SECTOR))
			return false;
		writer->erased = sector + BOOT_SECTOR;
	}
	if (!boot_program(writer->flash, writer->at, writer->page, writer->used))
		return false;
	writer->at += BOOT_PAGE;
	writer->used = 0;
	return true;
}

bool writer_put(struct writer *writer, const void *data, size_t size)
{
	const uint8_t *from = data;

	if (size > writer->end - writer->at - writer->used)
		return false;
	while (size > 0) {
		const size_t room = BOOT_PAGE - writer->used, piece = size < room ? size : room;
		memcpy(writer->page + writer->used, from, piece);
		writer->used += (uint32_t)piece;
		from += piece;
		size -= piece;
		if (writer->used == BOOT_PAGE && !put_page(writer))
			return false;
	}
	return true;
}

bool writer_end(struct writer *writer)
{
	return writer->used == 0 || put_page(writer);
}
