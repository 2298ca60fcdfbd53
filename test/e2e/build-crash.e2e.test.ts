import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { BuildState } from '../../src/domain/build/evolve.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { streamOf } from '../../src/domain/stream.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import type { BuildStep } from '../../src/workers/deps.ts';
import { startGitServer, type GitServer } from '../support/git-server.ts';
import { DOCKER_URL, openInstallation, waitForStatus, type Installation } from '../support/installation.ts';
import { oracle } from '../support/oracle.ts';
import { commitWebServer } from '../support/web-repository.ts';

let git: GitServer;
beforeAll(async () => {
  git = await startGitServer();
  await commitWebServer(git, 'built by whoever lives');
});
afterAll(async () => {
  await git[Symbol.asyncDispose]();
  await using engine = connectEngine(DOCKER_URL);
  for (const image of images) await engine.removeImage(image);
});

/** Made here, and taken away when nothing runs any more. */
const images = new Set<string>();

/** Saves a definition from the repository, and a deployment of it. */
async function deploy({ store }: Installation): Promise<void> {
  const repository = { url: `${git.url}/repo.git`, internalPorts: [8080] };
  const saved: readonly [string, DomainEvent][] = [
    [
      streamOf('definition', 'def'),
      { type: 'DefinitionSaved', data: { definitionId: 'def', spec: { id: 'def', repository } } },
    ],
    [
      streamOf('deployment', 'web'),
      {
        type: 'DeploymentSaved',
        data: { deploymentId: 'web', spec: { id: 'web', definitionId: 'def', replicas: 1 } },
      },
    ],
  ];
  for (const [stream, event] of saved) {
    const context = { actor: 'user/test', correlationId: uuidv7() };
    await store.append({ context, appends: [{ stream, expectedVersion: 'any', events: [event] }] });
  }
}

const STEPS: readonly BuildStep[] = ['build-started', 'built'];

test.for(STEPS)('SIGKILL of a worker after "%s": one image, one container', async (step) => {
  await using installation = await openInstallation();
  const [doomed, heir] = await Promise.all([
    installation.start({ signalAt: { step, signal: 'SIGKILL' } }),
    installation.start(),
  ]);
  heir.signal('SIGSTOP');
  await deploy(installation);
  await doomed.end();
  const [begun] = await installation.store.rows<BuildState>('builds');
  const made = await installation.engine.imageId(begun?.state.image ?? '');
  expect(made === undefined).toBe(step === 'build-started');
  heir.signal('SIGCONT');
  await waitForStatus(installation, 'web', 'OK');
  const [build] = await installation.store.rows<BuildState>('builds');
  const { image = '', status, imageId } = build?.state ?? {};
  expect(status).toBe('Succeeded');
  // What the dead one had finished is taken over, and not made again.
  expect(imageId).toBe(made ?? (await installation.engine.imageId(image)));
  const { wanted } = await oracle(installation, 1);
  expect(wanted).toEqual(['web-r1-0/1 running']);
  const events = await installation.store.read({ after: 0, limit: 1_000, stream: streamOf('build', build?.id ?? '') });
  expect(events.map(({ type }) => type)).toEqual(['BuildRequested', 'BuildStarted', 'BuildStarted', 'BuildSucceeded']);
  images.add(image);
});
