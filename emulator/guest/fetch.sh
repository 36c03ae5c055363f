#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fetches what the device and the far end are made of and is not installed on this machine: Debian
# packages, unpacked, never installed.
#
# Usage: fetch.sh BUILD_DIR ARCHITECTURE FLAVOUR (of the device: Debian's architecture, and the
# flavour of its kernel)
#
# How it works: apt runs over a root of its own in BUILD_DIR/apt (own lists, own cache, an empty
# dpkg status), for the device's architecture,
# and this machine's for the one tool that runs here. The mirror, the suite, the keyring and the
# proxy are the host's, found in the host's
# own apt configuration, so a company mirror is honoured and every signature is checked; the host's
# package database is neither read nor
# changed. STUTTER_APT_URI and STUTTER_APT_SUITE override what was found. Everything is unpacked
# into BUILD_DIR/packages.new and moved into place at the end, so nothing is ever half done:
#
#   BUILD_DIR/kernel/ boot/vmlinuz-*, lib/modules/*, the headers and kbuild's tools; "abi" holds the
#   kernel's release
#   BUILD_DIR/sysroot/  libraries and headers for the target
#   BUILD_DIR/lwip/     lwIP's source package
#   BUILD_DIR/llhttp/   llhttp.c llhttp.h api.c http.c
#
# BUILD_DIR/packages.stamp names the checksum of this script and of the settings it ran with; while
# it matches there is nothing to do.
set -eu

# The device's user space, with everything it needs at run time.
RUN_TIME="libc6 busybox libcurl4 libssl3 libjansson4 ethtool"
# Other people's update clients, by name with those of their libraries that are not among the above:
# to install swupdate would fetch perl
# and the init system as well. libraries.sh says which one is missing if another version needs it.
CLIENTS="curl swupdate libacl1 libarchive13 libb2-1 libblkid1 libbz2-1.0 libcap2 libconfig9 libext2fs2 libfdisk1 libgcrypt20
	libgomp1 libgpg-error0 libgpiod2 libicu72 libjson-c5 liblua5.3-0 liblz4-1 liblzma5 librsync2 libstdc++6 libsystemd0 liburiparser1 libuuid1
	libwebsockets17 libxml2 libzck1 libzstd1"
# What only the cross-compiler needs.
BUILD_TIME="libc6-dev linux-libc-dev libcurl4-openssl-dev libssl-dev libjansson-dev"
SOURCES="lwip"
LLHTTP="node-llhttp"

fail()
{
	printf 'fetch.sh: %s\n' "$1" >&2
	exit 1
}

[ $# -eq 3 ] || fail "usage: fetch.sh BUILD_DIR ARCHITECTURE FLAVOUR"
ARCHITECTURE=$2
# The kernel; its ABI's name moves with every update.
FLAVOUR=$3
mkdir -p "$1"
build=$(cd "$1" && pwd)
apt=$build/apt
new=$build/packages.new
stamp=$build/packages.stamp
log=$apt/log

complete()
{
	[ -f "$build/kernel/abi" ] && [ -d "$build/sysroot/usr" ] && [ -d "$build/lwip/src/core" ] && [ -f "$build/llhttp/llhttp.c" ]
}

sum=$({ cat "$0"; echo "$ARCHITECTURE $FLAVOUR ${STUTTER_APT_URI-} ${STUTTER_APT_SUITE-}"; } | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && complete; then
	touch "$stamp"
	exit 0
fi

for tool in apt-get apt-cache apt-config dpkg dpkg-source flock; do
	command -v $tool >/dev/null || fail "$tool not found; this step needs Debian's apt and dpkg-dev (apt-get install dpkg-dev)"
done
mkdir -p "$apt"
exec 9>"$apt/lock"
flock 9

# Prints "URI SUITE FILE:LINE" of the host's first Debian main archive that is neither updates,
# security nor backports.
host_archive()
{
	apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(LABEL) $(CODENAME) $(REPO_URI) $(SOURCESENTRY)' |
		awk '$1 == "Packages" && $2 == "main" && $3 == "Debian" && $4 !~ /-/ { print $5, $4, $6; exit }'
}

# Prints the Signed-By of the sources entry that begins at FILE:LINE, or nothing. Both forms of
# entry are known.
signed_by()
{
	file=${1%:*}
	case $file in
	*.sources) awk 'tolower($1) == "signed-by:" { print $2; exit }' "$file" ;;
	*) sed -n "${1##*:}s/.*signed-by=\([^] ]*\).*/\1/p" "$file" ;;
	esac
}

