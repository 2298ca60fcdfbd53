import { describe, expect, test } from 'vitest';

import type { DeploymentEvent } from '../evolve.ts';
import { parseDeployment } from '../parse.ts';
import { historyOf, type HistoryEvent, type Origins } from './fold.ts';

type Told = readonly [DeploymentEvent, { readonly actor?: string; readonly correlationId?: string }?];

/** The events a second apart, each under a correlation id of its own unless it is said. */
function events(...told: readonly Told[]): readonly HistoryEvent[] {
  return told.map(([event, { actor = 'user/ann', correlationId } = {}], index) => {
    const place = { position: index + 1, at: new Date(index * 1_000), actor };
    return { ...event, ...place, correlationId: correlationId ?? `c${index}` } as HistoryEvent;
  });
}

const save = (more: object = {}, reason?: string): DeploymentEvent => ({
  type: 'DeploymentSaved',
  data: {
    deploymentId: 'd',
    spec: parseDeployment({ id: 'd', definitionId: 'def', ...more }, 'd'),
    ...(reason === undefined ? {} : { reason }),
  },
});
const revise = (revision: number, image = `web:${revision}`): DeploymentEvent => ({
  type: 'RevisionCreated',
  data: {
    deploymentId: 'd',
    revision,
    template: { definitionId: 'def', image, ports: [], env: {} },
    fingerprint: `f${revision}`,
  },
});
const status = (next: 'Deploying' | 'OK' | 'Error' | 'Failed', details = ''): DeploymentEvent => ({
  type: 'DeploymentStatusChanged',
  data: { deploymentId: 'd', status: next, details },
});
const back = (revision: number, backTo: number, by = 'planner'): DeploymentEvent => ({
  type: 'RolloutFailed',
  data: { deploymentId: 'd', revision, backTo, reason: 'it crashes', by },
});

/** `2 save rolled back to 1: it crashes 3000` */
function lines(told: readonly HistoryEvent[], origins?: Origins): readonly string[] {
  return historyOf(told, origins).map(({ revision, kind, outcome, backTo, why, milliseconds }) =>
    [revision ?? '-', kind, outcome, ...(backTo === undefined ? [] : [`to ${backTo}`]), why, milliseconds]
      .filter((each) => each !== undefined)
      .join(' '),
  );
}

describe('what became of what was done', () => {
  test.each<[string, readonly Told[], readonly string[]]>([
    ['comes up', [[save()], [revise(1)], [status('Deploying')], [status('OK')]], ['1 save OK 2000']],
    ['is under way', [[save()], [revise(1)], [status('Deploying')]], ['1 save in progress']],
    ['fails', [[save()], [revise(1)], [status('Error', 'no room')]], ['1 save failed no room 1000']],
    [
      'fails, and comes up after all',
      [[save()], [revise(1)], [status('Error', 'x')], [status('OK')]],
      ['1 save OK 2000'],
    ],
    [
      'stays OK when it crashes later',
      [[save()], [revise(1)], [status('OK')], [status('Error', 'x')]],
      ['1 save OK 1000'],
    ],
    ['fails before a revision', [[save()], [status('Failed', 'no definition')]], ['- save failed no definition']],
    [
      'goes back',
      [
        [save()],
        [revise(1)],
        [status('OK')],
        [save({ replicas: 2 })],
        [revise(2)],
        [back(2, 1)],
        [status('Failed', 'x')],
      ],
      ['1 save OK 1000', '2 save rolled back to 1 it crashes 1000'],
    ],
    [
      'is aborted',
      [[save()], [revise(1)], [status('OK')], [save({ replicas: 2 })], [revise(2)], [back(2, 1, 'user/ben')]],
      ['1 save OK 1000', '2 save rolled back to 1 aborted by user/ben: it crashes 1000', '- abort done to 1'],
    ],
    [
      'is overtaken',
      [[save()], [revise(1)], [save({ name: 'n' })], [revise(2)], [status('OK')]],
      ['1 save superseded revision 2 came before it was up 2000', '2 save OK 1000'],
    ],
    [
      'makes no revision',
      [[save()], [revise(1)], [status('OK')], [save({ name: 'n' })], [save({ name: 'm' })], [status('OK')]],
      ['1 save OK 1000', '- save saved', '- save saved'],
    ],
  ])('a save that %s', (_, told, expected) => {
    expect(lines(events(...told))).toEqual(expected);
  });

  test('a scale makes no revision, also when one comes after it', () => {
    const scaled = save({ replicas: 5 });
    const told = events(
      [save()],
      [revise(1)],
      [status('OK')],
      [{ ...scaled, data: { ...scaled.data, scaled: true } } as DeploymentEvent],
      [revise(2), { actor: 'worker/w', correlationId: 'definition' }],
    );
    const origins: Origins = new Map([['definition', { actor: 'user/ben', reason: 'DefinitionSaved' }]]);
    expect(lines(told, origins)).toEqual(['1 save OK 1000', '- scale saved', '2 definition in progress']);
    expect(historyOf(told, origins).at(-1)).toMatchObject({
      actor: 'user/ben',
      changes: [{ text: 'image web:1 -> web:2' }, { text: 'replicas 1 -> 5' }],
    });
  });

  test('a revision that the definition led to is not said of a save that came before and made none', () => {
    const told = events(
      [save()],
      [revise(1)],
      [save({ name: 'n' })],
      [revise(2), { actor: 'worker/w', correlationId: 'definition' }],
    );
    const origins: Origins = new Map([['definition', { actor: 'user/ben' }]]);
    expect(lines(told, origins).slice(1)).toEqual(['- save saved', '2 definition in progress']);
  });

  test('who, why, and what it changed, with pauses, restarts, tags and the end among them', () => {
    const who = { deploymentId: 'd', by: 'user/ann' };
    const told = events(
      [save({ resources: { cpu: '500m' } }, 'first')],
      [revise(1), { actor: 'worker/w' }],
      [save({ resources: { cpu: '1' } }, 'slow'), { actor: 'user/ben' }],
      [revise(2, 'web:1'), { actor: 'worker/w' }],
      [{ type: 'RolloutPaused', data: { ...who, reason: 'lunch' } }],
      [{ type: 'RolloutResumed', data: who }],
      [status('OK')],
      [{ type: 'RolloutRestarted', data: { ...who, now: false, reason: 'leak' } }],
      [revise(3, 'web:1'), { actor: 'worker/w' }],
      [{ type: 'RevisionTagged', data: { deploymentId: 'd', name: 'v1', revision: 2 } }],
      [{ type: 'RevisionUntagged', data: { deploymentId: 'd', name: 'v1' } }],
      [{ type: 'DeploymentDeleted', data: { deploymentId: 'd' } }],
    );
    const said = historyOf(told).map(({ kind, actor, reason, changes }) => [kind, actor, reason, changes.at(0)?.text]);
    expect(said).toEqual([
      ['save', 'user/ann', 'first', 'image added: web:1'].toSpliced(3, 1, expect.any(String)),
      ['save', 'user/ben', 'slow', 'CPU 500m -> 1 (+100 %)'],
      ['pause', 'user/ann', 'lunch', undefined],
      ['resume', 'user/ann', undefined, undefined],
      ['restart', 'user/ann', 'leak', undefined],
      ['tag', 'user/ann', undefined, 'v1 is revision 2'],
      ['untag', 'user/ann', undefined, 'v1 is no revision any more'],
      ['delete', 'user/ann', undefined, undefined],
    ]);
    expect(lines(told)).toContain('3 restart superseded the deployment was deleted 3000');
  });
});
