import { array, assert, integer, property, record, stringMatching } from 'fast-check';
import { expect, test } from 'vitest';

import { GROUPS } from '../groups.ts';
import { rootHelp } from './root.ts';

const DESCRIPTION = 'Deploys, scales, updates and heals containers on a fleet of Docker hosts.';
const LINES = 40;
const COLUMNS = 80;

const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

test('the help of all commands fits a screen, and names every one', () => {
  const text = rootHelp(DESCRIPTION, GROUPS);
  expect(linesOf(text).length).toBeLessThanOrEqual(LINES);
  expect(linesOf(text).filter((line) => line.length > COLUMNS)).toEqual([]);
  expect(GROUPS.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

test('it fits with sixteen commands more, those among them that have a line of their own', () => {
  const known = ['describe', 'logs', 'exec', 'top'].map((name) => ({ name, aliases: [], summary: 'x'.repeat(60) }));
  assert(
    property(
      array(record({ name: stringMatching(/^[a-z]{2,10}$/), number: integer({ min: 0, max: 99 }) }), { maxLength: 12 }),
      (more) => {
        const others = more.map(({ name, number }) => ({ name: `${name}${number}`, aliases: [], summary: '' }));
        const lines = linesOf(rootHelp(DESCRIPTION, [...GROUPS, ...known, ...others]));
        expect(lines.length).toBeLessThanOrEqual(LINES);
        expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
        for (const { name } of others) expect(lines.join('\n')).toContain(name);
      },
    ),
  );
});
