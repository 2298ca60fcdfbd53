import type { Change } from '../diff/change.ts';
import type { Made } from '../diff/diff.ts';

/**
 * What somebody did. `save`, `rollback`, `restart` and `definition` (the definition, a secret or a repository changed) may have
 * made a revision; the others never do.
 */
export type EntryKind =
  | 'save'
  | 'rollback'
  | 'restart'
  | 'definition'
  | 'scale'
  | 'pause'
  | 'resume'
  | 'abort'
  | 'delete'
  | 'tag'
  | 'untag';

/** What became of it. `saved`: nothing had to be rolled out for it. */
export type EntryOutcome = 'in progress' | 'OK' | 'failed' | 'rolled back' | 'superseded' | 'saved' | 'done';

/** One line of a deployment's history. Times in milliseconds since the epoch. */
export interface Entry {
  /** Of the event that says it. */
  readonly position: number;
  readonly kind: EntryKind;
  readonly at: number;
  /** `user/<slug>`, `worker/<id>` or `system`. */
  readonly actor: string;
  readonly reason?: string | undefined;
  /** Absent: it made none. */
  readonly revision?: number | undefined;
  readonly changes: readonly Change[];
  readonly outcome: EntryOutcome;
  /** Why it failed or went back. */
  readonly why?: string | undefined;
  /** The revision that it went back to. */
  readonly backTo?: number | undefined;
  /** From the revision's beginning to its outcome; absent while it is in progress, and without a revision. */
  readonly milliseconds?: number | undefined;
  readonly made?: Made | undefined;
}
