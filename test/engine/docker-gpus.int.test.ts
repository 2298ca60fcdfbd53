import { afterEach, expect, test } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { nvidiaSmi, printed } from '../support/nvidia-smi.ts';
import { startSshServer } from '../support/ssh-server.ts';
import { docker, ignoreAbsent } from './docker-harness.ts';
import { tarOf } from '../support/images.ts';

const SOCKET = '/var/run/docker.sock';
const NAME = `deploy-svc-test-gpus-${process.pid}`;
const local = (deadline = 10_000): Engine => connectEngine(`unix://${SOCKET}`, { deadlines: { read: deadline } });

afterEach(async () => {
  await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
});

const echo = (output: string): string => `cat <<'END'\n${output}END`;

test('the cards of this machine are those of its nvidia-smi, also in telemetry', async () => {
  await using _ = await nvidiaSmi(echo(printed(81_559, 23_034)));
  await using engine = local();
  const { gpus, gpuProblem } = await engine.capacity();
  expect(gpuProblem).toBeUndefined();
  expect(gpus).toEqual([
    { name: 'NVIDIA H100 80GB HBM3', vramBytes: 81_559 * 2 ** 20, index: 0 },
    { name: 'NVIDIA H100 80GB HBM3', vramBytes: 23_034 * 2 ** 20, index: 1 },
  ]);
  expect(await engine.gpus()).toMatchObject([
    { index: 0, utilization: 40, temperature: 30, powerUsage: 70.5 },
    { index: 1, utilization: 41, temperature: 31, performanceState: 'P0' },
  ]);
});

test('a host without cards has none, a driver that fails or hangs is told, and neither hides the rest of the host', async () => {
  await using engine = local(1_000);
  const whole = await engine.capacity();
  await using smi = await nvidiaSmi('echo "No devices were found"');
  expect(await engine.capacity()).toEqual(whole);
  await smi.become('echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9');
  const { gpuProblem, ...rest } = await engine.capacity();
  expect(rest).toEqual(whole);
  expect(gpuProblem).toMatch(/nvidia-smi for unix:.*: ended with code 9: NVIDIA-SMI has failed because/);
  await expect(engine.gpus()).rejects.toMatchObject({ code: 'refused' });
  await smi.become('exec sleep 60');
  expect((await engine.capacity()).gpuProblem).toMatch(/timeout/);
});

test('the cards of a host behind ssh are those of its own nvidia-smi', async () => {
  await using _ = await nvidiaSmi(echo(printed(1)));
  await using server = await startSshServer(SOCKET, printed(81_559));
  const { identityFile, knownHostsFile } = server;
  await using engine = connectEngine(`ssh://deployer@127.0.0.1:${server.port}`, {
    ssh: { identityFile, knownHostsFile },
  });
  expect((await engine.capacity()).gpus.map(({ vramBytes }) => vramBytes)).toEqual([81_559 * 2 ** 20]);
});

test('a container is given exactly its cards, and one without gets none', async () => {
  await using engine = local();
  const image = `deploy-svc-test/gpus:${process.pid}`;
  await engine.build(tarOf({ Dockerfile: 'FROM scratch\nCMD ["/none"]\n' }), image);
  const spec = { name: NAME, image, labels: {}, env: {}, ports: [] };
  const requestsOf = async (gpuIndexes: readonly number[]): Promise<unknown> => {
    const { containerId } = await engine.create({ ...spec, gpuIndexes });
    const { HostConfig } = await docker.getContainer(containerId).inspect();
    await engine.remove(containerId);
    return HostConfig.DeviceRequests;
  };
  try {
    expect(await requestsOf([0, 2])).toEqual([
      { Driver: 'nvidia', Count: 0, DeviceIDs: ['0', '2'], Capabilities: [['gpu']], Options: {} },
    ]);
    expect(await requestsOf([])).toBeNull();
  } finally {
    await docker.getImage(image).remove();
  }
});
