import { ADMIN_ROLE, holds } from '../../api/contract/permissions.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { STREAM_KINDS, type StreamKind, streamOf } from '../../domain/stream.ts';
import { type EventScope, inScope } from '../../store/event-scope.ts';
import type { Caller } from '../handler.ts';
import { AUDITOR, SIGHT_RULES, type SightDeps } from './rules.ts';

/** What of the history a caller may read: what it may read of how things are now. */
export interface Sight {
  /** Whose it is. */
  readonly slug: string;
  /** For queries; undefined: everything. */
  readonly within: EventScope | undefined;
  /** Whether that is seen, by what was so when the sight was made. */
  readonly sees: (kind: StreamKind, id: string) => boolean;
  /** The events that are seen, in their order. */
  readonly seenOf: (events: readonly RecordedEvent[]) => readonly RecordedEvent[];
  /** Whether an event that happened later is seen: it may tell of something that was not there. */
  readonly seesLater: (event: RecordedEvent) => Promise<boolean>;
}

/** What the caller may read of the history. `live`: of how things are now, for which an auditor's permission does not do. */
export async function sightOf(
  deps: SightDeps,
  caller: Caller,
  { live = false }: { readonly live?: boolean } = {},
): Promise<Sight> {
  const everything = live ? caller.roles.includes(ADMIN_ROLE) : holds(caller, AUDITOR);
  const within = everything ? undefined : await scopeOf(deps, caller);
  const sees = (kind: StreamKind, id: string): boolean => inScope(streamOf(kind, id), within);
  return {
    slug: caller.slug,
    within,
    sees,
    seenOf: (events) => events.filter(({ stream }) => inScope(stream, within)),
    seesLater: async ({ stream }) => {
      if (inScope(stream, within)) return true;
      const slash = stream.indexOf('/');
      const kind = STREAM_KINDS.find((each) => each === stream.slice(0, slash));
      const own = kind === undefined ? undefined : SIGHT_RULES[kind].own;
      return own !== undefined && (await own(deps, caller, stream.slice(slash + 1))).length > 0;
    },
  };
}

async function scopeOf(deps: SightDeps, caller: Caller): Promise<EventScope> {
  const kinds = STREAM_KINDS.filter((kind) => {
    const { all } = SIGHT_RULES[kind];
    return all === 'everybody' || (all !== undefined && holds(caller, all));
  });
  const own = STREAM_KINDS.filter((kind) => !kinds.includes(kind)).map(async (kind) =>
    ((await SIGHT_RULES[kind].own?.(deps, caller)) ?? []).map((id) => streamOf(kind, id)),
  );
  return { kinds, streams: new Set((await Promise.all(own)).flat()) };
}
