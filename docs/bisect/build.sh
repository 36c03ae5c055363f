#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the driver of the present folder as a module, and makes a device of it: what
# `stutter bisect --build` and `git bisect run` want.
#
# Usage: STUTTER_DEVICE=FILE build.sh
#
# In: enc28j60.c and enc28j60_hw.h in the present folder; STUTTER_BUILD, the folder that `make` has
# filled (default: this repository's build/).
# Out: FILE, a device file, and beside it FILE.cpio, its overlay: the module in place of the
# kernel's own. The same source gives the same bytes.
# Exit status: 0; 125 if this source cannot be built, so that a search passes it over; 2 for bad
# usage.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${STUTTER_BUILD:-$here/../../build}" && pwd)
cross=arm-linux-gnueabihf-

fail()
{
	printf 'build.sh: %s\n' "$1" >&2
	exit 2
}

[ -n "${STUTTER_DEVICE-}" ] || fail "STUTTER_DEVICE says where the device file is to be; it is not set"
[ -f enc28j60.c ] && [ -f enc28j60_hw.h ] || fail "no enc28j60.c and enc28j60_hw.h in $(pwd)"
[ -f "$build/kernel/abi" ] && [ -x "$build/guest/mkinitramfs" ] || fail "$build has no kernel to build for; run \`make\` first"

case $STUTTER_DEVICE in
/*) device=$STUTTER_DEVICE ;;
*) device=$(pwd)/$STUTTER_DEVICE ;;
esac
work=$device.kbuild
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
cp enc28j60.c enc28j60_hw.h "$here/no_device_tables.h" "$work/"
cat >"$work/Kbuild" <<'KBUILD'
obj-m := enc28j60.o
ccflags-y := -include $(src)/no_device_tables.h -ffile-prefix-map=$(src)/=
KBUILD

env -u MAKEFLAGS KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=stutter KBUILD_BUILD_HOST=stutter make --no-print-directory -s \
	-C "$build/kernel/usr/src/linux-headers-$(cat "$build/kernel/abi")" M="$work" ARCH=arm CROSS_COMPILE=$cross CC=${cross}gcc \
	CFLAGS= LDFLAGS= modules >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 125
}
${cross}strip -g -R .note.gnu.build-id "$work/enc28j60.ko"
printf 'dir /lib 755\ndir /lib/modules 755\nfile /lib/modules/enc28j60.ko %s/enc28j60.ko 644\n' "$work" >"$work/list"
"$build/guest/mkinitramfs" "$device.cpio" "$work/list"
cat >"$device" <<DEVICE
# SPDX-License-Identifier: GPL-2.0-or-later
name: driver
summary: The device reference with a driver built from source.
overlay: $(basename "$device").cpio
DEVICE
