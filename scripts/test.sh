#!/usr/bin/env bash
# npm test: everything that has to hold, from a bare checkout on.
#   npm test [-- [--yes] [arguments of vitest]]
# --yes  install the Debian packages that are missing (a Docker engine, busybox, docker-registry, debootstrap, haproxy, caddy), and fetch a newer Caddy than Debian has, without asking
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

consent=()
vitest=()
for argument in "$@"; do
  if [[ $argument == --yes ]]; then consent=(--yes); else vitest+=("$argument"); fi
done

# No test has run when a step before them fails: the last line says so, and the exit code.
step() {
  local name=$1
  shift
  printf '> %s\n' "$name" >&2
  "$@" && return
  printf '%s failed; no test was run\n0 passed, 1 failed\n' "$name"
  exit 1
}

# Side by side, as there are two cores; one checker, as several of them check much of it twice.
judge() {
  local failed=0
  tsc -p . --checkers 1 &
  local types=$!
  oxlint || failed=1
  oxfmt --check || failed=1
  wait "$types" || failed=1
  return "$failed"
}

step packages bash scripts/bootstrap.sh
# The packages bring the Node that everything after this line runs with.
export PATH="$PWD/node_modules/.bin:$PATH"
# The tests start the program a few hundred times.
export NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$PWD/node_modules/.cache/compile}
hash -r
step 'container engine' bash scripts/engine.sh --for-tests ${consent[@]+"${consent[@]}"}
step 'lint, format or types' judge
printf '> tests\n' >&2
exec vitest run ${vitest[@]+"${vitest[@]}"}
