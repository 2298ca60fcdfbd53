import { expect, test } from 'vitest';

import { wantsColor } from './terminal.ts';

const terminal = { isTTY: true };
const pipe = {};

test.each<[NodeJS.ProcessEnv, { readonly isTTY?: boolean }, boolean]>([
  [{}, terminal, true],
  [{}, pipe, false],
  [{ TERM: 'dumb' }, terminal, false],
  [{ NO_COLOR: '1' }, terminal, false],
  [{ NO_COLOR: '' }, terminal, true],
  [{ FORCE_COLOR: '1' }, pipe, true],
  [{ FORCE_COLOR: '' }, pipe, false],
  [{ FORCE_COLOR: '0' }, terminal, false],
  [{ FORCE_COLOR: 'false' }, terminal, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, terminal, false],
])('with %j on %j colours are wanted: %s', (env, stream, wanted) => {
  expect(wantsColor(env, stream)).toBe(wanted);
});
