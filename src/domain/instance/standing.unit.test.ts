import fc from 'fast-check';
import { expect, test } from 'vitest';

import { INSTANCE_STATUSES, STANDING_BY } from './events.ts';
import { evolveInstance, type InstanceState } from './evolve.ts';
import { decideByProbes, standingByProbes } from './probed.ts';
import { decideHeartbeat, decideSilence, LEAST_SILENCE_MS, standingOf } from './silence.ts';

const instance: InstanceState = { id: 'inst_a', url: 'http://a:1', slug: 'keeper', status: 'Healthy', removed: false };
const after = (state: InstanceState, events: readonly Parameters<typeof evolveInstance>[1][]): InstanceState =>
  events.reduce<InstanceState | undefined>(evolveInstance, state) ?? state;

const anyInstance = fc
  .record({
    status: fc.constantFrom(...INSTANCE_STATUSES),
    by: fc.constantFrom(undefined, ...STANDING_BY),
    replicaId: fc.constantFrom(undefined, 'web-r1-0'),
  })
  .map((more): InstanceState => ({ ...instance, ...more }));
const anySilence = fc.record({ silentMs: fc.nat(2_000_000), intervalMs: fc.nat(200_000) });

test('a silence says nothing before three intervals and 30 s, and never less the longer it lasts', () => {
  const weight = { undefined: 0, Degraded: 1, Unreachable: 2 };
  fc.assert(
    fc.property(anySilence, fc.nat(100_000), ({ silentMs, intervalMs }, more) => {
      const standing = standingOf({ silentMs, intervalMs });
      expect(standing === undefined).toBe(silentMs <= Math.max(3 * intervalMs, LEAST_SILENCE_MS));
      const later = standingOf({ silentMs: silentMs + more, intervalMs });
      expect(weight[`${later}`]).toBeGreaterThanOrEqual(weight[`${standing}`]);
    }),
  );
});

test('silence overrules no finding of a probe, and makes what its probes find healthy no worse than Degraded', () => {
  fc.assert(
    fc.property(anyInstance, anySilence, (state, silence) => {
      const { status } = after(state, decideSilence(state, silence));
      const found = state.by === 'probe' && state.status !== 'Healthy';
      const allowed = state.replicaId === undefined ? ['Degraded', 'Unreachable'] : ['Degraded'];
      expect([state.status, ...(found ? [] : allowed)]).toContain(status);
    }),
  );
});

test('a heartbeat undoes every silence, and no finding of a probe; the second in a row changes nothing', () => {
  fc.assert(
    fc.property(anyInstance, anySilence, (state, silence) => {
      const silent = after(state, decideSilence(state, silence));
      const back = after(silent, decideHeartbeat(silent));
      expect(back.status).toBe(silent.by === 'heartbeat' || silent.status === 'Unknown' ? 'Healthy' : silent.status);
      expect(decideHeartbeat(back)).toEqual([]);
    }),
  );
});

test('by its probes an instance is Healthy in service, Error with a wrong answer, Unreachable with none, else not there', () => {
  const unready = { reason: 'ready probe failed once: GET / on port 80 answered 503', silent: false };
  expect(standingByProbes({ status: 'Ready' })).toEqual({ status: 'Healthy' });
  expect(standingByProbes({ status: 'Running', unready })).toEqual({ status: 'Error', details: unready.reason });
  expect(standingByProbes({ status: 'Running', unready: { ...unready, silent: true } })?.status).toBe('Unreachable');
  for (const status of ['Scheduled', 'Created', 'Running', 'Failed', 'Stopping', 'Stopped'] as const) {
    expect(decideByProbes(instance, { status })).toEqual([
      { type: 'InstanceRemoved', data: { instanceId: instance.id } },
    ]);
  }
  const out = after(instance, decideByProbes(instance, { status: 'Running', unready }));
  expect(out).toMatchObject({ status: 'Error', details: unready.reason, by: 'probe' });
  expect(decideByProbes(out, { status: 'Running', unready })).toEqual([]);
  const back = after(out, decideByProbes(out, { status: 'Ready' }));
  expect([back.status, back.details]).toEqual(['Healthy', undefined]);
});
