import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { InvalidInput, type Problem } from '../problem.ts';
import { decideDeleteDeployment, decideSaveDeployment } from './decide.ts';
import { deploymentSpec, DEPLOYMENT_STATUSES } from './events.ts';
import { type DeploymentState, evolveDeployment } from './evolve.ts';
import { parseDeployment } from './parse.ts';

function problemsOf(value: unknown): readonly Problem[] {
  try {
    parseDeployment(value, 'depl_fresh');
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

const minimal = { id: 'depl_a', definitionId: 'def_a' };

describe('parseDeployment', () => {
  test('takes the smallest, with one replica', () => {
    expect(parseDeployment(minimal, 'x')).toEqual({ ...minimal, replicas: 1 });
    expect(parseDeployment({ definitionId: 'd', id: '' }, 'depl_fresh').id).toBe('depl_fresh');
  });

  test('0 replicas means none', () => {
    expect(parseDeployment({ ...minimal, replicas: 0 }, 'x').replicas).toBe(0);
  });

  test('ignores null, unknown fields, and status and details', () => {
    const sent = { ...minimal, strategy: null, name: null, status: 'OK', details: 'x', foo: { bar: 1 } };
    expect(parseDeployment(sent, 'x')).toEqual({ ...minimal, replicas: 1 });
  });

  test('takes cores as a number, and no other quantity', () => {
    expect(parseDeployment({ ...minimal, resources: { cpu: 0.5 } }, 'x').resources).toEqual({ cpu: '0.5' });
    expect(problemsOf({ ...minimal, resources: { memory: 512 } })).toMatchObject([{ field: 'resources.memory' }]);
  });

  test.each<[string, object, Partial<Problem>]>([
    ['id', { id: 'a/b' }, { hint: expect.stringContaining('letters, digits') }],
    ['id', { id: 'x'.repeat(64) }, {}],
    ['definitionId', { definitionId: '' }, { message: 'is required' }],
    ['name', { name: 7 }, { hint: 'quote it: "7"' }],
    ['replicas', { replicas: 10_001 }, { message: 'must be from 0 to 10000, not 10001', hint: 'nearest: 10000' }],
    ['replicas', { replicas: 1.5 }, { message: 'must be a whole number, not 1.5' }],
    ['replicas', { replicas: '3' }, { hint: 'write it without quotes: 3' }],
    ['strategy', { strategy: 'Recreate' }, { message: 'must be an object, not "Recreate"' }],
    ['strategy.type', { strategy: { type: 'Rollingupdate' } }, { hint: 'did you mean RollingUpdate?' }],
    [
      'strategy.type',
      { strategy: { type: 'Sideways' } },
      { hint: 'accepted: RollingUpdate, Recreate, BlueGreen, Canary' },
    ],
    ['strategy.maxSurge', { strategy: { maxSurge: -1 } }, { hint: 'nearest: 0' }],
    ['strategy.maxSurge', { strategy: { maxSurge: 0, maxUnavailable: 0 } }, { hint: 'maxSurge: 1' }],
    ['resources.cpu', { resources: { cpu: '1 core' } }, { hint: 'write it like "500m", "1" or "2.5"' }],
    ['resources.cpu', { resources: { cpu: 0 } }, {}],
    ['resources.vram', { resources: { vram: '24gigs' } }, { hint: 'write it like "128Mi", "4Gi", "512M" or "24GB"' }],
    ['resources.gpus', { resources: { gpus: 0, vram: '1G' } }, { hint: 'nearest: 1' }],
    ['resources.gpus', { resources: { gpus: 2 } }, { hint: 'vram: "80GB"' }],
    ['requiredLabels.', { requiredLabels: { '': 'x' } }, { message: 'a label needs a name' }],
    ['requiredLabels.rack', { requiredLabels: { rack: 7 } }, { hint: 'quote it: "7"' }],
    ['autoScaling.minReplicas', { autoScaling: { minReplicas: 0 } }, { hint: 'nearest: 1' }],
    ['autoScaling.minReplicas', { autoScaling: { minReplicas: 5, maxReplicas: 4 } }, { hint: 'at most 4' }],
    ['autoScaling.cpuThreshold', { autoScaling: { cpuThreshold: 101 } }, { hint: 'nearest: 100' }],
    ['targetRegions[1].cluster', { targetRegions: [{ zone: 'z' }, {}] }, {}],
    ['targetRegions', { targetRegions: {} }, { message: 'must be a list, not {}' }],
    ['envars.A=B', { envars: { 'A=B': 'x' } }, {}],
    ['envars.', { envars: { '': 'x' } }, {}],
    ['envars.PORT', { envars: { PORT: 8080 } }, { hint: 'quote it: "8080"' }],
    ['envars.ON', { envars: { ON: true } }, { hint: 'quote it: "true"' }],
  ])('refuses %s of %j', (field, change, expected) => {
    expect(problemsOf({ ...minimal, ...change })).toEqual([expect.objectContaining({ field, ...expected })]);
  });

  test('both limits may be 0 where nothing rolls', () => {
    expect(problemsOf({ ...minimal, strategy: { type: 'Recreate', maxSurge: 0, maxUnavailable: 0 } })).toEqual([]);
  });

  test('tells all problems at once', () => {
    const fields = problemsOf({ id: '?', replicas: -1, strategy: { type: 1 }, resources: [], envars: 'x' }).map(
      ({ field }) => field,
    );
    expect(fields).toEqual(['id', 'definitionId', 'replicas', 'strategy.type', 'resources', 'envars']);
  });

  test.each([undefined, null, 1, 'x', []])('refuses %j as a whole with one problem', (value) => {
    expect(problemsOf(value)).toMatchObject([{ field: '' }]);
  });
});

/** Anything that JSON can say, near to a deployment and far from it. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      id: fc.oneof(fc.stringMatching(/^[a-z0-9_.-]{0,70}$/), fc.jsonValue()),
      definitionId: fc.oneof(fc.constant('def_a'), fc.jsonValue()),
      replicas: fc.oneof(fc.integer({ min: -2, max: 20_000 }), fc.jsonValue()),
      strategy: fc.oneof(
        fc.record({
          type: fc.constantFrom('RollingUpdate', 'Recreate', 'x', null),
          maxSurge: fc.integer({ min: -1, max: 3 }),
        }),
        fc.jsonValue(),
      ),
      resources: fc.oneof(fc.record({ cpu: fc.constantFrom('1', '500m', 2, '0', 'x') }), fc.jsonValue()),
      envars: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
      targetRegions: fc.oneof(fc.array(fc.record({ cluster: fc.string() })), fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
);

describe('whatever is sent', () => {
  test('is refused as invalid, or gives what the log accepts and what reads back the same', () => {
    fc.assert(
      fc.property(anything, (value) => {
        if (problemsOf(value).length > 0) return;
        const spec = parseDeployment(value, 'depl_fresh');
        expect(deploymentSpec.parse(spec)).toEqual(spec);
        expect(parseDeployment(spec, 'other')).toEqual(spec);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('decisions', () => {
  const spec = parseDeployment(minimal, 'x');
  const stateAfter = (
    state: DeploymentState | undefined,
    events = decideSaveDeployment(state, spec),
  ): DeploymentState | undefined => events.reduce<DeploymentState | undefined>(evolveDeployment, state);
  const live = stateAfter(undefined) as DeploymentState;

  test.each(DEPLOYMENT_STATUSES)('a save that changes nothing, in status %s', (status) => {
    const events = decideSaveDeployment({ ...live, status }, { ...spec });
    expect(events.map(({ type }) => type)).toEqual(status === 'Failed' ? ['DeploymentSaved'] : []);
  });

  test.each(['deleting', 'removed'] as const)('a save brings back one that is %s', (phase) => {
    expect(stateAfter({ ...live, phase })).toMatchObject({ phase: 'live', status: 'Pending' });
  });

  test('deleting is said once', () => {
    expect(decideDeleteDeployment(undefined)).toEqual([]);
    const gone = decideDeleteDeployment(live).reduce<DeploymentState | undefined>(evolveDeployment, live);
    expect(gone?.phase).toBe('deleting');
    expect(decideDeleteDeployment(gone)).toEqual([]);
  });

  test('saving the same twice is saving it once, whatever came before', () => {
    const specs = fc.record({ replicas: fc.integer({ min: 0, max: 3 }), name: fc.constantFrom('a', 'b', undefined) });
    fc.assert(
      fc.property(fc.array(specs, { maxLength: 8 }), (changes) => {
        let state: DeploymentState | undefined;
        for (const change of changes) {
          const next = parseDeployment({ ...minimal, ...change }, 'x');
          state = decideSaveDeployment(state, next).reduce<DeploymentState | undefined>(evolveDeployment, state);
          expect(state?.spec).toEqual(next);
          expect(decideSaveDeployment(state, next)).toEqual([]);
        }
      }),
    );
  });
});
