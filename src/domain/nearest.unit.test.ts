import { expect, test } from 'vitest';

import { CLIENT_LANGUAGES } from './definition/events.ts';
import { suggestion } from './nearest.ts';

const STRATEGIES = ['RollingUpdate', 'Recreate'];

test.each(['rollingupdate', 'Rolling Update', 'rolling-update', 'RollingUpdat', 'Rolingupdate', 'ROLLING_UPDATE'])(
  '%s means RollingUpdate',
  (word) => {
    expect(suggestion(word, STRATEGIES)).toBe('did you mean RollingUpdate?');
  },
);

test.each(['BlueGreen', '', 'x', 'x'.repeat(10_000)])('%s means nothing that there is', (word) => {
  expect(suggestion(word, STRATEGIES)).toBe('accepted: RollingUpdate, Recreate');
});

test('a short name is not taken for any other short name', () => {
  expect(suggestion('javascript', CLIENT_LANGUAGES)).toBe('did you mean JavaScript?');
  expect(suggestion('zz', CLIENT_LANGUAGES)).toMatch(/^accepted: /);
});
