import type { HistoryEntryView } from '../../api/contract/history.ts';
import type { Change } from '../../domain/deployment/diff/change.ts';
import type { Entry } from '../../domain/deployment/history/entry.ts';
import { authorOf } from './read.ts';

/** What is known of revisions beside their entries. */
export interface Beside {
  readonly digests: ReadonlyMap<number, string>;
  readonly tags: Readonly<Record<string, number>>;
}

/** An entry as the API shows it. */
export function toEntryView(entry: Entry, { digests, tags }: Beside): HistoryEntryView {
  const { position, kind, revision, at, actor, changes, outcome, made } = entry;
  const digest = revision === undefined ? undefined : digests.get(revision);
  return {
    position,
    kind,
    ...some({ revision, reason: entry.reason, why: entry.why, backTo: entry.backTo, milliseconds: entry.milliseconds }),
    ...some({ image: made?.template.image, digest }),
    at: new Date(at).toISOString(),
    author: authorOf(actor),
    changes: changes.map(toChangeView),
    outcome,
    tags: Object.keys(tags).filter((name) => tags[name] === revision),
  };
}

export function toChangeView({ field, before, after, text }: Change): HistoryEntryView['changes'][number] {
  return { field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }), text };
}

function some<Fields extends object>(fields: Fields): { [K in keyof Fields]?: Exclude<Fields[K], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof Fields]?: Exclude<Fields[K], undefined> };
}
