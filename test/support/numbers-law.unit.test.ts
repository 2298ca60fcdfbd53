import { expect, test } from 'vitest';

import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import type { PlacementDecision } from '../../src/domain/replica/events.ts';
import { missingNumbers } from './numbers-law.ts';

function recorded(event: DomainEvent): RecordedEvent {
  const place = { position: 7, id: 'e', stream: 's', version: 1, at: new Date(0) };
  return { ...event, ...place, actor: 'system', correlationId: 'c' };
}

const GOOD: PlacementDecision = {
  considered: 3,
  excluded: [
    { nodeId: 'b', filter: 'cpu', need: '2', have: '0.5 free of 4' },
    { nodeId: 'b', filter: 'labels', need: 'disk=ssd', have: 'none' },
    { nodeId: 'b', filter: 'vram', need: '1Gi', have: 'no GPU' },
    { nodeId: 'b', filter: 'host port', need: '8881', have: 'taken' },
  ],
  scores: [{ nodeId: 'a', total: 0.8, parts: { balance: 0.8, spread: 0.8 } }],
};

function scheduled(decision: PlacementDecision, reason = '2 wanted'): RecordedEvent {
  const reservation = { nodeId: 'a', cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const attempt = { replicaId: 'web-r1-0', deploymentId: 'web', generation: 1, ordinal: 0, revision: 1 };
  return recorded({ type: 'ReplicaScheduled', data: { ...attempt, reservation, decision, reason } });
}

test('a placement that carries its numbers holds', () => {
  expect(missingNumbers(scheduled(GOOD))).toEqual([]);
  const examples = [{ nodeId: 'b', have: '1Gi free of 8Gi' }];
  const excludedBy = [{ filter: 'memory', need: '4Gi', nodes: 60, examples }];
  expect(missingNumbers(scheduled({ ...GOOD, considered: 61, excluded: [], excludedBy }))).toEqual([]);
});

test.each<readonly [string, Partial<PlacementDecision>, RegExp]>([
  ['no score at all', { scores: [] }, /a was chosen and has no score/],
  ['the score of another node', { scores: [{ nodeId: 'c', total: 1, parts: { x: 1 } }] }, /a was chosen and has no/],
  ['a score without parts', { scores: [{ nodeId: 'a', total: 1, parts: {} }] }, /without its parts/],
  ['a score that is no number', { scores: [{ nodeId: 'a', total: Number.NaN, parts: { x: 1 } }] }, /without its parts/],
  ['fewer nodes than it tells of', { considered: 1 }, /1 nodes considered, 1 left out and one chosen/],
  ['the chosen node among those left out', { excluded: [{ ...lack('2', '1'), nodeId: 'a' }] }, /left out and chosen/],
  ['a need without a number', { excluded: [lack('much', '1')] }, /needs "much"/],
  ['a have without a number', { excluded: [lack('2', 'little')] }, /has "little"/],
  ['a label that is not named', { excluded: [{ ...lack('', 'x'), filter: 'labels' }] }, /b lacks labels/],
  ['a sum without an example', { excludedBy: [{ filter: 'cpu', need: '2', nodes: 1, examples: [] }] }, /no example/],
])('%s is found', (_, change, said) => {
  expect(missingNumbers(scheduled({ ...GOOD, ...change })).join('; ')).toMatch(said);
});

function lack(need: string, have: string): PlacementDecision['excluded'][number] {
  return { nodeId: 'b', filter: 'cpu', need, have };
}

test('a placement without a reason is found', () => {
  expect(missingNumbers(scheduled(GOOD, ''))).toEqual(['no reason']);
});

test.each([
  ['1 replica fits no node: a cpu needs 2, has 0.5 free of 4; 0/2 ready', true],
  ['2 replicas fit no node: there is none, add one with "oo node add URL"', true],
  ['3 replicas fit none of 60 nodes: cpu needs 2: 60 nodes lack it (as a has 0.5 free of 4)', true],
  ['0/2 ready', true],
  ['1 replica fits no node: ', false],
  ['1 replica fits no node: a is full', false],
  ['3 replicas fit none of 60 nodes: cpu', false],
])('a refusal "%s" carries its numbers: %s', (text, holds) => {
  const planned = { deploymentId: 'web', snapshotPosition: 1, seed: 1, now: 0, actions: [], report: ['x', text] };
  const changed = { deploymentId: 'web', status: 'Deploying', details: text } as const;
  expect(missingNumbers(recorded({ type: 'DeploymentPlanned', data: planned })).length === 0).toBe(holds);
  expect(missingNumbers(recorded({ type: 'DeploymentStatusChanged', data: changed })).length === 0).toBe(holds);
});

test('a move to a home that is no better is found', () => {
  const move = { replicaId: 'web-r1-0', generation: 1, from: 'a', to: 'b', before: 0.5, after: 0.7, why: 'spread' };
  const of = (change: object): readonly string[] =>
    missingNumbers(
      recorded({ type: 'DeploymentRebalanced', data: { deploymentId: 'web', moves: [{ ...move, ...change }] } }),
    );
  expect([of({}), of({ after: 0.5 }).length, of({ why: '' }).length]).toEqual([[], 1, 1]);
});
