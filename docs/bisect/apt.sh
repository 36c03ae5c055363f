# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Fetches packages of any suite of the machine's own Debian mirror, to be unpacked and never
# installed. To be sourced.
#
#   apt_open FOLDER SUITE... opens a root of apt's own in FOLDER/apt; the machine's package database
#   is neither read nor changed
#   apt_version PACKAGE[:ARCH]  prints the newest version there, or nothing
#   apt_fetch INTO PACKAGE... downloads exactly these packages (PACKAGE[:ARCH][=VERSION]) into the
#   folder INTO
#
# As emulator/guest/fetch.sh has it: mirror, keyring and proxy are those that apt is configured with
# here; STUTTER_APT_URI names another mirror.
# Every function ends the program with status 2 and a word on standard error if it cannot do its
# work.

apt_fail()
{
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	exit 2
}

# Prints "URI FILE:LINE" of the first Debian main archive that is neither updates, security nor
# backports.
apt_host_archive()
{
	apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(LABEL) $(CODENAME) $(REPO_URI) $(SOURCESENTRY)' |
		awk '$1 == "Packages" && $2 == "main" && $3 == "Debian" && $4 !~ /-/ { print $5, $6; exit }'
}

# Prints the suite of that archive.
apt_host_suite()
{
	apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(LABEL) $(CODENAME)' |
		awk '$1 == "Packages" && $2 == "main" && $3 == "Debian" && $4 !~ /-/ { print $4; exit }'
}

# Prints the Signed-By of the sources entry that begins at FILE:LINE, or nothing. Both forms of
# entry are known.
apt_signed_by()
{
	case ${1%:*} in
	*.sources) awk 'tolower($1) == "signed-by:" { print $2; exit }' "${1%:*}" ;;
	*) sed -n "${1##*:}s/.*signed-by=\([^] ]*\).*/\1/p" "${1%:*}" ;;
	esac
}

apt_run()
{
	apt-get -q "$@" >>"$apt_root/log" 2>&1 </dev/null && return
	tail -n 4 "$apt_root/log" | sed 's/^/  /' >&2
	apt_fail "\`apt-get $*\` failed (all that it said: $apt_root/log); does the mirror $apt_uri answer?"
}

apt_open()
{
	mkdir -p "$1"
	apt_root=$(cd "$1" && pwd)/apt
	shift
	for tool in apt-get apt-cache apt-config dpkg dpkg-deb; do
		command -v $tool >/dev/null || apt_fail "$tool not found; packages are fetched with Debian's apt"
	done
	unset APT_CONFIG
	apt_found=$(apt_host_archive)
	apt_uri=${STUTTER_APT_URI:-${apt_found% *}}
	[ -n "$apt_uri" ] || apt_fail "no Debian archive among apt's sources; name one: STUTTER_APT_URI=http://MIRROR/debian"
	apt_key=
	[ -z "$apt_found" ] || apt_key=$(apt_signed_by "${apt_found#* }")
	[ -n "$apt_key" ] || [ ! -f /usr/share/keyrings/debian-archive-keyring.gpg ] || apt_key=/usr/share/keyrings/debian-archive-keyring.gpg
	mkdir -p "$apt_root/lists/partial" "$apt_root/archives/partial" "$apt_root/empty.d"
	: >"$apt_root/status"
	: >"$apt_root/log"
	for suite; do
		printf 'deb%s %s %s main\n' "${apt_key:+ [signed-by=$apt_key]}" "$apt_uri" "$suite"
	done >"$apt_root/sources.list"
	{
		apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|ForceIPv[46]|Check-Valid-Until|Max-ValidTime)[: ]' || true
		cat <<-CONF
			APT::Architecture "armhf";
			APT::Architectures { "armhf"; "$(dpkg --print-architecture)"; };
			APT::Sandbox::User "root";
			APT::Get::AllowUnauthenticated "false";
			APT::Update::Error-Mode "any";
			Acquire::Languages "none";
			Dir::State "$apt_root";
			Dir::State::lists "$apt_root/lists";
			Dir::State::status "$apt_root/status";
			Dir::Cache "$apt_root";
			Dir::Cache::archives "$apt_root/archives";
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "$apt_root/empty.d";
			Dir::Etc::sourcelist "$apt_root/sources.list";
			Dir::Etc::sourceparts "$apt_root/empty.d";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "$apt_root/empty.d";
			Dir::Log "$apt_root";
		CONF
	} >"$apt_root/apt.conf"
	export APT_CONFIG="$apt_root/apt.conf"
	apt_run update
}

apt_version()
{
	apt-cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

apt_fetch()
{
	mkdir -p "$1"
	apt_into=$1
	shift
	(cd "$apt_into" && apt_run download "$@") || exit 2
}
