import type { ConfigState } from '../config/evolve.ts';
import type { DefinitionState } from '../definition/evolve.ts';
import type { DeploymentState } from '../deployment/evolve.ts';
import { wantedReplicas } from '../deployment/wanted.ts';
import type { NodeState } from '../node/evolve.ts';
import type { ReplicaState } from '../replica/evolve.ts';
import type { RouteState } from '../route/evolve.ts';
import type { SecretState } from '../secret/evolve.ts';

/** What is compared between two moments, in the order in which it is told, with the state that each is folded to. */
interface States {
  readonly node: NodeState;
  readonly definition: DefinitionState;
  readonly deployment: DeploymentState;
  readonly replica: ReplicaState;
  readonly route: RouteState;
  readonly secret: SecretState;
  readonly config: ConfigState;
}
export type DifferenceKind = keyof States;

/** What a comparison looks at. Two that have the same face do not differ. */
export type Face = Readonly<Record<string, unknown>>;

type Faces = { readonly [K in DifferenceKind]: (state: States[K]) => Face | undefined };

/**
 * The face of each kind; undefined for what is not there: a removal leaves a row. Bookkeeping is left out (counts, times,
 * `details`, which tells of a moment), and so is every value of a secret or a config.
 */
const FACES: Faces = {
  node: ({ removed, url, cluster, zone, labels, capacity, reserve, scheduling, liveness }) => {
    const { cpuMillis, memoryBytes, gpus } = capacity;
    return removed
      ? undefined
      : { url, cluster, zone, labels, cpuMillis, memoryBytes, gpus, reserve, scheduling, liveness };
  },
  definition: ({ deleted, spec }) => (deleted ? undefined : withoutId(spec)),
  deployment(state) {
    const { phase, status, revision, rollback, paused, template, spec } = state;
    if (phase === 'removed') return undefined;
    const more = phase === 'live' ? {} : { phase };
    const held = { ...(rollback && { rolledBackTo: rollback.backTo }), ...(paused && { pausedBy: paused.by }) };
    const size = { replicas: spec.replicas, wanted: wantedReplicas(state) };
    // Told twice only when the autoscaler has another count than the file.
    const count = size.replicas === size.wanted ? {} : size;
    return { ...withoutId(spec), ...count, ...more, ...held, status, revision, image: template?.image };
  },
  replica({ status, deploymentId, nodeId, revision, generation, failure }) {
    if (status === 'Stopped') return undefined;
    return { deploymentId, nodeId, revision, generation, status, failure: failure?.kind };
  },
  route: ({ removed, target }) => (removed ? undefined : { target }),
  // Which value it has is told by its number alone.
  secret: ({ removed, version, access }) => (removed ? undefined : { version, ...access }),
  config: ({ saves }) => ({ version: saves }),
};

export const DIFFERENCE_KINDS = Object.keys(FACES) as readonly DifferenceKind[];

/** The face of a state of that kind, which is what its projection folds to. */
export function faceOf(kind: DifferenceKind, state: unknown): Face | undefined {
  return state === undefined ? undefined : FACES[kind](state as never);
}

/** The id names the thing: it cannot differ. */
function withoutId(spec: object): Face {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => field !== 'id'));
}
