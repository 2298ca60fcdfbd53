import { expect, test } from 'vitest';

import { modeOf } from './mode.ts';

test.each<readonly [string, ReturnType<typeof modeOf>]>([
  ['', { type: 'serve', simulate: 0 }],
  ['--simulate', { type: 'serve', simulate: 3 }],
  ['--simulate 7', { type: 'serve', simulate: 7 }],
  ['--simulate 7 8', undefined],
  ['help', { type: 'help' }],
  ['projections verify', { type: 'projections', action: 'verify', archives: undefined }],
  ['projections rebuild --archives /a', { type: 'projections', action: 'rebuild', archives: '/a' }],
  ['projections rebuild --archives', undefined],
  ['projections rebuild /a', undefined],
  ['archive list', { type: 'archive', asked: { action: 'list' } }],
  ['archive list /a', undefined],
  [
    'archive create --until 90d --to /a',
    { type: 'archive', asked: { action: 'create', until: '90d', directory: '/a' } },
  ],
  ['archive create --until 90d', undefined],
  ['archive create --to /a', undefined],
  ['archive create --until 9 --to /a --from 3', undefined],
  ['archive create --until 9 --to /a /b', undefined],
  ['archive restore /a', { type: 'archive', asked: { action: 'restore', path: '/a', from: undefined } }],
  ['archive restore /a --from 12', { type: 'archive', asked: { action: 'restore', path: '/a', from: 12 } }],
  ['archive restore /a --from 0', undefined],
  ['archive restore /a --from soon', undefined],
  ['archive restore', undefined],
  ['archive restore /a /b', undefined],
  ['archive restore /a --force', undefined],
  ['archive', undefined],
  ['nonsense', undefined],
])('deploy-svc %s', (line, mode) => {
  expect(modeOf(line === '' ? [] : line.split(' '))).toEqual(mode);
});
