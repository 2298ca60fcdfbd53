import type { EventContext, EventOf, EventPlace } from '../../event.ts';
import { diffRevisions, diffSpecs, type Made } from '../diff/diff.ts';
import type { DeploymentSpec } from '../events.ts';
import type { Entry, EntryKind } from './entry.ts';

/** The types of events that a history is made from, all of the deployment's own stream. */
export const HISTORY_TYPES = [
  'DeploymentSaved',
  'RevisionCreated',
  'DeploymentStatusChanged',
  'RolloutFailed',
  'RolloutPaused',
  'RolloutResumed',
  'RolloutRestarted',
  'DeploymentDeleted',
  'RevisionTagged',
  'RevisionUntagged',
] as const;

export type HistoryEvent = EventOf<(typeof HISTORY_TYPES)[number]> &
  Pick<EventPlace, 'position' | 'at'> &
  Pick<EventContext, 'actor' | 'correlationId'>;

/** Who began what carries a correlation id, by that id: for revisions that no event of the deployment itself led to. */
export type Origins = ReadonlyMap<string, { readonly actor: string; readonly reason?: string | undefined }>;

interface Draft {
  readonly entries: Entry[];
  spec: DeploymentSpec | undefined;
  /** What the latest revision was made from. */
  made: Made | undefined;
  /** Index of the latest save or restart since the latest revision, which the next one comes from. */
  cause: number | undefined;
  readonly correlations: Set<string>;
  /** The revision that is rolled out. */
  open: { readonly index: number; readonly at: number } | undefined;
}

/** How a deployment was where the events at hand begin, when those before are in archives. */
export interface HistoryStart {
  readonly position: number;
  readonly spec: DeploymentSpec;
  /** What its latest revision was made from; undefined: it had none. */
  readonly made: Made | undefined;
  /** It had been saved or restarted, and no revision had come of it yet. */
  readonly pending: boolean;
}

/**
 * Everything that was done to a deployment and what became of it, oldest first. `events`: of its stream, in order, all of them, or
 * those behind `start`: then the entries are those behind it.
 */
export function historyOf(
  events: readonly HistoryEvent[],
  origins: Origins = new Map(),
  start?: HistoryStart,
): readonly Entry[] {
  const draft: Draft = {
    // What goes on from before belongs to an entry that is not told.
    entries: start === undefined ? [] : [before(start.position)],
    spec: start?.spec,
    made: start?.made,
    cause: start?.pending === true ? 0 : undefined,
    correlations: new Set(),
    open: start === undefined ? undefined : { index: 0, at: 0 },
  };
  for (const event of events) take(draft, event, origins);
  return start === undefined ? draft.entries : draft.entries.slice(1);
}

function before(position: number): Entry {
  return { position, kind: 'save', at: 0, actor: '', changes: [], outcome: 'in progress' };
}

function take(draft: Draft, event: HistoryEvent, origins: Origins): void {
  switch (event.type) {
    case 'DeploymentSaved':
      return saved(draft, event);
    case 'RolloutRestarted':
      draft.correlations.add(event.correlationId);
      draft.cause = add(draft, event, 'restart', { reason: event.data.reason });
      return;
    case 'RevisionCreated':
      return revised(draft, event, origins);
    case 'DeploymentStatusChanged':
      return judged(draft, event);
    case 'RolloutFailed':
      return wentBack(draft, event);
    case 'RolloutPaused':
      return void add(draft, event, 'pause', { reason: event.data.reason });
    case 'RolloutResumed':
      return void add(draft, event, 'resume', { reason: event.data.reason });
    case 'DeploymentDeleted':
      draft.cause = undefined;
      conclude(draft, event.at.getTime(), { outcome: 'superseded', why: 'the deployment was deleted' });
      return void add(draft, event, 'delete', {});
    case 'RevisionTagged': {
      const { name, revision, reason } = event.data;
      return void add(draft, event, 'tag', { reason, changes: [tagging(name, `${name} is revision ${revision}`)] });
    }
    case 'RevisionUntagged':
      return void add(draft, event, 'untag', {
        changes: [tagging(event.data.name, `${event.data.name} is no revision any more`)],
      });
    default:
      return event satisfies never;
  }
}

