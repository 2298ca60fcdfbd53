import { expect, test } from 'vitest';

import type { PlanView } from '../../api/contract/plan.ts';
import { describePlan } from './describe.ts';

const view: PlanView = {
  deploymentId: 'web',
  position: 57,
  at: '2026-01-31T03:12:00.000Z',
  changes: true,
  saves: true,
  diff: [
    { field: 'strategy.maxSurge', before: 1, after: 2, text: 'strategy.maxSurge 1 -> 2' },
    { field: 'envars.MODE', after: 'new', text: 'envars.MODE added: new' },
  ],
  revision: 1,
  nextRevision: 2,
  actions: [
    { type: 'revise', text: 'create revision 2 of web:2', revision: 2 },
    {
      type: 'schedule',
      text: 'start web-r2-0 (generation 1) on a: 2 wanted',
      replicaId: 'web-r2-0',
      nodeId: 'a',
      reason: '2 wanted',
      decision: {
        considered: 1,
        excluded: [],
        scores: [{ nodeId: 'a', total: 1.23456, parts: { spread: 1, balance: 0.23456 } }],
      },
    },
    { type: 'stop', text: 'stop', replicaId: 'web-r1-0', nodeId: 'b', reason: 'revision 2 is wanted' },
  ],
  report: ['create revision 2 of web:2', '1 more replica waits'],
  status: 'Deploying',
  details: '',
  steps: [],
  end: {
    status: 'Deploying',
    details: '1/2 ready',
    ready: 1,
    blocked: ['1 more replica waits', '1 replica fits no node'],
  },
  wanted: 2,
  ready: 2,
  mostUnavailable: 1,
  mostSurge: 0,
  wakeAt: '2026-01-31T03:22:00.000Z',
  warnings: [{ kind: 'secret', message: 'secret x does not exist' }],
};

test('a plan, column by column', () => {
  expect(describePlan(view, { color: false, save: 'oo deployment save web.yaml --plan-position 57' })).toBe(
    [
      'web: revision 1 → 2 (at position 57)',
      '',
      '  strategy.maxSurge 1 -> 2',
      '  envars.MODE added: new',
      '',
      'ACTION     REPLICA    NODE   SCORE                             WHY',
      '~ revise   -          -      -                                 create revision 2 of web:2',
      '+ start    web-r2-0   a      1.235 (spread 1, balance 0.235)   2 wanted',
      '- stop     web-r1-0   b      -                                 revision 2 is wanted',
      '',
      '  1 more replica waits',
      '',
      '0 steps; at worst 1 of 2 that serve now missing, 0 more than 2 there',
      'Leads to Deploying: 1/2 ready',
      '  1 replica fits no node',
      'Looked at again at 2026-01-31T03:22:00.000Z at the latest',
      'Warning: secret x does not exist',
      'Save exactly this: oo deployment save web.yaml --plan-position 57',
      '',
    ]

      .join('\n'),
  );
});

test('nothing is one line; colours tell what comes from what goes', () => {
  const nothing = { ...view, changes: false, diff: [], actions: [], report: [], warnings: [], nextRevision: 1 };
  expect(describePlan(nothing, { color: false, save: undefined })).toBe(
    'web: nothing would change, revision 1 (at position 57)\n',
  );
  const lines = describePlan(view, { color: true, save: undefined }).split('\n');
  const colour = (start: string): string | undefined => lines.find((line) => line.includes(start))?.slice(0, 5);
  expect([colour('+ start'), colour('- stop'), colour('~ revise'), colour('Warning')]).toEqual([
    '\u001b[32m',
    '\u001b[31m',
    '\u001b[33m',
    '\u001b[33m',
  ]);
});
