/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of service.h: the images that the service has, and which of their bytes went out.
 */
#ifndef SERVER_SERVICE_INSIDE_H
#define SERVER_SERVICE_INSIDE_H

#include "harness/server/service.h"

#define IMAGE_NAME "os.bin"
#define PACKAGE_NAME "os.swu"

/** @return the image that a request over TLS for @p target is for, or NULL. */
const struct release_image *service_find_image(struct service *service, const char *target);

/** Part of an answer has been sent; for struct http_ops or whoever sends. */
void service_note_sent(void *ctx, const struct http_request *request, const struct http_part *part);

#endif
