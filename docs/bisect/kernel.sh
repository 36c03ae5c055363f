#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes a device with the kernel of another Debian suite, its in-tree drivers, and our module built
# for it.
#
# Usage: kernel.sh SUITE FOLDER
#
# SUITE is any that the machine's own Debian mirror serves: trixie, sid, bookworm-backports. FOLDER
# is made, and is the user's.
# Out: FOLDER/SUITE.yaml, a device file for `stutter run --device`; the kernel and its overlay lie
# beside it, as do SUITE-curl.yaml, SUITE-curl-plain.yaml and
# SUITE-swupdate.yaml with those clients. FOLDER/version names the kernel.
# In: STUTTER_BUILD, the folder that `make` has filled (default: this repository's build/); the
# network, for some 75 MB.
# Exit status: 0; 2 if it cannot be made, 77 if the packages cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${STUTTER_BUILD:-$root/build}" && pwd)
flavour=armmp-lpae
cross=arm-linux-gnueabihf-
. "$here/apt.sh"

fail()
{
	printf 'kernel.sh: %s\n' "$1" >&2
	exit 2
}

[ $# -eq 2 ] || fail "usage: kernel.sh SUITE FOLDER"
[ -x "$build/guest/mkuimage" ] && [ -x "$build/guest/mkinitramfs" ] || fail "$build is not built; run \`make\` first"
suite=$1
folder=$(realpath -m "$2")
case $folder/ in "$root"/*) fail "$folder lies in the repository; name a folder of your own" ;; esac
mkdir -p "$folder"
tree=$folder/tree

# Names of what a package depends on, alternatives left out.
depends_of()
{
	apt-cache depends "$1" | awk '$1 == "Depends:" { print $2 }'
}

# The image's package names its parts: one before kernel 7, modules and binary apart since then.
# kbuild's tools are to run here, with the C library of their suite.
fetch_packages()
(
	apt_open "$folder" "$suite"
	image=$(depends_of "linux-image-$flavour" | grep '^linux-image-[0-9]') || apt_fail "$suite has no linux-image-$flavour"
	release=${image#linux-image-}
	abi=${release%-"$flavour"}
	host=$(dpkg --print-architecture)
	headers=linux-headers-$release
	kbuild=$(depends_of "$headers" | grep '^linux-kbuild-[0-9]' | cut -d: -f1)
	parts=$(depends_of "$image" | grep -Fx -e "linux-binary-$release" -e "linux-modules-$release" || true)
	echo "  FETCH    kernel $release of $suite"
	# shellcheck disable=SC2086 # one word a package
	apt_fetch "$folder/debs" "$image" $parts "$headers" "linux-headers-$abi-common" "$kbuild:$host" "libc6:$host"
	echo "$release" >"$folder/release"
	apt_version "$image" >"$folder/version"
)

unpack()
{
	rm -rf "$tree"
	for deb in "$folder"/debs/*.deb; do
		dpkg-deb -x "$deb" "$tree" || fail "cannot unpack $deb; is the disk full?"
	done
	rm -rf "$folder/debs" "$folder/apt"
	# The headers expect to lie in /usr/src.
	sed -i "s|/usr/src/|\$(dir \$(lastword \$(MAKEFILE_LIST)))../|" "$tree/usr/src/linux-headers-$release/Makefile"
	# Tools that want a newer C library than this machine's run with the one that came with
	# them.
	loader=$(find "$tree" -name 'ld-linux-*.so.*' | head -n 1)
	libraries=$(dirname "$(find "$tree" -name libc.so.6 | head -n 1)")
	for tool in mod/modpost basic/fixdep; do
		program=$(find "$tree"/usr/lib/linux-kbuild-*/scripts -path "*/$tool")
		for part in "$program" "$program".real-*; do
			[ -f "$part" ] && ldd "$part" 2>&1 | grep -q 'not found' || continue
			mv "$part" "$part.elf"
			printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$loader" "$libraries" "$part.elf" >"$part"
			chmod +x "$part"
		done
	done
}

