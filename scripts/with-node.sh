#!/usr/bin/env bash
# Runs a TypeScript file of this project with the Node that its packages bring: scripts/with-node.sh FILE [ARGUMENT...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bash "$root/scripts/bootstrap.sh"
# What was compiled once is not compiled again: a start takes half as long.
export NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/compile}
exec "$root/node_modules/.bin/node" "$root/$1" "${@:2}"
