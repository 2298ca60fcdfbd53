import type { BuildState } from '../domain/build/evolve.ts';
import type { DefinitionState } from '../domain/definition/evolve.ts';
import type { SecretFingerprints } from '../domain/deployment/derive-template.ts';
import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { Allotment } from '../domain/node/allotment.ts';
import type { NodeState } from '../domain/node/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import type { Template } from '../domain/template.ts';

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
  /** Of the secrets that the envars of both refer to, those that there are. */
  readonly secrets?: SecretFingerprints | undefined;
  /** Its replicas, and the stopped ones of `startableRevisions`: a slot that is filled again goes on with its generations. */
  readonly replicas: readonly ReplicaState[];
  /** Earlier revisions that replicas belong to, and the last one that was OK: what is not rolled out is started from them. */
  readonly earlier: readonly EarlierRevision[];
  readonly nodes: readonly NodeView[];
  /** Of the commit that the deployment's repository stands for. */
  readonly build?: BuildState | undefined;
  /** Image -> nodes that are known to have it. */
  readonly images?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface EarlierRevision {
  readonly revision: number;
  readonly template: Template;
}

/** A node with what of it is given away. */
export interface NodeView {
  readonly node: NodeState;
  readonly allotment: Allotment;
}
