# Sourced by the scripts that may install Debian packages. They set `name` (their own), `consent` (yes or no) and `otherwise`
# (what to do without the packages) first.

say() { printf '%s: %s\n' "$name" "$*" >&2; }
fail() { say "$*"; exit 1; }

# install PURPOSE PACKAGE...: installs after consent, which is --yes, CI=true, or a y on the terminal.
install() {
  local purpose=$1 sudo='' answer output
  shift
  command -v apt-get >/dev/null || fail "$purpose: this system has no apt-get; install by its own means: $*; $otherwise"
  ((EUID == 0)) || sudo='sudo '
  if [[ $consent != yes ]]; then
    if [[ ! -t 0 || ! -t 2 ]]; then
      fail "$purpose: nothing was installed. Run: ${sudo}apt-get install -y $* (or this script with --yes); $otherwise"
    fi
    read -r -p "$name: $purpose: install $* with apt-get? [y/N] " answer
    [[ $answer =~ ^[yY] ]] || fail "nothing was installed. Install $* yourself; $otherwise"
  fi
  ((EUID == 0)) || fail "$purpose: only root may install packages. Run: sudo apt-get install -y $*; $otherwise"
  say "$purpose: installing $* (apt-get)"
  # The update comes first: old package lists name versions that the mirror has dropped.
  output=$(DEBIAN_FRONTEND=noninteractive apt-get -qq update 2>&1 &&
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" 2>&1) || {
    printf '%s\n' "$output" | tail -n 20 >&2
    fail "apt-get failed (its last words are above); $otherwise"
  }
}
