import type { EventOf } from '../event.ts';

export type BuildEvent = EventOf<
  'BuildRequested' | 'BuildStarted' | 'BuildSucceeded' | 'BuildFailed' | 'BuildForgotten'
>;

export const BUILD_STATUSES = ['Requested', 'Building', 'Succeeded', 'Failed'] as const;
export type BuildStatus = (typeof BUILD_STATUSES)[number];

/** One image that is made from a repository, as its stream tells it. Times in milliseconds since the epoch. */
export interface BuildState extends Omit<EventOf<'BuildRequested'>['data'], 'buildId' | 'reason'> {
  readonly id: string;
  readonly status: BuildStatus;
  readonly requestedAt: number;
  readonly changedAt: number;
  /** Where it is built, or was built last. */
  readonly nodeId?: string | undefined;
  readonly imageId?: string | undefined;
  readonly milliseconds?: number | undefined;
  readonly pushed?: boolean | undefined;
  /** Its image was taken from the nodes: it is built again when it is wanted. */
  readonly forgotten?: boolean | undefined;
  /** Of the last attempt, while nobody has asked anew. */
  readonly failure?: Pick<EventOf<'BuildFailed'>['data'], 'reason' | 'terminal' | 'lastLogs'> | undefined;
}

/** One event further. `at`: milliseconds since the epoch. */
export function evolveBuild(state: BuildState | undefined, event: BuildEvent, at: number): BuildState | undefined {
  switch (event.type) {
    case 'BuildRequested': {
      const { buildId, reason: _, ...source } = event.data;
      // Where it was built last its layers may still be.
      return { ...source, id: buildId, status: 'Requested', requestedAt: at, changedAt: at, nodeId: state?.nodeId };
    }
    case 'BuildStarted':
      return state && { ...state, status: 'Building', changedAt: at, nodeId: event.data.nodeId };
    case 'BuildSucceeded': {
      const { imageId, nodeId, milliseconds, pushed } = event.data;
      const done = { imageId, nodeId, milliseconds, pushed, failure: undefined };
      return state && { ...state, ...done, status: 'Succeeded', changedAt: at };
    }
    case 'BuildFailed': {
      const { reason, terminal, lastLogs } = event.data;
      return state && { ...state, status: 'Failed', changedAt: at, failure: { reason, terminal, lastLogs } };
    }
    case 'BuildForgotten':
      return state && { ...state, forgotten: true, changedAt: at };
    default:
      return event satisfies never;
  }
}

/** True while somebody is to build it: also after a failure that another try may mend. */
export function isDue({ status, failure }: BuildState): boolean {
  return status === 'Requested' || status === 'Building' || (status === 'Failed' && failure?.terminal !== true);
}
