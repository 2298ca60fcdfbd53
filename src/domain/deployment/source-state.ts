import type { EventOf } from '../event.ts';
import type { RepositoryRef } from './source-events.ts';

/** What is known of the repository that a deployment's containers are built from. */
export interface SourceState {
  /** The latest question. */
  readonly ask: number;
  /** Of what it was asked. */
  readonly repository: RepositoryRef;
  /** When, milliseconds since the epoch. */
  readonly askedAt: number;
  /** Somebody saved since: it is to be asked anew. */
  readonly stale: boolean;
  readonly resolved?: { readonly commit: string; readonly buildId: string; readonly image: string } | undefined;
  readonly failure?: { readonly reason: string; readonly terminal: boolean } | undefined;
}

export type SourceEvent = EventOf<'SourceAsked' | 'SourceResolved' | 'SourceFailed'>;

const COMMIT = /^[0-9a-f]{40}$/;

/** One event further. `at`: milliseconds since the epoch. */
export function evolveSource(state: SourceState | undefined, event: SourceEvent, at: number): SourceState | undefined {
  switch (event.type) {
    case 'SourceAsked': {
      const { ask, repository } = event.data;
      return { ask, repository, askedAt: at, stale: false };
    }
    case 'SourceResolved': {
      const { ask, commit, buildId, image } = event.data;
      if (state?.ask !== ask) return state;
      return { ...state, resolved: { commit, buildId, image }, failure: undefined };
    }
    case 'SourceFailed': {
      const { ask, reason, terminal } = event.data;
      return state?.ask === ask ? { ...state, failure: { reason, terminal } } : state;
    }
    default:
      return event satisfies never;
  }
}

/** True when the version may stand for another commit tomorrow: a branch or a tag. */
export function isMoving({ repository: { version } }: Pick<SourceState, 'repository'>): boolean {
  return version === undefined || !COMMIT.test(version);
}

/** True when a save, even of the same, is a question: what a branch stands for now, or whether it works now. */
export function isAskedBySaving(source: SourceState | undefined, status: string): boolean {
  return source !== undefined && (isMoving(source) || status === 'Error' || status === 'Failed');
}
