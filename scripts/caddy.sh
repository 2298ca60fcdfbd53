#!/usr/bin/env bash
# Sees to a Caddy of 2.7 or later, with which the tests of routers leave nothing out: Debian's stable releases have 2.6. Takes the one
# of the path where it is new enough, else that of Debian's backports, unpacked beside the state of the engine; nothing of the system changes.
#   scripts/caddy.sh [--yes]
# --yes  fetch it without asking (also: CI=true)
set -euo pipefail

name=caddy
consent=no
otherwise='or install Caddy 2.7 or later yourself, so that the command caddy is that'
# shellcheck source=scripts/debian-packages.sh
source "$(dirname "${BASH_SOURCE[0]}")/debian-packages.sh"
[[ ${CI:-} == true || ${1:-} == --yes ]] && consent=yes

readonly state=${DEPLOY_SVC_STATE_DIR:-/var/lib/deploy-svc}
readonly home=$state/caddy
# Runs on the release before it as well: it needs nothing but a libc of 2.34.
readonly suite=trixie-backports

modern() { [[ $("$1" version 2>/dev/null) =~ ^v?([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] > 2 || BASH_REMATCH[1] == 2 && BASH_REMATCH[2] >= 7)); }

modern caddy || modern "$home/usr/bin/caddy" && exit 0

command -v apt-get >/dev/null || fail "the Caddy here is older than 2.7, and this system has no apt-get; $otherwise"
consented "fetch the one of $suite (12 MB) into $home?" \
  "the Caddy here is older than 2.7, and nothing was fetched. Run this script with --yes" 'nothing was fetched'

# Where this system has its other packages from.
site_of_debian() { apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1; }
site=$(site_of_debian)
# A system that is new knows nothing before its first update.
[[ -n $site ]] || { apt-get -qq update >&2 && site=$(site_of_debian); } || true
[[ -n $site ]] || fail "the Caddy here is older than 2.7, and this system has no packages of Debian; $otherwise"

say "fetching the Caddy of $suite into $home"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$home"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" >"$work/sources.list"
# Lists of its own: those of the system know nothing of this suite, before and after.
apt() {
  apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" \
    -o "Dir::Cache=$work/cache" -o APT::Sandbox::User= "$@" 2>&1
}
output=$(apt update && cd "$work" && apt download "caddy/$suite" && dpkg-deb -x caddy_*.deb "$home") || {
  printf '%s\n' "$output" | tail -n 20 >&2
  fail "apt-get failed (its last words are above); $otherwise"
}
modern "$home/usr/bin/caddy" || fail "what $suite has does not run here, or is older than 2.7; $otherwise"
