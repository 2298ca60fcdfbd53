#!/usr/bin/env bash
# Sees to it that a Docker engine answers: uses the one that does, starts the one that is installed, installs one by consent.
#   scripts/engine.sh [--yes] [--for-demo | --for-tests]
# --yes        install Debian packages and start the engine without asking (also: CI=true)
# --for-demo   also see to busybox, from which the demo makes its image
# --for-tests  also see to what the tests make their images, their registry and their secured engines from
set -euo pipefail

name=engine
consent=no
otherwise='or do without an engine: npm run demo -- --simulate'
# shellcheck source=scripts/debian-packages.sh
source "$(dirname "${BASH_SOURCE[0]}")/debian-packages.sh"

for_demo=no
for_tests=no
for argument in "$@"; do
  case $argument in
    --yes) consent=yes ;;
    --for-demo) for_demo=yes ;;
    --for-tests) for_demo=yes; for_tests=yes ;;
    *) fail "unknown argument: $argument (known: --yes, --for-demo, --for-tests)" ;;
  esac
done
[[ ${CI:-} == true ]] && consent=yes

readonly state=${DEPLOY_SVC_STATE_DIR:-/var/lib/deploy-svc}
readonly socket=/var/run/docker.sock
readonly pid_file=/var/run/docker.pid
readonly log=$state/dockerd.log
readonly start_deadline=60

# Asks over HTTP itself: the docker command may be absent where an engine is not. TLS and ssh are left to the command.
answers() {
  local host=${DOCKER_HOST:-unix://$socket}
  case $host in
    unix://*) ping_engine "{ socketPath: '${host#unix://}', path: '/_ping' }" ;;
    tcp://*) ping_engine "'http://${host#tcp://}/_ping'" || docker_command_answers ;;
    *) docker_command_answers ;;
  esac
}

ping_engine() {
  node -e "
    const request = require('node:http').get($1, (response) => process.exit(response.statusCode === 200 ? 0 : 1));
    request.setTimeout(5000, () => process.exit(1));
    request.on('error', () => process.exit(1));"
}

docker_command_answers() { command -v docker >/dev/null && timeout 20 docker version >/dev/null 2>&1; }

# The process that docker.pid names, when it is an engine.
engine_process() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  [[ -n $pid && $(cat "/proc/$pid/comm" 2>/dev/null) == dockerd ]] && printf '%s' "$pid"
}

start() {
  ((EUID == 0)) || fail "the engine is installed and does not answer. Run: sudo service docker start (is your user in the group docker?); $otherwise"
  mkdir -p "$state"
  local dockerd=
  if [[ -d /run/systemd/system ]]; then
    say 'starting docker.service'
    systemctl start docker || fail "docker.service does not start (see: journalctl -u docker); $otherwise"
  elif engine_process >/dev/null; then
    say "an engine (process $(engine_process)) is there and does not answer yet: waiting for it"
  else
    # A killed engine leaves its pid file behind, and the next one refuses to start. The socket is dead by now.
    if [[ -e $pid_file ]]; then
      say "removing $pid_file of an engine that is gone"
      rm -f "$pid_file"
    fi
    say "starting dockerd (log: $log)"
    # In a session of its own: the terminal's Ctrl-C is not meant for it. live-restore lets containers survive its restart.
    setsid dockerd --live-restore >>"$log" 2>&1 </dev/null &
    dockerd=$!
  fi
  local deadline=$((SECONDS + start_deadline))
  until answers; do
    # It ends, too, when the package's own service was a moment faster; then that one is waited for.
    if [[ -n $dockerd ]] && ! kill -0 "$dockerd" 2>/dev/null && ! engine_process >/dev/null; then
      give_up 'dockerd ended at once'
    fi
    ((SECONDS < deadline)) || give_up "the engine did not answer within $start_deadline s"
    sleep 0.3
  done
  say 'the engine answers'
}

give_up() {
  tail -n 20 "$log" >&2 || true
  fail "$1 (its log's last lines are above; the whole: $log); $otherwise"
}

if ! answers; then
  [[ -z ${DOCKER_HOST:-} ]] || fail "no engine answers at DOCKER_HOST=$DOCKER_HOST; correct or unset it, $otherwise"
  if ! command -v dockerd >/dev/null || ! command -v iptables >/dev/null; then
    install 'no Docker engine answers' docker.io iptables busybox-static
  fi
  start
fi

[[ $for_demo == yes ]] || exit 0
missing=()
# A static busybox: a dynamic one does not run in an image that holds nothing else.
[[ -x /bin/busybox ]] && ! ldd /bin/busybox >/dev/null 2>&1 || missing+=(busybox-static)
if [[ $for_tests == yes ]]; then
  # Engines behind TLS and ssh are tested with real certificates and the real ssh client; the image's base is made by debootstrap.
  command -v docker-registry >/dev/null || missing+=(docker-registry)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v ssh >/dev/null || missing+=(openssh-client)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  # Proxies that are driven as routers.
  command -v haproxy >/dev/null || missing+=(haproxy)
  command -v caddy >/dev/null || missing+=(caddy)
  # A fleet of engines, each in a network namespace of its own.
  command -v ip >/dev/null || missing+=(iproute2)
fi
((${#missing[@]} == 0)) || install 'the demo and the tests make their own images' "${missing[@]}"
[[ $for_tests == no ]] || CI=$([[ $consent == yes ]] && echo true) bash "$(dirname "${BASH_SOURCE[0]}")/caddy.sh"
