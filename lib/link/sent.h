/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What has become of a frame that was to leave by an end in wall time. */
#ifndef LINK_SENT_H
#define LINK_SENT_H

enum sent {
	SENT_NEVER, /**< the end is gone for good; 0, so that it reads as false */
	SENT_WHOLE, /**< it has left */
	SENT_LOST,  /**< it could not be sent now, and is lost */
};

#endif
