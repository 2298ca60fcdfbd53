import { expect, test } from 'vitest';

import { momentOf } from './moment.ts';

const NOW = Date.parse('2026-11-23T10:00:00.000Z');

test.each([
  ['10m', '2026-11-23T09:50:00.000Z'],
  ['1h30m', '2026-11-23T08:30:00.000Z'],
  ['1200', '1200'],
  ['2026-11-23T03:12:00Z', '2026-11-23T03:12:00Z'],
  ['yesterday', 'yesterday'],
])('%s is %s', (text, moment) => expect(momentOf(text, NOW)).toBe(moment));
