import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Template } from '../../template.ts';
import type { DeploymentSpec } from '../events.ts';
import { parseDeployment } from '../parse.ts';
import { diffRevisions, diffSpecs } from './diff.ts';
import { leavesOf } from './leaves.ts';

const quantity = fc.option(fc.constantFrom('500m', '1', '1000m', '2.5'), { nil: undefined });
const size = fc.option(fc.constantFrom('1Gi', '1024Mi', '512M', '2G'), { nil: undefined });
const map = fc.dictionary(fc.constantFrom('A', 'B', 'a.b', 'PORT'), fc.constantFrom('', '1', 'x'), { maxKeys: 4 });

/** Specs as they are after validation. */
const specs: fc.Arbitrary<DeploymentSpec> = fc
  .record({
    definitionId: fc.constantFrom('def', 'other'),
    name: fc.option(fc.constantFrom('n', 'm'), { nil: undefined }),
    replicas: fc.integer({ min: 0, max: 5 }),
    resources: fc.option(fc.record({ cpu: quantity, memory: size }), { nil: undefined }),
    envars: fc.option(map, { nil: undefined }),
    requiredLabels: fc.option(map, { nil: undefined }),
    strategy: fc.option(
      fc.record({
        type: fc.constantFrom('RollingUpdate', 'Recreate'),
        maxSurge: fc.option(fc.nat(3), { nil: undefined }),
      }),
      { nil: undefined },
    ),
    targetRegions: fc.option(fc.array(fc.record({ cluster: fc.constantFrom('a', 'b') }), { maxLength: 2 }), {
      nil: undefined,
    }),
  })
  .map((given) => parseDeployment({ id: 'd', ...given }, 'd'));

const texts = (...given: Parameters<typeof diffSpecs>): readonly string[] =>
  diffSpecs(...given).map(({ text }) => text);
const spec = (more: object = {}): DeploymentSpec => parseDeployment({ id: 'd', definitionId: 'def', ...more }, 'd');

describe('what differs between two specs', () => {
  test('nothing, between a spec and itself', () => {
    fc.assert(
      fc.property(specs, (one) => {
        expect(diffSpecs(one, structuredClone(one))).toEqual([]);
      }),
    );
  });

  test('each field that differs is named once, and no other is', () => {
    fc.assert(
      fc.property(specs, specs, (before, after) => {
        const [old, young] = [leavesOf(before), leavesOf(after)];
        const fields = diffSpecs(before, after).map(({ field }) => field);
        expect(new Set(fields).size).toBe(fields.length);
        const same = new Set(['1', '1000m']);
        const sameSize = new Set(['1Gi', '1024Mi']);
        const differs = [...new Set([...old.keys(), ...young.keys()])].filter((field) => {
          const [a, b] = [JSON.stringify(old.get(field)), JSON.stringify(young.get(field))];
          if (a === b || a === undefined || b === undefined) return a !== b;
          const pair = [JSON.parse(a), JSON.parse(b)] as string[];
          if (field === 'resources.cpu') return !pair.every((each) => same.has(each));
          return field !== 'resources.memory' || !pair.every((each) => sameSize.has(each));
        });
        expect(fields.toSorted()).toEqual(differs.toSorted());
      }),
    );
  });

  test('the way back names the same fields, the other way round', () => {
    fc.assert(
      fc.property(specs, specs, (one, other) => {
        const there = diffSpecs(one, other).map(({ field, before, after }) => ({ field, before, after }));
        const back = diffSpecs(other, one).map(({ field, before, after }) => ({ field, before: after, after: before }));
        expect(back).toEqual(there);
      }),
    );
  });

  test.each<[object, object, readonly string[]]>([
    [{ resources: { cpu: '500m' } }, { resources: { cpu: '1' } }, ['CPU 500m -> 1 (+100 %)']],
    [{ resources: { memory: '1Gi' } }, { resources: { memory: '512Mi' } }, ['memory 1Gi -> 512Mi (-50 %)']],
    [{ resources: { cpu: '1000m', memory: '1Gi' } }, { resources: { cpu: '1', memory: '1024Mi' } }, []],
    [
      { envars: { A: '1', B: '2' } },
      { envars: { B: '3', C: '' } },
      ['envars.A removed, was 1', 'envars.B 2 -> 3', 'envars.C added: ""'],
    ],
    [{ replicas: 2 }, { replicas: 3 }, ['replicas 2 -> 3']],
    [{ envars: {} }, {}, []],
    [{}, { strategy: { type: 'Recreate' } }, ['strategy.type added: Recreate']],
  ])('%j and %j', (before, after, expected) => {
    expect(texts(spec(before), spec(after))).toEqual(expected);
  });

  test('the first save adds all, and its id is no news', () => {
    expect(texts(undefined, spec({ envars: { A: '1' } }))).toEqual([
      'definitionId added: def',
      'envars.A added: 1',
      'replicas added: 1',
    ]);
  });
});

describe('what differs between two revisions', () => {
  const template: Template = { definitionId: 'def', image: 'web:1', ports: [], env: {} };

  test('names the image, and does not say again what the spec says', () => {
    const before = { spec: spec({ resources: { cpu: '1' } }), template: { ...template, cpuMillis: 1_000 } };
    const after = {
      spec: spec({ resources: { cpu: '2' }, envars: { A: '1' } }),
      template: { ...template, image: 'web:2', cpuMillis: 2_000, env: { A: '1', OF_DEFINITION: 'x' } },
    };
    expect(diffRevisions(before, after).map(({ text }) => text)).toEqual([
      'env.OF_DEFINITION added: x',
      'image web:1 -> web:2',
      'envars.A added: 1',
      'CPU 1 -> 2 (+100 %)',
    ]);
  });
});
