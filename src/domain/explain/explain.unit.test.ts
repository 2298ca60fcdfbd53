import { describe, expect, test } from 'vitest';

import type { DomainEvent, RecordedEvent } from '../event.ts';
import { explain } from './explain.ts';

const place = { position: 42, id: 'e42', version: 2, correlationId: 'c', at: new Date('2025-01-31T12:03:01Z') };

function recorded(event: DomainEvent, actor = 'worker/0198c7aa-1111', stream = 's'): RecordedEvent {
  return { ...event, ...place, actor, stream };
}

const spec = { id: 'web', definitionId: 'def', replicas: 2, envars: { TOKEN: 'hunter2', LEVEL: 'info' } };
const saved = (more: object = {}): RecordedEvent =>
  recorded({ type: 'DeploymentSaved', data: { deploymentId: 'web', spec: { ...spec, ...more } } }, 'user/ada');
const attempt = { replicaId: 'web-r2-0', deploymentId: 'web', generation: 1 };
const reservation = { nodeId: 'b', cpuMillis: 500, memoryBytes: 2 ** 28, vramBytes: 0, hostPorts: [8080] };
const template = { definitionId: 'def', image: 'web:2', ports: [], env: { TOKEN: 'hunter2' } };

describe('a save', () => {
  test('the first says what is wanted', () => {
    expect(explain(saved()).text).toBe('ada saved web for the first time: 2 replicas of definition def.');
  });

  test('a later one says what has changed, of the environment the names alone', () => {
    const now = saved({ replicas: 3, envars: { TOKEN: 'hunter3', LEVEL: 'info' }, resources: { cpu: '1' } });
    const { text } = explain(now, { previous: saved() });
    expect(text).toBe('ada saved web: replicas 3 (was 2), envars TOKEN changed, resources {"cpu":"1"} (was not set).');
    expect(text).not.toContain('hunter');
  });

  test('one that changes nothing says so, and a command that scales says from what to what', () => {
    expect(explain(saved(), { previous: saved() }).text).toBe('ada saved web as it was.');
    const data = { deploymentId: 'web', spec: { ...spec, replicas: 5 }, scaled: true, reason: 'sale' };
    const scaled = recorded({ type: 'DeploymentSaved', data }, 'user/ada');
    expect(explain(scaled, { previous: saved() }).text).toBe('ada scaled web from 2 to 5 replicas: sale.');
  });
});

test('a decision tells every node: what is lacked with need and have, and the scores of the others', () => {
  const decision = {
    considered: 3,
    excluded: [{ nodeId: 'a', filter: 'cpu', need: '500m', have: '200m free of 4' }],
    scores: [
      { nodeId: 'b', total: 0.82, parts: { spread: 0.5, free: 0.32 } },
      { nodeId: 'c', total: 0.61, parts: { spread: 0.5, free: 0.11 } },
    ],
  };
  const data = { ...attempt, ordinal: 0, revision: 2, reservation, decision, reason: 'rolls out revision 2' };
  expect(explain(recorded({ type: 'ReplicaScheduled', data })).text).toBe(
    'The planner chose node b for web-r2-0 (generation 1, revision 2), holding 500m CPU and 256Mi memory and port 8080: ' +
      'rolls out revision 2. 3 nodes considered; a lacked cpu (needs 500m, has 200m free of 4); ' +
      'b scored 0.82 (spread 0.50, free 0.32), c 0.61.',
  );
});

const TEXTS: readonly (readonly [DomainEvent, string])[] = [
  [
    { type: 'ImagePulled', data: { ...attempt, image: 'web:2', milliseconds: 1_234, nodeId: 'b' } },
    'worker 0198c7aa pulled the image web:2 on node b in 1.2 s.',
  ],
  [
    { type: 'ContainerCreated', data: { ...attempt, containerId: '3f2a9c1b7d04'.repeat(5), adopted: false } },
    'worker 0198c7aa created container 3f2a9c1b7d04 of web-r2-0 after 0.4 s.',
  ],
  [
    { type: 'ContainerStarted', data: { ...attempt, containerId: '3f2a', ports: [{ internal: 80, host: 32_768 }] } },
    'worker 0198c7aa started container 3f2a of web-r2-0, ports 32768->80.',
  ],
  [{ type: 'ReplicaReady', data: attempt }, 'web-r2-0 was ready after 0.4 s.'],
  [
    {
      type: 'ReplicaFailed',
      data: {
        ...attempt,
        failure: { kind: 'exit', message: 'container ended', exitCode: 3, lastLogs: ['no "db"'], terminal: false },
        released: reservation,
      },
    },
    String.raw`web-r2-0 (generation 1) failed after 0.4 s: container ended (exit code 3); it last said "no \"db\"".`,
  ],
  [
    { type: 'NodeLost', data: { nodeId: 'b', silentMs: 31_000, reason: 'connect ECONNREFUSED' } },
    'Node b was lost: silent for 31.0 s: connect ECONNREFUSED.',
  ],
  [
    {
      type: 'RolloutFailed',
      data: { deploymentId: 'web', revision: 2, backTo: 1, reason: 'it crashes', by: 'planner' },
    },
    'The planner gave revision 2 of web up and went back to revision 1: it crashes.',
  ],
  [
    {
      type: 'DeploymentPlanned',
      data: { deploymentId: 'web', snapshotPosition: 41, seed: 41, now: 0, actions: ['start web-r2-0'], report: [] },
    },
    'The planner looked at web as of position 41 and decided on 1 action: start web-r2-0.',
  ],
  [
    { type: 'PasswordChanged', data: { slug: 'ada' } } as unknown as DomainEvent,
    'worker 0198c7aa wrote PasswordChanged to s.',
  ],
];

test.each(TEXTS.map(([event, text]) => [event.type, event, text] as const))('%s', (_, event, text) => {
  expect(explain(recorded(event), { sinceMs: 400 })).toMatchObject({ text, position: 42, eventId: 'e42' });
});

test('a revision says which image it replaces, and nothing of the environment', () => {
  const created = (revision: number, image: string): RecordedEvent =>
    recorded({
      type: 'RevisionCreated',
      data: { deploymentId: 'web', revision, template: { ...template, image }, fingerprint: 'f' },
    });
  expect(explain(created(2, 'web:2'), { previous: created(1, 'web:1') }).text).toBe(
    'The planner created revision 2 of web: image web:2 (was web:1).',
  );
});
