import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Conflict, InvalidInput, NotFound } from '../problem.ts';
import { decideSaveDeployment } from './decide.ts';
import { decideAbort, decidePause, decideRestart, decideResume, decideScale } from './decide-rollout.ts';
import { evolveDeployment, type DeploymentEvent, type DeploymentState } from './evolve.ts';
import { parseRestart, parseRolloutCommand, parseScale } from './parse-command.ts';
import { parseDeployment } from './parse.ts';
import { rollbackText } from './rollout-state.ts';

const asked = { id: 'web', by: 'user/x' } as const;
const template = { definitionId: 'def', image: 'web:1', ports: [], env: {} };
const spec = parseDeployment({ id: 'web', definitionId: 'def', replicas: 2 }, 'x');

type Told = DeploymentEvent | readonly [DeploymentEvent, number];

/** The state after these events, one second apart unless they say when (milliseconds). */
function after(...events: readonly Told[]): DeploymentState {
  const all: readonly Told[] = [{ type: 'DeploymentSaved', data: { deploymentId: 'web', spec } }, ...events];
  const state = all.reduce<DeploymentState | undefined>((before, told, index) => {
    const [event, at] = 'type' in told ? [told, index * 1_000] : told;
    return evolveDeployment(before, event, at);
  }, undefined);
  if (state === undefined) throw new Error('no state');
  return state;
}

const revise = (revision: number): DeploymentEvent => ({
  type: 'RevisionCreated',
  data: { deploymentId: 'web', revision, template, fingerprint: `f${revision}` },
});
const status = (next: DeploymentState['status'], ready?: number): DeploymentEvent => ({
  type: 'DeploymentStatusChanged',
  data: { deploymentId: 'web', status: next, details: '', ...(ready === undefined ? {} : { ready }) },
});
const paused: DeploymentEvent = { type: 'RolloutPaused', data: { deploymentId: 'web', by: 'user/y' } };
const resumed: DeploymentEvent = { type: 'RolloutResumed', data: { deploymentId: 'web', by: 'user/y' } };
const deleted: DeploymentEvent = { type: 'DeploymentDeleted', data: { deploymentId: 'web' } };
const failed: DeploymentEvent = {
  type: 'RolloutFailed',
  data: { deploymentId: 'web', revision: 2, backTo: 1, reason: 'it crashes', by: 'planner' },
};
const up = [revise(1), status('Deploying'), status('OK')] as const;
const rolling = [...up, revise(2), status('Deploying')] as const;
const wentBack = [...rolling, failed, status('Failed')] as const;

const types = (events: readonly DeploymentEvent[]): readonly string[] => events.map(({ type }) => type);

