import type { DefinitionState } from '../domain/definition/evolve.ts';
import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { Allotment } from '../domain/node/allotment.ts';
import type { NodeState } from '../domain/node/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';

/** Everything that a plan is a function of. */
export interface Snapshot {
  /** Position of the log that the rows below stand at. */
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Breaks ties between equally good nodes, the same way every time. */
  readonly seed: number;
  readonly deployment: DeploymentState;
  readonly definition: DefinitionState | undefined;
  /** All replicas of the deployment, stopped ones too: a slot that is filled again goes on with its generations. */
  readonly replicas: readonly ReplicaState[];
  readonly nodes: readonly NodeView[];
}

/** A node with what of it is given away. */
export interface NodeView {
  readonly node: NodeState;
  readonly allotment: Allotment;
}
