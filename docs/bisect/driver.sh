#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Finds the commit that broke the driver: Debian's enc28j60.c as it is, nine commits of ours
# (series/) on top of it, one of which is a regression.
#
# Usage: driver.sh FOLDER [--by-git | --prepare | --fetch]
#
# FOLDER is made and holds all of it: the kernel's source package, a repository (repo/), a failing
# session of the last revision (failed/), and the search.
# --by-git has `git bisect run` do the search, in place of `stutter bisect`; --prepare ends before
# it, --fetch when the source is in
# FOLDER/source, where a later call finds it.
# In: STUTTER, the program (default: build/stutter); STUTTER_BUILD, its build folder; the network,
# for one package of 140 MB.
# Exit status: that of the search; 2 if it cannot be begun, 77 if the package cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
export STUTTER_BUILD="${STUTTER_BUILD:-$here/../../build}"
stutter=${STUTTER:-$STUTTER_BUILD/stutter}
. "$here/apt.sh"

fail()
{
	printf 'driver.sh: %s\n' "$1" >&2
	exit 2
}

[ $# -ge 1 ] || fail "usage: driver.sh FOLDER [--by-git | --prepare | --fetch]"
[ ! -e "$1/repo" ] || fail "$1/repo is there already; name another folder"
[ -f "$STUTTER_BUILD/kernel/abi" ] || fail "$STUTTER_BUILD has no kernel; run \`make\` first"
command -v git >/dev/null || fail "git not found (apt-get install git)"
mkdir -p "$1"
folder=$(cd "$1" && pwd)

# The source of the very kernel that the build has; when that is not served any more, the newest of
# its series, whose driver is the same more often than not.
fetch_source()
(
	abi=$(cat "$STUTTER_BUILD/kernel/abi")
	series=$(echo "$abi" | cut -d. -f1,2)
	suite=${STUTTER_APT_SUITE:-$(apt_host_suite)}
	apt_open "$folder" "${suite:-bookworm}"
	version=$(apt_version "linux-headers-$abi")
	[ -n "$version" ] || version=$(apt_version "linux-source-$series:all")
	[ -n "$version" ] || apt_fail "$suite has no linux-source-$series"
	echo "  FETCH    linux-source-$series $version"
	apt_fetch "$folder/source" "linux-source-$series:all=$version"
	echo "$version" >"$folder/source/version"
	# The reader ends when it has both files, long before the archive does, so what the writers
	# then say is no matter.
	inside=linux-source-$series/drivers/net/ethernet/microchip
	dpkg-deb --fsys-tarfile "$folder"/source/linux-source-*.deb 2>/dev/null | tar -xO "./usr/src/linux-source-$series.tar.xz" 2>/dev/null |
		xz -dc 2>/dev/null | tar -x --strip-components=5 --occurrence=1 -C "$folder/source" "$inside/enc28j60.c" "$inside/enc28j60_hw.h" || exit 2
	rm -f "$folder"/source/linux-source-*.deb
)

# git with nothing of the user's settings, so that the same source gives the same commits.
git_plain()
{
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Linux GIT_AUTHOR_EMAIL=linux@localhost GIT_COMMITTER_NAME=Stutter \
		GIT_COMMITTER_EMAIL=stutter@localhost GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' \
		git -C "$folder/repo" "$@"
}

make_repository()
{
	mkdir "$folder/repo"
	cp "$folder/source/enc28j60.c" "$folder/source/enc28j60_hw.h" "$folder/repo/"
	chmod 644 "$folder/repo"/enc28j60*
	git_plain init -q -b main
	git_plain add .
	git_plain commit -qm "enc28j60 of Debian's Linux $(cat "$folder/source/version")"
	git_plain tag upstream
	git_plain am -q --committer-date-is-author-date "$here"/series/*.patch >/dev/null || fail "series/ does not fit the driver of Linux $(cat "$folder/source/version")"
	echo "  GIT      upstream and $(git_plain rev-list --count upstream..main) commits in $folder/repo"
}

# The last revision fails with one fault of dip.yaml; the plan of that session holds what took
# effect, and is what the search is about.
find_failure()
{
	(cd "$folder/repo" && STUTTER_DEVICE="$folder/last.yaml" "$here/build.sh") || fail "the last revision does not build"
	"$stutter" run "$here/dip.yaml" --device "$folder/last.yaml" --out "$folder/failed" --history none >"$folder/failed.txt" && fail "the last revision passes"
	[ -f "$folder/failed/dip/seed-1/plan.yaml" ] || fail "no session of the last revision; see $folder/failed.txt"
	sed -n 's/^FAIL /  FAIL     /p' "$folder/failed.txt"
}

# As `git bisect run` wants it: 0 passes, 1 fails, 125 neither.
by_git()
{
	cat >"$folder/step.sh" <<-STEP
		#!/bin/sh
		export STUTTER_DEVICE="$folder/step.yaml"
		"$here/build.sh" || exit 125
		"$stutter" replay "$folder/failed/dip/seed-1/plan.yaml" --device "$folder/step.yaml" --out "$folder/steps/\$(git rev-parse --short HEAD)"
		status=\$?
		# Bad usage, and mistakes of ours, say nothing about a revision: git is to stop.
		case \$status in 0 | 1 | 125) exit \$status ;; *) exit 255 ;; esac
	STEP
	chmod +x "$folder/step.sh"
	mkdir -p "$folder/steps"
	git_plain bisect start main upstream
	git_plain bisect run "$folder/step.sh"
}

[ -f "$folder/source/enc28j60_hw.h" ] || fetch_source || {
	echo "driver.sh: the source of the kernel cannot be fetched" >&2
	exit 77
}
[ "${2-}" != --fetch ] || exit 0
make_repository
find_failure
case ${2-} in
--prepare) ;;
--by-git) by_git ;;
*) "$stutter" bisect "$folder/failed/dip/seed-1/plan.yaml" --repo "$folder/repo" --good upstream --bad main --build "$here/build.sh" --out "$folder/search" --anyway ;;
esac
