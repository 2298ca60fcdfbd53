# Sourced by the scripts that may install Debian packages. They set `name` (their own), `consent` (yes or no) and `otherwise`
# (what to do without the packages) first.

say() { printf '%s: %s\n' "$name" "$*" >&2; }
fail() { say "$*"; exit 1; }

# consented QUESTION UNASKED REFUSED: goes on after consent, which is --yes, CI=true, or a y on the terminal; ends with UNASKED where there
# is no terminal, and with REFUSED after any other answer.
consented() {
  local answer
  [[ $consent != yes ]] || return 0
  [[ -t 0 && -t 2 ]] || fail "$2; $otherwise"
  read -r -p "$name: $1 [y/N] " answer
  [[ $answer =~ ^[yY] ]] || fail "$3; $otherwise"
}

# install PURPOSE PACKAGE...: installs after consent.
install() {
  local purpose=$1 sudo='' output
  shift
  command -v apt-get >/dev/null || fail "$purpose: this system has no apt-get; install by its own means: $*; $otherwise"
  ((EUID == 0)) || sudo='sudo '
  consented "$purpose: install $* with apt-get?" \
    "$purpose: nothing was installed. Run: ${sudo}apt-get install -y $* (or this script with --yes)" \
    "nothing was installed. Install $* yourself"
  ((EUID == 0)) || fail "$purpose: only root may install packages. Run: sudo apt-get install -y $*; $otherwise"
  say "$purpose: installing $* (apt-get)"
  # The update comes first: old package lists name versions that the mirror has dropped.
  output=$(DEBIAN_FRONTEND=noninteractive apt-get -qq update 2>&1 &&
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" 2>&1) || {
    printf '%s\n' "$output" | tail -n 20 >&2
    fail "apt-get failed (its last words are above); $otherwise"
  }
}
