import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { pack } from 'tar-stream';

import type { Engine } from '../../src/engine/engine.ts';

/** Debian's busybox-static: one static binary is a whole user land. */
const BUSYBOX = '/bin/busybox';

/**
 * The test image's behaviour, by environment:
 * MODE absent: serves HTTP on PORT (8080): `/` answers VERSION, `/healthz` "ok"; `/cgi-bin/burn` uses one core until `/cgi-bin/rest`,
 * `/cgi-bin/slow` answers VERSION after SLOW seconds (a tenth), by POST too, and is cut off by SIGTERM as all of it is.
 * `/cgi-bin/flaky` answers VERSION, and with ONE_IN one in so many times 500.
 * MODE=exit prints MESSAGE to stdout and "code CODE" to stderr, and exits with CODE. MODE=stubborn ignores SIGTERM.
 * MODE=burn uses one core. MODE=sleep just waits; both end at once on SIGTERM. MODE=lines prints COUNT lines and exits.
 * START_DELAY: seconds before any of it.
 */
const ENTRYPOINT = `#!/bin/sh
trap 'exit 0' TERM
[ -n "$START_DELAY" ] && { sleep "$START_DELAY" & wait $!; }
case "$MODE" in
  exit) echo "\${MESSAGE:-ending}"; echo "code \${CODE:-1}" >&2; exit "\${CODE:-1}" ;;
  stubborn) trap '' TERM; echo "ignoring SIGTERM"; while :; do sleep 1; done ;;
  burn) echo burning; while :; do :; done ;;
  sleep) echo sleeping; while :; do sleep 3600 & wait $!; done ;;
  lines) i=1; while [ "$i" -le "\${COUNT:-10}" ]; do echo "line $i"; i=$((i + 1)); done; exit 0 ;;
esac
mkdir -p /www
echo "\${VERSION:-unknown}" > /www/index.html
echo ok > /www/healthz
mkdir -p /www/cgi-bin
cat > /www/cgi-bin/burn <<'CGI'
#!/bin/sh
[ -e /burning ] || { : > /burning; (while [ -e /burning ]; do :; done) > /dev/null 2>&1 & }
printf 'Content-Type: text/plain\\r\\n\\r\\nburning\\n'
CGI
cat > /www/cgi-bin/rest <<'CGI'
#!/bin/sh
rm -f /burning
printf 'Content-Type: text/plain\\r\\n\\r\\nresting\\n'
CGI
cat > /www/cgi-bin/slow <<'CGI'
#!/bin/sh
sleep "\${SLOW:-0.1}"
printf 'Content-Type: text/plain\\r\\n\\r\\n'
read -r version < /www/index.html
echo "$version"
CGI
cat > /www/cgi-bin/flaky <<'CGI'
#!/bin/sh
echo >> /asked
[ -n "$ONE_IN" ] && [ $(($(wc -l < /asked) % ONE_IN)) -eq 0 ] && printf 'Status: 500 Internal Server Error\\r\\n'
printf 'Content-Type: text/plain\\r\\n\\r\\n'
read -r version < /www/index.html
echo "$version"
CGI
chmod +x /www/cgi-bin/burn /www/cgi-bin/rest /www/cgi-bin/slow /www/cgi-bin/flaky
httpd -f -p "\${PORT:-8080}" -h /www &
server=$!
trap 'kill $server; exit 0' TERM
echo "serving \${VERSION:-unknown} on \${PORT:-8080}"
wait $server
`;

/** True where a test image can be made. */
export const canBuildImages = (): boolean => existsSync(BUSYBOX);

/** A tar of the given files: path -> content, executable when the path is in `executables`. */
export async function* tarOf(
  files: Readonly<Record<string, string | Buffer>>,
  executables: readonly string[] = [],
): AsyncGenerator<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(files))
    tar.entry({ name, mode: executables.includes(name) ? 0o755 : 0o644 }, content);
  tar.finalize();
  for await (const chunk of tar) yield chunk as Uint8Array;
}

/**
 * Builds the small web server image (2 MB, no network needed) as `tag`, with `version` as its default VERSION.
 * `healthcheck` adds a HEALTHCHECK that asks the server each second.
 */
export async function buildWebImage(
  engine: Engine,
  tag: string,
  version: string,
  options: { healthcheck?: boolean } = {},
): Promise<void> {
  const dockerfile = [
    'FROM scratch',
    'COPY busybox /bin/busybox',
    'COPY entrypoint /bin/entrypoint',
    // No shell exists yet, so busybox is run by its own name.
    'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
    `ENV VERSION=${JSON.stringify(version)} PATH=/bin`,
    'EXPOSE 8080',
    ...(options.healthcheck
      ? [
          'HEALTHCHECK --interval=1s --timeout=2s --retries=2 CMD ["/bin/wget", "-qO-", "http://127.0.0.1:8080/healthz"]',
        ]
      : []),
    'ENTRYPOINT ["/bin/entrypoint"]',
    '',
  ].join('\n');
  const files = { Dockerfile: dockerfile, busybox: await readFile(BUSYBOX), entrypoint: ENTRYPOINT };
  await engine.build(tarOf(files, ['busybox', 'entrypoint']), tag);
}
