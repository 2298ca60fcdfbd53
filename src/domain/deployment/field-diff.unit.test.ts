import { expect, test } from 'vitest';

import { fieldDiff } from './field-diff.ts';

const spec = { id: 'web', definitionId: 'def', replicas: 1 };

test('fields that a save changes, adds and takes away, inside maps by their own names; lists as a whole', () => {
  const before = { ...spec, envars: { A: '1', B: '2' }, targetRegions: [{ cluster: 'a' }], name: 'Web' };
  const after = { ...spec, replicas: 2, envars: { B: '3', C: '4' }, targetRegions: [{ cluster: 'b' }] };
  expect(fieldDiff(before, after)).toEqual([
    { field: 'replicas', before: 1, after: 2 },
    { field: 'envars.A', before: '1' },
    { field: 'envars.B', before: '2', after: '3' },
    { field: 'envars.C', after: '4' },
    { field: 'targetRegions', before: [{ cluster: 'a' }], after: [{ cluster: 'b' }] },
    { field: 'name', before: 'Web' },
  ]);
});

test('nothing when nothing differs, and every field of what is new', () => {
  expect(fieldDiff(spec, { replicas: 1, definitionId: 'def', id: 'web' })).toEqual([]);
  expect(fieldDiff(undefined, spec).map(({ field }) => field)).toEqual(['id', 'definitionId', 'replicas']);
});
