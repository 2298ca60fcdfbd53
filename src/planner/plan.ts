import type { DeploymentStatus } from '../domain/deployment/events.ts';
import type { RepositoryRef } from '../domain/deployment/source-events.ts';
import { sharesText, type TrafficShare } from '../domain/deployment/traffic.ts';
import type { PlacementDecision } from '../domain/replica/events.ts';
import type { Smoke } from '../domain/replica/evolve.ts';
import type { Reservation, Template } from '../domain/template.ts';

/** One thing to do. What carries it out makes no choices. */
export type Action =
  | {
      readonly type: 'revise';
      readonly revision: number;
      readonly template: Template;
      readonly fingerprint: string;
      /** Whatever the limits say. */
      readonly atOnce: boolean;
    }
  | {
      readonly type: 'roll back';
      readonly revision: number;
      readonly backTo: number;
      readonly reason: string;
    }
  | {
      readonly type: 'schedule';
      readonly replicaId: string;
      readonly ordinal: number;
      readonly revision: number;
      readonly generation: number;
      readonly reservation: Reservation;
      readonly decision: PlacementDecision;
      readonly reason: string;
      /** The replica that it takes the place of, where it was moved to a better home. */
      readonly moves?: string;
    }
  | {
      readonly type: 'stop';
      readonly replicaId: string;
      readonly generation: number;
      readonly nodeId: string;
      readonly reason: string;
      /** Absent: no request can be under way at it. */
      readonly drainSeconds?: number;
      readonly graceSeconds?: number;
    }
  | {
      readonly type: 'lose';
      readonly replicaId: string;
      readonly generation: number;
      /** What it held on the node that is lost. */
      readonly released: Reservation;
      readonly reason: string;
    }
  /** Divides the requests between revisions; without shares every ready replica counts the same. */
  | {
      readonly type: 'shift';
      readonly shares: readonly TrafficShare[];
      readonly step?: number | undefined;
      readonly reason: string;
    }
  /** Asks a replica whether it answers as it should, before it gets requests. */
  | {
      readonly type: 'smoke';
      readonly replicaId: string;
      readonly generation: number;
      readonly nodeId: string;
      readonly question: Smoke['question'];
    }
  /** Finds out what the version of a repository stands for now. */
  | { readonly type: 'ask'; readonly ask: number; readonly repository: RepositoryRef }
  | { readonly type: 'remove' };

/** So many replicas fit no node, and the names of the filters that kept them off some; none where there is no node. */
export interface Lacks {
  readonly replicas: number;
  readonly filters: readonly string[];
}

/** What to do about one deployment, and why. */
export interface Plan {
  readonly actions: readonly Action[];
  /** Why each action was chosen and what blocks the rest, in words and numbers. */
  readonly report: readonly string[];
  readonly status: DeploymentStatus;
  readonly details: string;
  /** Plan again then, milliseconds since the epoch: a back-off or a deadline ends. */
  readonly wakeAt: number | undefined;
  /** It goes on by itself then, milliseconds since the epoch, if nothing goes wrong: a step has been looked at for long enough. */
  readonly goesOnAt?: number | undefined;
  /** Replicas of the revision that is rolled out that are ready; absent where nothing rolls out. */
  readonly ready?: number;
  /** What found no node; absent where all did. The report says it in words and numbers. */
  readonly lacks?: readonly Lacks[];
}

/** An action in one line, as plans are printed. */
export function describeAction(action: Action): string {
  switch (action.type) {
    case 'revise':
      return `create revision ${action.revision} of ${action.template.image}${action.atOnce ? ', all at once' : ''}`;
    case 'roll back':
      return `go back from revision ${action.revision} to revision ${action.backTo}: ${action.reason}`;
    case 'schedule':
      return `start ${action.replicaId} (generation ${action.generation}) on ${action.reservation.nodeId}: ${action.reason}`;
    case 'stop':
      return `stop ${action.replicaId} (generation ${action.generation}) on ${action.nodeId}: ${action.reason}`;
    case 'lose':
      return `give up ${action.replicaId} (generation ${action.generation}): ${action.reason}`;
    case 'shift':
      return `shift traffic: ${sharesText(action.shares)}: ${action.reason}`;
    case 'smoke':
      return `ask ${action.replicaId} (generation ${action.generation}) for ${action.question.path} before it gets requests`;
    case 'ask':
      return `look up ${action.repository.version ?? 'main'} of ${action.repository.url}`;
    case 'remove':
      return 'remove the deployment: nothing of it runs any more';
    default:
      return action satisfies never;
  }
}
