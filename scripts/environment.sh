#!/usr/bin/env bash
# Writes the settings of the compose set-up, with passwords and a key of their own.
#   scripts/environment.sh [FILE]      FILE is .env by default; one that is there is left alone
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

file=${1:-.env}
if [[ -e $file ]]; then
  printf 'environment: %s is there already and stays as it is\n' "$file"
  exit 0
fi

# 24 bytes in letters that neither a URL nor a shell reads as anything else.
password() { head -c 24 /dev/urandom | base64 -w0 | tr '+/' '-_'; }

umask 077
{
  grep -v '^POSTGRES_PASSWORD=' .env.example
  printf '\n# --- made by scripts/environment.sh ---\n\n'
  printf 'POSTGRES_PASSWORD=%s\n' "$(password)"
  printf 'ADMIN_PASSWORD=%s\n' "$(password)"
  printf 'SECRET_KEY=%s\n' "$(head -c 32 /dev/urandom | base64 -w0)"
  if [[ -S /var/run/docker.sock ]]; then printf 'DOCKER_GID=%s\n' "$(stat -c %g /var/run/docker.sock)"; fi
} >"$file.new"
mv -n "$file.new" "$file"
printf 'environment: wrote %s; the administrator: oo login 1backend "$(sed -n s/^ADMIN_PASSWORD=//p %s)"\n' "$file" "$file"
