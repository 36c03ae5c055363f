#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fetches the public schema of junit.xml, which lies in the source package of Maven's Surefire:
# `schema.sh BUILD_DIR` leaves BUILD_DIR/surefire-test-report.xsd.
# The apt that it asks, and the archive, are those of the device's packages
# (emulator/guest/fetch.sh).
set -eu

build=$1
schema=surefire-test-report.xsd
work=$build/surefire
log=$build/surefire.log

fail()
{
	tail -n 5 "$log" >&2
	echo "schema.sh: $1; all that was said is in $log" >&2
	exit 1
}

# As fetch.sh: one apt at a time.
exec 9>"$build/apt/lock"
flock 9
export APT_CONFIG="$build/apt/apt.conf"
rm -rf "$work"
mkdir "$work"
: >"$log"
apt-get -q update >>"$log" 2>&1 || fail "the archive of the device's packages does not answer"
(cd "$work" && apt-get -q source --download-only surefire) >>"$log" 2>&1 || fail "the source package surefire cannot be fetched"
tar -xJf "$work"/surefire_*.orig.tar.xz -C "$work" --wildcards "*/$schema" >>"$log" 2>&1 || fail "the source package surefire has no $schema"
find "$work" -name "$schema" -exec mv {} "$build/$schema" \;
rm -rf "$work" "$build/apt/lists" "$build/apt/archives" "$build"/apt/*.bin
touch "$build/$schema"
