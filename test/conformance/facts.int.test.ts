import { expect, test } from 'vitest';

import { createClient } from '../../src/api/client.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { parseGpus } from '../../src/engine/docker/nvidia-smi.ts';
import { toGpus } from '../../src/services/registry/gpu-view.ts';
import { testApi } from '../support/api.ts';

test('instances are listed on after the token has expired', async () => {
  let ahead = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };
  await using api = await testApi({ clock, tokenLifeSeconds: 300 });
  const { body } = await api.anybody.call('register', { body: { slug: 'long-lived', password: 'a good password' } });
  const client = createClient({ baseUrl: api.url, token: body.token.token });
  await client.call('registerInstance', { body: { url: 'http://10.0.0.7:8080' } });
  ahead = 3_600_000;
  api.users.forget();
  const listed = await client.call('listInstances', { query: {} });
  expect(listed.body.instances).toMatchObject([{ url: 'http://10.0.0.7:8080', slug: 'long-lived' }]);
});

test('a card is shown with what its driver printed, under the URL of its node', () => {
  const printed = '0, NVIDIA GeForce RTX 3090, 00000000:04:00.0, 24576, 2592, 0, 48, P8, 22.88, 350.00, Default\n';
  const readings = parseGpus(printed);
  const capacity = { cpuMillis: 1, memoryBytes: 1, gpus: readings.map(({ name, vramBytes }) => ({ name, vramBytes })) };
  const held = [{ index: 0, limitBytes: 24 * 2 ** 30, reservedBytes: 2 ** 30 }];
  expect(toGpus({ url: 'tcp://testhost:2376', capacity }, held, readings)).toEqual([
    {
      id: 'tcp://testhost:2376:0',
      intraNodeId: 0,
      name: 'NVIDIA GeForce RTX 3090',
      busId: '00000000:04:00.0',
      temperature: 48,
      performanceState: 'P8',
      powerUsage: 22.88,
      powerCap: 350,
      // What replicas hold of it: that is what another one cannot have.
      memoryUsage: 1024,
      memoryTotal: 24_576,
      gpuUtilization: 0,
      computeMode: 'Default',
    },
  ]);
});
