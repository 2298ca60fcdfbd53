#!/usr/bin/env bash
# Brings node_modules, and with them Node 24, to what package-lock.json says. Needs any Node with npm; repeatable.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'bootstrap: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

readonly minimum=24
readonly stamp=node_modules/.deploy-svc-lock
readonly node=node_modules/.bin/node

command -v npm >/dev/null || fail 'npm is not installed; install Node.js with npm (on Debian: apt-get install nodejs npm), then run this again'
lock=$(sha256sum package-lock.json package.json | sha256sum | cut -d' ' -f1)

# A node_modules that is a link belongs to another checkout, which looks after it.
if [[ ! -L node_modules && "$(cat "$stamp" 2>/dev/null || true)" != "$lock" ]]; then
  if [[ -d node_modules ]]; then say 'package-lock.json has changed: installing packages (npm ci)'
  else say 'installing packages (npm ci)'; fi
  # npm names failing packages itself; its other chatter is of use only then. engine-strict is off, as Node 24 comes with them.
  output=$(npm ci --no-audit --no-fund --loglevel=error 2>&1) || {
    printf '%s\n' "$output" >&2
    fail 'npm ci failed (its words are above); with the registry reachable, run this again'
  }
  printf '%s\n' "$lock" >"$stamp"
fi

[[ -x $node ]] || fail "there is no Node for $(uname -s)-$(uname -m) among the packages; put Node $minimum or newer on PATH at $node"
version=$("$node" --version)
major=${version#v}
((${major%%.*} >= minimum)) || fail "$node is $version; $minimum or newer is needed: remove node_modules and run this again"
