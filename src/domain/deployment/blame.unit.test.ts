import fc from 'fast-check';
import { expect, test } from 'vitest';

import { blameOf } from './blame.ts';
import { leavesOf } from './diff/leaves.ts';
import { parseDeployment } from './parse.ts';

interface Save {
  readonly spec: ReturnType<typeof parseDeployment>;
  readonly n: number;
}

const saves = fc
  .array(
    fc.record({
      replicas: fc.integer({ min: 1, max: 3 }),
      envars: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.constantFrom('1', '2'), { maxKeys: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) =>
    list.map((more, n): Save => ({ n, spec: parseDeployment({ id: 'd', definitionId: 'x', ...more }, 'd') })),
  );

test('every field of the last spec has one line, with its value and the first save since which it is so', () => {
  fc.assert(
    fc.property(saves, (list) => {
      const leaves = list.map(({ spec }) => leavesOf(spec));
      const last = leaves.at(-1) ?? new Map<string, never>();
      const blamed = blameOf(list);
      expect(blamed.map(({ field, value }) => [field, value])).toEqual(
        [...last].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
      for (const { field, value, save } of blamed) {
        const broken = leaves.findLastIndex((each) => JSON.stringify(each.get(field)) !== JSON.stringify(value));
        expect([field, save.n]).toEqual([field, broken + 1]);
      }
    }),
  );
});

test('a value that came back is blamed on the save that brought it back', () => {
  const list = ['1', '2', '1'].map((value, n) => ({
    n,
    spec: parseDeployment({ id: 'd', definitionId: 'x', envars: { A: value } }, 'd'),
  }));
  expect(blameOf(list).map(({ field, save }) => `${field} ${save.n}`)).toContain('envars.A 2');
  expect(blameOf([])).toEqual([]);
});
