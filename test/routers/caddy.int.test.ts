import { expect, test } from 'vitest';

import { atHost, told } from '../routing/client.ts';
import { routerConformance } from '../routing/conformance.ts';
import { at, tableOf } from '../routing/tables.ts';
import { startUpstream } from '../routing/upstream.ts';
import { caddyPrograms } from './caddy-programs.ts';
import { configured, openCaddy } from './caddy.ts';

const PROGRAMS = caddyPrograms();

const IDLE = {
  'idle connections outlive changes': 'Caddy closes them, maybe in the moment in which a request is sent',
};
const LACKS_UP_TO_2_6 = {
  ...IDLE,
  'both ways at once': 'Caddy reads an HTTP/1 body to its end before it answers, up to 2.6',
  'sockets outlive changes': 'Caddy closes WebSockets with each change of its configuration, up to 2.6',
};

for (const program of PROGRAMS) {
  const { version, modern } = program;
  routerConformance({
    kind: 'caddy',
    version,
    open: () => openCaddy(program),
    lacks: modern ? IDLE : LACKS_UP_TO_2_6,
  });
}

test.for(PROGRAMS)(
  'a Caddy $version that was started anew, or configured by others, has the table after the next beat; one that is gone has nothing',
  async (program) => {
    await using open = await openCaddy(program);
    await using a = await startUpstream('a');
    const asked = () => told(`${open.url}/`, atHost('depl-web.localhost'));
    await open.router.apply(tableOf({ deployments: { depl_web: { replicas: [at(a.port, { id: 'w-0' })] } } }));
    expect(open.router.modern).toBe(program.modern);
    await configured(open.settings, 'DELETE', 'apps/http/servers/deploy_svc/routes');
    const own = { listen: ['127.0.0.1:0'] };
    await configured(open.settings, 'PUT', 'apps/http/servers/own', JSON.stringify(own));
    await open.router.inFlight();
    expect(await asked()).toMatchObject({ name: 'a' });
    // What belongs to others stays.
    expect(await configured(open.settings, 'GET', 'apps/http/servers/own')).toEqual(own);
    await open.kill();
    await expect(open.router.inFlight()).rejects.toThrow(/does not answer/);
    await open.start();
    await open.router.inFlight();
    expect(await asked()).toMatchObject({ name: 'a' });
  },
);
