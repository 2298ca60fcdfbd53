import fc from 'fast-check';

import { evolveDeployment, type DeploymentEvent, type DeploymentState } from '../../../src/domain/deployment/evolve.ts';
import type { DeploymentSpec } from '../../../src/domain/deployment/events.ts';
import { evolveAllotment } from '../../../src/domain/node/allotment.ts';
import { evolveNode } from '../../../src/domain/node/evolve.ts';
import { evolveReplica, type ReplicaEvent, type ReplicaState } from '../../../src/domain/replica/evolve.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { deriveTemplate, fingerprintOf } from '../../../src/domain/deployment/derive-template.ts';
import type { Reservation } from '../../../src/domain/template.ts';
import type { NodeView, Snapshot } from '../../../src/planner/snapshot.ts';

const NOW = Date.UTC(2030, 0, 1);
const GIBIBYTE = 1024 ** 3;

/** A settled fleet: nodes of so many thousandths of a core, and deployments whose replicas are ready where they are said to be. */
export interface Wanted {
  readonly nodes: readonly number[];
  readonly deployments: readonly Deployed[];
}

export interface Deployed {
  readonly cpuMillis: number;
  readonly strategy?: DeploymentSpec['strategy'];
  /** Index of the node of each replica. */
  readonly on: readonly number[];
}

/** One snapshot of each deployment; all know the same nodes. */
export function fleetOf({ nodes, deployments }: Wanted): readonly Snapshot[] {
  const views = nodes.map((cpuMillis, index) => nodeOf(`node_${index}`, cpuMillis));
  const byId = new Map(views.map((view) => [view.node.id, view]));
  const settled = deployments.map((deployed, index) => deploymentOf(`depl_${index}`, deployed, byId));
  return settled.map((each) => ({ ...each, position: 1, now: NOW, seed: 1, earlier: [], nodes: [...byId.values()] }));
}

function nodeOf(nodeId: string, cpuMillis: number): NodeView {
  const capacity = { cpuMillis, memoryBytes: 64 * GIBIBYTE, gpus: [] };
  const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'a', zone: 'a', labels: {}, capacity };
  const event = { type: 'NodeRegistered', data } as const;
  return { node: present(evolveNode(undefined, event)), allotment: present(evolveAllotment(undefined, event)) };
}

function deploymentOf(
  id: string,
  { cpuMillis, strategy, on }: Deployed,
  nodes: Map<string, NodeView>,
): Pick<Snapshot, 'deployment' | 'definition' | 'replicas'> {
  const definition = { id: 'def', image: { name: 'web:1', internalPorts: [80] } };
  const spec: DeploymentSpec = {
    id,
    definitionId: 'def',
    replicas: on.length,
    resources: { cpu: `${cpuMillis}m` },
    ...(strategy === undefined ? {} : { strategy }),
  };
  const derived = deriveTemplate(spec, definition);
  if ('problem' in derived) throw new Error(derived.problem);
  const { template } = derived;
  const revised = { deploymentId: id, revision: 1, template, fingerprint: fingerprintOf(template) };
  const story: readonly DeploymentEvent[] = [
    { type: 'DeploymentSaved', data: { deploymentId: id, spec } },
    { type: 'RevisionCreated', data: revised },
    {
      type: 'DeploymentPlanned',
      data: { deploymentId: id, snapshotPosition: 0, seed: 0, now: NOW, actions: [], report: [] },
    },
    { type: 'DeploymentStatusChanged', data: { deploymentId: id, status: 'OK', details: '' } },
  ];
  const deployment = present(story.reduce<DeploymentState | undefined>(evolveDeployment, undefined));
  const replicas = on.map((index, ordinal) => replicaOf(id, ordinal, { nodeId: `node_${index}`, cpuMillis }, nodes));
  return { deployment, definition: { id: 'def', spec: definition, deleted: false }, replicas };
}

function replicaOf(
  deploymentId: string,
  ordinal: number,
  { nodeId, cpuMillis }: Pick<Reservation, 'nodeId' | 'cpuMillis'>,
  nodes: Map<string, NodeView>,
): ReplicaState {
  const ids = { replicaId: `${deploymentId}-r1-${ordinal}`, deploymentId, generation: 1 };
  const reservation = { nodeId, cpuMillis, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const decision = { considered: 1, excluded: [], scores: [] };
  const scheduled = {
    type: 'ReplicaScheduled',
    data: { ...ids, ordinal, revision: 1, reservation, decision, reason: 'test' },
  } as const satisfies DomainEvent;
  const view = present(nodes.get(nodeId));
  nodes.set(nodeId, { ...view, allotment: present(evolveAllotment(view.allotment, scheduled)) });
  const story: readonly ReplicaEvent[] = [
    scheduled,
    { type: 'ContainerCreated', data: { ...ids, containerId: 'c', adopted: false } },
    { type: 'ContainerStarted', data: { ...ids, containerId: 'c', ports: [] } },
    { type: 'ReplicaReady', data: ids },
  ];
  return present(
    story.reduce<ReplicaState | undefined>((state, event) => evolveReplica(state, event, NOW - 100_000), undefined),
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the story left no state');
  return value;
}

/** Free thousandths of a core by node; negative where it is overcommitted. */
export function freeCpu({ nodes, deployments }: Wanted): readonly number[] {
  const used = nodes.map(() => 0);
  for (const { cpuMillis, on } of deployments) for (const index of on) used[index] = (used[index] ?? 0) + cpuMillis;
  return nodes.map((size, index) => size - (used[index] ?? 0));
}

/** Fleets in which everything fits, however badly it is spread. */
export const wantedFleets: fc.Arbitrary<Wanted> = fc
  .record({
    nodes: fc.array(fc.integer({ min: 10, max: 80 }), { minLength: 1, maxLength: 6 }),
    deployments: fc.array(
      fc.record({
        cpu: fc.integer({ min: 1, max: 12 }),
        strategy: fc.option(
          fc
            .record({ maxUnavailable: fc.integer({ min: 0, max: 2 }), maxSurge: fc.integer({ min: 0, max: 2 }) })
            .filter(({ maxUnavailable, maxSurge }) => maxUnavailable + maxSurge > 0),
          { nil: undefined },
        ),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ nodes, deployments }): Wanted => {
    const free = nodes.map((size) => size * 100);
    const placed = deployments.map(({ cpu, strategy, picks }): Deployed => {
      const cpuMillis = cpu * 100;
      const on = picks.flatMap((pick) => {
        const fits = free.flatMap((left, index) => (left >= cpuMillis ? [index] : []));
        const index = fits[pick % Math.max(1, fits.length)];
        if (index === undefined) return [];
        free[index] = (free[index] ?? 0) - cpuMillis;
        return [index];
      });
      return { cpuMillis, on, ...(strategy === undefined ? {} : { strategy }) };
    });
    return { nodes: nodes.map((size) => size * 100), deployments: placed };
  });