function tagging(name: string, text: string): Entry['changes'][number] {
  return { field: `tags.${name}`, text };
}

function add(draft: Draft, event: HistoryEvent, kind: EntryKind, more: Partial<Entry>): number {
  const { position, actor, at } = event;
  const outcome = kind === 'save' || kind === 'scale' || kind === 'rollback' ? 'saved' : 'done';
  draft.entries.push({ position, kind, at: at.getTime(), actor, changes: [], outcome, ...more });
  return draft.entries.length - 1;
}

function amend(draft: Draft, index: number, more: Partial<Entry>): void {
  const entry = draft.entries[index];
  if (entry !== undefined) draft.entries[index] = { ...entry, ...more };
}

function saved(draft: Draft, event: Extract<HistoryEvent, { type: 'DeploymentSaved' }>): void {
  const { spec, scaled, pinned, reason } = event.data;
  const kind = scaled === true ? 'scale' : pinned === undefined ? 'save' : 'rollback';
  const index = add(draft, event, kind, { reason, changes: diffSpecs(draft.spec, spec) });
  draft.correlations.add(event.correlationId);
  draft.spec = spec;
  if (scaled !== true) draft.cause = index;
}

function revised(draft: Draft, event: Extract<HistoryEvent, { type: 'RevisionCreated' }>, origins: Origins): void {
  const { revision, template } = event.data;
  const at = event.at.getTime();
  conclude(draft, at, { outcome: 'superseded', why: `revision ${revision} came before it was up` });
  if (draft.spec === undefined) return;
  const made = { spec: draft.spec, template };
  const own = draft.correlations.has(event.correlationId) || !origins.has(event.correlationId);
  const index =
    (own ? draft.cause : undefined) ?? add(draft, event, 'definition', { ...origins.get(event.correlationId) });
  amend(draft, index, {
    revision,
    made,
    changes: diffRevisions(draft.made, made),
    outcome: 'in progress',
    why: undefined,
  });
  draft.made = made;
  draft.open = { index, at };
  draft.cause = undefined;
  draft.correlations.clear();
}

function judged(draft: Draft, event: Extract<HistoryEvent, { type: 'DeploymentStatusChanged' }>): void {
  const { status, details } = event.data;
  const { open, cause } = draft;
  if (open !== undefined && cause === undefined) {
    if (status === 'OK') return conclude(draft, event.at.getTime(), { outcome: 'OK', why: undefined });
    const failed = status === 'Error' || status === 'Failed';
    // It may still come up: what it is now is what counts.
    amend(draft, open.index, {
      outcome: failed ? 'failed' : 'in progress',
      why: failed ? details : undefined,
      milliseconds: failed ? event.at.getTime() - open.at : undefined,
    });
  } else if (cause !== undefined && (status === 'Failed' || status === 'OK')) {
    // Of a save that nothing came of yet: its definition or a secret is missing.
    amend(
      draft,
      cause,
      status === 'Failed' ? { outcome: 'failed', why: details } : { outcome: 'saved', why: undefined },
    );
  }
}

function wentBack(draft: Draft, event: Extract<HistoryEvent, { type: 'RolloutFailed' }>): void {
  const { backTo, reason, by } = event.data;
  const aborted = by !== 'planner';
  const why = aborted ? `aborted by ${by}${reason === '' ? '' : `: ${reason}`}` : reason;
  conclude(draft, event.at.getTime(), { outcome: 'rolled back', backTo, why });
  if (aborted) add(draft, event, 'abort', { reason: reason === '' ? undefined : reason, backTo });
}

function conclude(draft: Draft, at: number, more: Partial<Entry>): void {
  const { open } = draft;
  if (open === undefined) return;
  draft.open = undefined;
  const present = draft.entries[open.index];
  // What had failed already and was mended by another has failed.
  if (more.outcome === 'superseded' && present?.outcome === 'failed') return;
  amend(draft, open.index, { ...more, milliseconds: at - open.at });
}