describe('what may be asked', () => {
  test('pause and resume, each once', () => {
    expect(decidePause(after(...rolling), { ...asked, reason: 'lunch' })).toEqual([
      { type: 'RolloutPaused', data: { deploymentId: 'web', by: 'user/x', reason: 'lunch' } },
    ]);
    expect(decidePause(after(...rolling, paused), asked)).toEqual([]);
    expect(types(decideResume(after(...rolling, paused), asked))).toEqual(['RolloutResumed']);
    expect(decideResume(after(...rolling), asked)).toEqual([]);
  });

  test('abort goes back to the last revision that was OK, also where nothing would by itself', () => {
    const expected = { deploymentId: 'web', revision: 2, backTo: 1, reason: 'slow', by: 'user/x' };
    for (const state of [after(...rolling), after(...rolling, paused), after(...rolling, status('Failed'))]) {
      expect(decideAbort(state, { ...asked, reason: 'slow' })).toEqual([{ type: 'RolloutFailed', data: expected }]);
    }
  });

  test('restart, once until the planner has seen it', () => {
    const events = decideRestart(after(...up), { ...asked, now: false });
    expect(types(events)).toEqual(['RolloutRestarted']);
    expect(decideRestart(after(...up, ...events), { ...asked, now: false })).toEqual([]);
    expect(types(decideRestart(after(...up, ...events), { ...asked, now: true }))).toEqual(['RolloutRestarted']);
    expect(types(decideRestart(after(...up, ...events, revise(2)), { ...asked, now: false }))).toHaveLength(1);
  });

  test('scale is a save with another count and nothing else', () => {
    const [event, ...more] = decideScale(after(...up), { ...asked, replicas: 5, reason: 'sale' });
    expect([event, more]).toEqual([
      {
        type: 'DeploymentSaved',
        data: { deploymentId: 'web', spec: { ...spec, replicas: 5 }, scaled: true, reason: 'sale' },
      },
      [],
    ]);
    expect(decideScale(after(...up), { ...asked, replicas: 2 })).toEqual([]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['abort without anything to go back to', () => decideAbort(after(revise(1)), asked), /ever OK.*oo deployment save/],
    ['abort of what is up', () => decideAbort(after(...up), asked), /revision 1 is what runs.*oo deployment get web/],
    ['abort twice', () => decideAbort(after(...wentBack), asked), /revision 2 .* revision 1 already; see: oo depl/],
    ['pause of what failed', () => decidePause(after(...wentBack), asked), /is Failed.*oo deployment save FILE/],
    ['restart of what failed', () => decideRestart(after(...wentBack), { ...asked, now: true }), /oo deployment save/],
    [
      'restart before the planner saw the abort',
      () => decideRestart(after(...rolling, failed), { ...asked, now: true }),
      /Failed/,
    ],
    [
      'restart of what is paused',
      () => decideRestart(after(...up, paused), { ...asked, now: false }),
      /user\/y; first: oo deployment resume web/,
    ],
    ['restart of nothing', () => decideRestart(after(), { ...asked, now: false }), /oo deployment watch web/],
    ['pause of what is deleted', () => decidePause(after(deleted), asked), /being deleted.*oo deployment save FILE/],
    [
      'scale of what its load scales',
      () =>
        decideScale({ ...after(...up), spec: { ...spec, autoScaling: { minReplicas: 2 } } }, { ...asked, replicas: 3 }),
      /set autoScaling\.minReplicas, 2 now.*oo deployment save FILE/,
    ],
  ])('%s is refused with the next command', (_, decide, message) => {
    expect(decide).toThrow(Conflict);
    expect(decide).toThrow(message);
  });

  test('what does not exist is not found', () => {
    const removed = after(deleted, { type: 'DeploymentRemoved', data: { deploymentId: 'web' } });
    for (const state of [undefined, removed]) {
      expect(() => decidePause(state, asked)).toThrow(NotFound);
      expect(() => decideScale(state, { ...asked, replicas: 1 })).toThrow(/oo deployment list/);
    }
  });
});

describe('what the log tells', () => {
  test('stable is the last revision that was OK, and not one that a deleted deployment had', () => {
    expect(after(...rolling)).toMatchObject({ revision: 2, stable: 1 });
    expect(after(...rolling, status('OK'))).toMatchObject({ stable: 2 });
    expect(after(...up, deleted).stable).toBeUndefined();
  });

  test('a rollback holds until somebody saves or a new revision begins; another count alone leaves it', () => {
    const state = after(...wentBack);
    expect(state).toMatchObject({ revision: 2, rollback: { revision: 2, backTo: 1 }, status: 'Failed' });
    expect(after(...wentBack, revise(3)).rollback).toBeUndefined();
    const again = decideSaveDeployment(state, spec);
    expect(after(...wentBack, ...again)).toMatchObject({ status: 'Pending', anew: true, rollback: undefined });
    const scaled = after(...wentBack, ...decideScale(state, { ...asked, replicas: 7 }));
    expect(scaled).toMatchObject({ status: 'Failed', anew: false, rollback: { backTo: 1 }, spec: { replicas: 7 } });
  });

  test('another count of what failed without a rollback is another try', () => {
    const state = after(revise(1), status('Failed'));
    const scaled = after(revise(1), status('Failed'), ...decideScale(state, { ...asked, replicas: 7 }));
    expect(scaled).toMatchObject({ status: 'Pending', anew: true });
  });

  test('a rollback ends the pause, and the restart that had been asked for', () => {
    const [restart] = decideRestart(after(...rolling), { ...asked, now: true });
    const told = restart === undefined ? [] : [restart];
    expect(after(...rolling, ...told, paused, failed)).toMatchObject({ paused: undefined, restart: undefined });
  });

  test('progress is the most that were ready, and when', () => {
    const begun = [revise(1), 5_000] as const;
    expect(after(begun).progress).toEqual({ ready: 0, at: 5_000 });
    const two = after(begun, [status('Deploying', 2), 9_000]);
    expect(two.progress).toEqual({ ready: 2, at: 9_000 });
    expect(after(begun, [status('Deploying', 2), 9_000], [status('Deploying', 1), 12_000]).progress).toEqual(
      two.progress,
    );
  });

  test('the clock of a rollout stands still while it is paused, whatever is saved meanwhile', () => {
    const times = fc.array(fc.nat(100_000), { minLength: 4, maxLength: 4 }).map((all) => all.toSorted((a, b) => a - b));
    const save: DeploymentEvent = { type: 'DeploymentSaved', data: { deploymentId: 'web', spec } };
    fc.assert(
      fc.property(times, fc.boolean(), ([t0 = 0, t1 = 0, t2 = 0, t3 = 0], saves) => {
        const meanwhile = saves ? ([[save, t2]] as const) : [];
        const state = after([revise(1), t0], [paused, t1], ...meanwhile, [resumed, t3]);
        // Gone by on its clock: what had gone by before the pause; nothing after a save.
        expect(t3 - (state.progress?.at ?? 0)).toBe(saves ? 0 : t1 - t0);
      }),
    );
  });

  test('the reason of a rollback comes first', () => {
    expect(rollbackText({ revision: 3, backTo: 2, reason: 'no such table', by: 'planner' })).toBe(
      'revision 3 failed: no such table; rolled back to revision 2',
    );
    expect(rollbackText({ revision: 3, backTo: 2, reason: '', by: 'user/x' })).toBe(
      'revision 3 was aborted by user/x; rolled back to revision 2',
    );
    expect(rollbackText({ revision: 3, backTo: 2, reason: 'slow', by: 'user/x' })).toContain('user/x: slow; rolled');
  });
});

describe('what is sent', () => {
  test.each<[string, () => unknown, string]>([
    ['scale without a count', () => parseScale({}), 'replicas: is required'],
    ['scale to a text', () => parseScale({ replicas: '3' }), 'write it without quotes: 3'],
    ['scale below 0', () => parseScale({ replicas: -1 }), 'from 0 to 10000, not -1'],
    ['restart with a text', () => parseRestart({ now: 'true' }), 'now: must be true or false, not "true" (write it'],
    ['a reason that is a story', () => parseRolloutCommand({ reason: 'x'.repeat(501) }), 'reason: has 501 characters'],
    ['a reason that is none', () => parseRolloutCommand({ reason: 7 }), 'reason: must be a text'],
    ['no object', () => parseRolloutCommand([]), 'must be an object'],
  ])('%s is refused with what would do', (_, parse, message) => {
    expect(parse).toThrow(InvalidInput);
    expect(parse).toThrow(message);
  });

  test('an empty reason is none', () => {
    expect(parseRolloutCommand({ reason: '  ' })).toEqual({ reason: undefined });
    expect(parseRestart({ reason: ' now ', now: true })).toEqual({ reason: 'now', now: true });
    expect(parseScale({ replicas: 0 })).toEqual({ reason: undefined, replicas: 0 });
  });

  test('the rules of a rollout are part of the strategy', () => {
    const strategy = { autoRollback: false, progressDeadlineSeconds: 90 };
    expect(parseDeployment({ ...spec, strategy }, 'x').strategy).toEqual(strategy);
    expect(() => parseDeployment({ ...spec, strategy: { autoRollback: 'no' } }, 'x')).toThrow(
      'strategy.autoRollback: must be true or false, not "no"',
    );
    expect(() => parseDeployment({ ...spec, strategy: { progressDeadlineSeconds: 0 } }, 'x')).toThrow('nearest: 1');
  });
});
