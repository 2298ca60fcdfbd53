#!/usr/bin/env bash
# Runs a TypeScript file of this project with the Node that its packages bring: scripts/with-node.sh FILE [ARGUMENT...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bash "$root/scripts/bootstrap.sh"
exec "$root/node_modules/.bin/node" "$root/$1" "${@:2}"
