/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was handed out: which bytes of which image, and whether they came. */
#include "harness/server/service_inside.h"

#include "harness/server/names.h"

/* Where @part begins in @whole; false if it lies elsewhere. */
static bool lies_in(struct bytes part, struct bytes whole, uint64_t *ret_offset)
{
	uintptr_t begin = (uintptr_t)whole.data, at = (uintptr_t)part.data;

	if (at < begin || at - begin >= whole.length)
		return false;
	*ret_offset = at - begin;
	return true;
}

/*
 * @return the image that @p part of an answer to @p request is of, and where in it. NULL: it is of
 * none.
 */
static struct service_image *find_image(struct service *service, const struct http_request *request, struct bytes part,
                                        uint64_t *ret_offset)
{
	struct service_log *log = &service->log;
	struct bytes package = bytes_of(service->package, service->package_length);

	if (request->tls) {
		const struct release_image *image = service_find_image(service, request->target);
		return image != NULL && lies_in(part, image->data, ret_offset) ? service_log_image(log, image->name, image->data.length)
		                                                               : NULL;
	}
	if (lies_in(part, service->image, ret_offset))
		return service_log_image(log, IMAGE_NAME, service->image.length);
	return lies_in(part, package, ret_offset) ? service_log_image(log, PACKAGE_NAME, package.length) : NULL;
}

void service_note_sent(void *ctx, const struct http_request *request, const struct http_part *part)
{
	struct service *service = ctx;
	size_t length = part->bytes.length;
	uint64_t offset;

	struct service_image *image = find_image(service, request, part->bytes, &offset);
	if (image == NULL)
		return;
	image->bytes += length;
	coverage_add(&image->coverage, offset, offset + length);
	if (request->address == names_find(NAMES_IMAGES_SECONDARY)->address)
		image->from_secondary += length;
	else
		image->from_primary += length;
	service->bundle_out |= request->tls && request->address == names_find(NAMES_RELEASES)->address && offset + length == image->size;
	delivery_expect(&service->delivery, &(struct delivery_stretch){.flow = {request->address, part->port, part->remote_port},
	                                                               .sequence = part->sequence,
	                                                               .length = (uint32_t)length,
	                                                               .bytes = &image->delivered});
}

void service_delivered(struct service *service, struct bytes frame)
{
	delivery_see(&service->delivery, frame);
}
