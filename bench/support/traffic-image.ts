import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

import type { Engine } from '../../src/engine/engine.ts';
import { tarOf } from '../../test/support/images.ts';

const BUSYBOX = '/bin/busybox';
const HAPROXY = '/usr/sbin/haproxy';

/** MODE=exit ends at once, as a version that fails. SIGTERM cuts off what is under way, so that whoever stops too early shows. */
const ENTRYPOINT = `#!/bin/busybox sh
[ "$MODE" = exit ] && { echo ending >&2; exit 1; }
${HAPROXY} -db -f /haproxy.cfg &
trap 'exit 0' TERM
wait $!
`;

/** `/` answers VERSION at once, `/cgi-bin/slow` after a tenth of a second. */
const CONFIGURATION = `global
  maxconn 4000
  lua-load /slow.lua
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend web
  bind :8080
  http-request lua.slow if { path /cgi-bin/slow }
  http-request return status 200 content-type text/plain lf-string "%[env(VERSION)]"
`;
const SLOW = `core.register_action("slow", {"http-req"}, function(txn) core.msleep(100) end)
`;

/**
 * Builds an image of a web server that costs little per request and keeps its connections (the machine's own HAProxy, with the
 * libraries that it needs), as `tag`: busybox' one forks for each, which is most of what a load of hundreds a second would measure.
 */
export async function buildTrafficImage(engine: Engine, tag: string): Promise<void> {
  const libraries = execFileSync('ldd', [HAPROXY], { encoding: 'utf8' }).match(/\/\S+(?= \()/g) ?? [];
  const paths = [BUSYBOX, HAPROXY, ...libraries];
  const files = await Promise.all(paths.map(async (path) => [`root${path}`, await readFile(path)] as const));
  const dockerfile = ['FROM scratch', 'COPY root /', 'EXPOSE 8080', 'ENTRYPOINT ["/entrypoint"]', ''].join('\n');
  const all = {
    Dockerfile: dockerfile,
    ...Object.fromEntries(files),
    'root/entrypoint': ENTRYPOINT,
    'root/haproxy.cfg': CONFIGURATION,
    'root/slow.lua': SLOW,
  };
  await engine.build(tarOf(all, ['root/entrypoint', ...files.map(([name]) => name)]), tag);
}
