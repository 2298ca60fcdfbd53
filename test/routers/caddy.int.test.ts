import { expect, test } from 'vitest';

import { atHost, told } from '../routing/client.ts';
import { routerConformance } from '../routing/conformance.ts';
import { at, tableOf } from '../routing/tables.ts';
import { startUpstream } from '../routing/upstream.ts';
import { openCaddy } from './caddy.ts';

routerConformance({
  kind: 'caddy',
  open: () => openCaddy(),
  lacks: {
    'both ways at once': 'Caddy reads an HTTP/1 body to its end before it answers, up to 2.6',
    'idle connections outlive changes': 'Caddy closes them, maybe in the moment in which a request is sent',
    'sockets outlive changes': 'Caddy closes WebSockets with each change of its configuration, up to 2.6',
  },
});

test('a Caddy that was started anew, or configured by others, has the table after the next beat; one that is gone has nothing', async () => {
  await using open = await openCaddy();
  await using a = await startUpstream('a');
  const asked = () => told(`${open.url}/`, atHost('depl-web.localhost'));
  await open.router.apply(tableOf({ deployments: { depl_web: { replicas: [at(a.port, { id: 'w-0' })] } } }));
  const { admin } = open.settings;
  await fetch(`${admin}/config/apps/http/servers/deploy_svc/routes`, { method: 'DELETE' });
  await fetch(`${admin}/config/apps/http/servers/own`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"listen":["127.0.0.1:0"]}',
  });
  await open.router.inFlight();
  expect(await asked()).toMatchObject({ name: 'a' });
  // What belongs to others stays.
  expect(await (await fetch(`${admin}/config/apps/http/servers/own`)).json()).toEqual({ listen: ['127.0.0.1:0'] });
  await open.kill();
  await expect(open.router.inFlight()).rejects.toThrow(/does not answer/);
  await open.start();
  await open.router.inFlight();
  expect(await asked()).toMatchObject({ name: 'a' });
});
