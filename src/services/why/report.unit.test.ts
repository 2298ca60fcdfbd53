import { expect, test } from 'vitest';

import type { RecordedEvent } from '../../domain/event.ts';
import { explain } from '../../domain/explain/explain.ts';
import { incidentOf } from './report.ts';
import { causedBy } from './trace.ts';

const reservation = { nodeId: 'b', cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };

function failed(position: number, causationId?: string): RecordedEvent {
  const failure = { kind: 'exit' as const, message: 'exit | code 1', lastLogs: ['<b>oh\n# no'], terminal: false };
  return {
    type: 'ReplicaFailed',
    data: { replicaId: 'web-r1-0', deploymentId: 'web', generation: position, failure, released: reservation },
    position,
    id: `e${position}`,
    stream: 'replica/web-r1-0',
    version: position,
    actor: 'worker/0198c7aa',
    correlationId: 'c',
    causationId,
    at: new Date(Date.UTC(2025, 0, 31, 12, 0, position)),
  };
}

test('a report tells when, who and what, and what others said can neither end a cell nor begin markup', () => {
  const events = [failed(1), failed(3)];
  const { markdown, ...told } = incidentOf(
    'deployment web',
    events,
    events.map((event) => explain(event)),
    { truncated: false },
  );
  expect(told).toMatchObject({ durationMs: 2_000, counts: { events: 2, failed: 2 }, actors: ['worker/0198c7aa'] });
  expect(markdown).toContain('2025-01-31T12:00:01.000Z to 2025-01-31T12:00:03.000Z, 2.0 s.');
  expect(markdown).toContain(String.raw`exit \| code 1`);
  expect(markdown).toContain('\n    <b>oh # no\n');
  expect(markdown.split('\n').filter((line) => line.startsWith('| 12:00:'))).toHaveLength(2);
});

test('an empty report is one that says so', () => {
  expect(incidentOf('deployment web', [], [], { truncated: false }).markdown).toContain('Nothing happened.');
});

test('what an event led to is found in one pass, whatever else the correlation has', () => {
  const events = [failed(1), failed(2, 'e1'), failed(3, 'x'), failed(4, 'e2'), failed(5, 'e3')];
  expect(causedBy({ id: 'e1' }, events).map(({ position }) => position)).toEqual([2, 4]);
});