found=$(host_archive)
uri=${STUTTER_APT_URI:-$(printf '%s' "$found" | cut -d' ' -f1)}
suite=${STUTTER_APT_SUITE:-$(printf '%s' "$found" | cut -d' ' -f2)}
[ -n "$uri" ] && [ -n "$suite" ] || fail "no Debian archive in this machine's apt sources (or \`apt-get update\` never ran).
  Cure: run \`apt-get update\`, or name one: STUTTER_APT_URI=http://MIRROR/debian STUTTER_APT_SUITE=bookworm make"
key=
[ -z "$found" ] || key=$(signed_by "$(printf '%s' "$found" | cut -d' ' -f3)")
[ -n "$key" ] || [ ! -f /usr/share/keyrings/debian-archive-keyring.gpg ] || key=/usr/share/keyrings/debian-archive-keyring.gpg

host=$(dpkg --print-architecture)

# The private apt root. The host's Acquire settings (proxies, retries, time-outs) are copied; its
# hooks and its other sources are not.
rm -rf "$new"
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/empty.d" "$new/debs"
: >"$apt/status"
: >"$log"
printf 'deb%s %s %s main\ndeb-src%s %s %s main\n' "${key:+ [signed-by=$key]}" "$uri" "$suite" "${key:+ [signed-by=$key]}" "$uri" "$suite" \
	>"$apt/sources.list"
{
	apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|ForceIPv[46]|Check-Valid-Until|Max-ValidTime)[: ]' || true
	cat <<-CONF
		APT::Architecture "$ARCHITECTURE";
		APT::Architectures { "$ARCHITECTURE"; "$host"; };
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
		APT::Get::AllowUnauthenticated "false";
		APT::Get::Assume-Yes "true";
		APT::Update::Error-Mode "any";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Dir::State "$apt";
		Dir::State::lists "$apt/lists";
		Dir::State::status "$apt/status";
		Dir::Cache "$apt";
		Dir::Cache::archives "$apt/archives";
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "$apt/empty.d";
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "$apt/empty.d";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "$apt/empty.d";
		Dir::Log "$apt";
	CONF
} >"$apt/apt.conf"
export APT_CONFIG="$apt/apt.conf"

# Runs apt-get; when it fails shows what it said and the likely cure.
run_apt()
{
	apt-get -q "$@" >>"$log" 2>&1 </dev/null && return
	tail -n 8 "$log" | sed 's/^/  /' >&2
	fail "\`apt-get $*\` failed (everything it said: $log).
  Archive: $uri $suite
  Cure: check that the mirror answers (a proxy belongs into /etc/apt/apt.conf.d), or name another one:
  STUTTER_APT_URI=http://MIRROR/debian STUTTER_APT_SUITE=bookworm make"
}

# fetch_debs PACKAGE... downloads exactly these packages into the present folder.
fetch_debs()
{
	run_apt download "$@"
}

# unpack FOLDER unpacks every package of the present folder.
unpack()
{
	for deb in *.deb; do
		dpkg -x "$deb" "$1" || fail "cannot unpack $deb; is the disk full?"
	done
}

echo "  FETCH   packages for the device from $uri $suite"
run_apt update

# The far end first: it is small, and its builders wait for nothing else.
mkdir "$new/source" "$new/llhttp" "$new/llhttp.all"
(
	cd "$new/source"
	run_apt source --download-only $SOURCES
	dpkg-source --no-check -x lwip_*.dsc "$new/lwip" >>"$log" 2>&1 || fail "cannot unpack lwIP's source package (see $log)"
)
(
	mkdir "$new/debs/llhttp"
	cd "$new/debs/llhttp"
	fetch_debs $LLHTTP
	unpack "$new/llhttp.all"
)
for file in llhttp.c llhttp.h api.c http.c; do
	path=$(find "$new/llhttp.all" -type f -name $file | head -n 1)
	[ -n "$path" ] || fail "package $LLHTTP has no $file"
	cp "$path" "$new/llhttp/"
done

(
	mkdir "$new/debs/sysroot"
	cd "$new/debs/sysroot"
	run_apt install --download-only $RUN_TIME
	cp "$apt"/archives/*.deb .
	fetch_debs $BUILD_TIME $CLIENTS
	unpack "$new/sysroot"
)

image=$(apt-cache depends "linux-image-$FLAVOUR" | awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
[ -n "$image" ] || fail "linux-image-$FLAVOUR of $suite names no kernel; is $uri a Debian archive?"
abi=${image#linux-image-}
abi=${abi%-"$FLAVOUR"}
(
	mkdir "$new/debs/kernel"
	cd "$new/debs/kernel"
	series=$(echo "$abi" | cut -d. -f1,2)
	fetch_debs "$image" "linux-headers-$abi-$FLAVOUR" "linux-headers-$abi-common" "linux-kbuild-$series:$host"
	unpack "$new/kernel"
	# The headers expect to lie in /usr/src.
	sed -i "s|^include /usr/src/|include \$(dir \$(lastword \$(MAKEFILE_LIST)))../|" "$new/kernel/usr/src/linux-headers-$abi-$FLAVOUR/Makefile"
)
[ -d "$new/kernel/usr/src/linux-headers-$abi-$FLAVOUR/scripts/mod" ] || fail "kbuild of another series than kernel $abi"
echo "$abi-$FLAVOUR" >"$new/kernel/abi"

rm -f "$stamp"
for folder in lwip llhttp sysroot kernel; do
	rm -rf "${build:?}/$folder"
	mv "$new/$folder" "$build/$folder"
done
rm -rf "$new" "$apt/archives" "$apt/lists" "$apt"/*.bin
echo "$sum" >"$stamp"
