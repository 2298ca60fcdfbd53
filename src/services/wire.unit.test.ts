import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { deployment } from '../api/contract/deploy-schemas.ts';
import { definition, instance, node } from '../api/contract/registry-schemas.ts';
import { definitionSpec } from '../domain/definition/events.ts';
import { parseDefinition } from '../domain/definition/parse.ts';
import { decideSaveDeployment } from '../domain/deployment/decide.ts';
import { DEPLOYMENT_STATUSES } from '../domain/deployment/events.ts';
import { type DeploymentState, evolveDeployment } from '../domain/deployment/evolve.ts';
import { parseDeployment } from '../domain/deployment/parse.ts';
import { InvalidInput } from '../domain/problem.ts';
import { toDeployment } from './deploy/view.ts';
import { toInstance } from './registry/instances.ts';
import { toNode } from './registry/node-view.ts';

/** As a client gets it. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const text = fc.string({ unit: 'binary', maxLength: 8 });
const port = fc.oneof(fc.integer({ min: -1, max: 9 }), fc.constantFrom(8080, 65_535, 65_536, 1.5, '80', null));
const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined | null> =>
  fc.oneof({ weight: 3, arbitrary: value }, fc.constantFrom(undefined, null));

const runs = { numRuns: 2_000 };

/** Whatever `parse` lets through; how much that was. */
function accepted<Out>(parse: () => Out): Out | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

describe('whatever the domain accepts, strict clients can read', () => {
  test('deployments, in every status and phase', () => {
    const inputs = fc.record({
      definitionId: fc.constant('def_a'),
      name: optional(text),
      replicas: optional(fc.integer({ min: 0, max: 5 })),
      strategy: optional(
        fc.record({ type: optional(fc.constantFrom('RollingUpdate', 'Recreate')), maxSurge: optional(fc.nat(3)) }),
      ),
      resources: optional(
        fc.record({ cpu: optional(fc.constantFrom('1', 2, '500m')), memory: optional(fc.constant('1Gi')) }),
      ),
      targetRegions: optional(fc.array(fc.record({ zone: optional(text), cluster: optional(text), extra: text }))),
      envars: optional(fc.dictionary(text, text)),
      extra: text,
    });
    let read = 0;
    const check = fc.property(inputs, fc.constantFrom(...DEPLOYMENT_STATUSES), fc.boolean(), (input, status, live) => {
      const spec = accepted(() => parseDeployment(input, 'depl_a'));
      if (spec === undefined) return;
      const state = decideSaveDeployment(undefined, spec).reduce<DeploymentState | undefined>(
        evolveDeployment,
        undefined,
      );
      const shown = sent(toDeployment({ ...(state as DeploymentState), status, phase: live ? 'live' : 'deleting' }));
      expect(deployment.parse(shown)).toEqual(shown);
      read += 1;
    });
    fc.assert(check, runs);
    expect(read).toBeGreaterThan(100);
  });

  test('definitions, with a port wherever there is something to run', () => {
    const inputs = fc.record({
      id: fc.constant('def_a'),
      image: optional(
        fc.record({ name: optional(fc.constant('nginx')), internalPorts: optional(fc.array(port, { maxLength: 2 })) }),
      ),
      repository: optional(
        fc.record({ url: fc.constantFrom('https://x/y.git', '-x'), ports: optional(fc.array(port, { maxLength: 2 })) }),
      ),
      ports: optional(fc.array(fc.record({ internal: port, host: port, extra: text }), { maxLength: 2 })),
      envars: optional(fc.array(fc.record({ key: text, value: optional(text) }), { maxLength: 2 })),
      clients: optional(
        fc.array(fc.record({ language: fc.constantFrom('Go', 'go', 'C#'), url: text }), { maxLength: 1 }),
      ),
    });
    let read = 0;
    const check = fc.property(inputs, (input) => {
      const spec = accepted(() => parseDefinition(input));
      if (spec === undefined) return;
      expect(definitionSpec.parse(spec)).toEqual(spec);
      expect(definition.parse(sent(spec))).toEqual(spec);
      expect(parseDefinition(spec)).toEqual(spec);
      read += 1;
    });
    fc.assert(check, runs);
    expect(read).toBeGreaterThan(20);
  });

  test('nodes, whatever is reserved, and instances', () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 45 });
    const cards = fc.array(fc.record({ name: text, vramBytes: fc.integer({ min: 1, max: 2 ** 40 }) }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(bytes, bytes, cards, fc.option(fc.date({ noInvalidDate: true })), (total, used, gpus, beat) => {
        const allotted = gpus.map(({ vramBytes }, index) => {
          return { index, limitBytes: vramBytes, reservedBytes: Math.min(used, vramBytes) };
        });
        const capacity = { cpuMillis: total % 100_000, memoryBytes: total, gpus };
        const reserved = { cpuMillis: used % 100_000, memoryBytes: used, vramBytes: used };
        const state = {
          id: 'n',
          url: 'tcp://a:1',
          cluster: 'c',
          zone: 'z',
          labels: {},
          capacity,
          scheduling: 'open',
          liveness: 'ready',
          removed: false,
        } as const;
        const shown = sent(
          toNode(
            state,
            {
              id: 'n',
              capacity,
              limit: reserved,
              reserved,
              cards: allotted,
              hostPorts: [],
              replicas: 0,
              removed: false,
            },
            beat ?? undefined,
          ),
        );
        expect(node.parse(shown)).toEqual(shown);
        const listed = node.parse(shown).gpus ?? [];
        expect(
          listed.map(({ intraNodeId, memoryUsage, memoryTotal }) => [intraNodeId, memoryUsage, memoryTotal]),
        ).toEqual(
          allotted.map(({ index, limitBytes, reservedBytes }) => [
            index,
            Math.round(reservedBytes / 2 ** 20),
            Math.round(limitBytes / 2 ** 20),
          ]),
        );
      }),
    );
    const running = {
      id: 'i',
      url: 'http://a:1',
      slug: 's',
      status: 'Healthy',
      replicaId: 'r',
      port: 1,
      removed: false,
    } as const;
    const shown = sent(toInstance(running, new Date(0)));
    expect(instance.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({ lastHeartbeat: '1970-01-01T00:00:00.000Z' });
    expect(toInstance({ ...running, status: 'Unreachable' }, new Date(0))).not.toHaveProperty('lastHeartbeat');
  });
});