# As guest.mk has it: what is packed lies behind the last mark of xz in the zImage.
make_kernel()
{
	image=$(find "$tree" -name "vmlinuz*" -type f | head -n 1)
	at=$(LC_ALL=C grep -aboP '\xfd7zXZ\x00' "$image" | tail -n 1 | cut -d: -f1) || fail "kernel $release is not packed with xz"
	tail -c +$((at + 1)) "$image" | xz -dc 2>/dev/null >"$folder/raw" || true
	[ -s "$folder/raw" ] || fail "kernel $release cannot be unpacked"
	"$build/guest/mkuimage" "$(sed -n 's/^MACHINE_KERNEL_AT := //p' "$root/emulator/machines/arm-virt/machine.mk")" <"$folder/raw" >"$folder/kernel"
	rm "$folder/raw"
}

make_module()
{
	rm -rf "$folder/module"
	mkdir "$folder/module"
	cp "$root"/emulator/guest/module/* "$root"/emulator/guest/language/reports.h "$root"/emulator/machines/arm-virt/cpu.h "$folder/module/"
	env -u MAKEFLAGS KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=stutter KBUILD_BUILD_HOST=stutter make --no-print-directory -s \
		-C "$tree/usr/src/linux-headers-$release" M="$folder/module" ARCH=arm CROSS_COMPILE=$cross CC=${cross}gcc CFLAGS= LDFLAGS= \
		modules >"$folder/module/log" 2>&1 || {
		grep -v counted_by "$folder/module/log" | tail -n 20 >&2
		fail "our module does not build for kernel $release (all that was said: $folder/module/log)"
	}
	${cross}strip -g -R .note.gnu.build-id -o "$folder/spi-stutter.ko" "$folder/module/spi-stutter.ko"
}

# take_module NAME: a module of the kernel's own, unpacked.
take_module()
{
	found=$(find "$tree" -name "$1.ko*" | head -n 1)
	case $found in
	*.xz) xz -dc "$found" >"$folder/$1.ko" ;;
	*.ko) cp "$found" "$folder/$1.ko" ;;
	*) fail "kernel $release has no module $1" ;;
	esac
	${cross}strip -g "$folder/$1.ko"
}

fetch_packages || {
	echo "kernel.sh: the packages of $suite cannot be fetched" >&2
	exit 77
}
release=$(cat "$folder/release")
unpack
make_kernel
make_module
take_module enc28j60
take_module spi-nor
{
	printf 'dir /lib 755\ndir /lib/modules 755\n'
	for module in enc28j60 spi-nor spi-stutter; do
		printf 'file /lib/modules/%s.ko %s/%s.ko 644\n' $module "$folder" $module
	done
} >"$folder/overlay.list"
"$build/guest/mkinitramfs" "$folder/overlay.cpio" "$folder/overlay.list"
cat >"$folder/$suite.yaml" <<DEVICE
# SPDX-License-Identifier: GPL-2.0-or-later
name: $suite
summary: The device reference with Debian's kernel $release ($(cat "$folder/version")).
kernel: kernel
overlay: overlay.cpio
DEVICE
# The same with other people's clients, which are an overlay as well: archives may follow each
# other.
cat "$build/guest/clients.cpio" "$folder/overlay.cpio" >"$folder/clients.cpio"
for client in "$root/emulator/devices/curl.yaml" "$root/emulator/devices/swupdate.yaml" "$root/docs/catches/curl-plain.yaml"; do
	name=$(basename "$client" .yaml)
	sed -e "s|^name: .*|name: $suite-$name|" -e 's|^overlay: clients$|kernel: kernel\noverlay: clients.cpio|' "$client" >"$folder/$suite-$name.yaml"
done
rm -rf "$tree" "$folder/module" "$folder/release" "$folder/overlay.list"
echo "  DEVICE   $folder/$suite.yaml: kernel $release"
