import type { Template } from '../domain/template.ts';
import { revisionKey, type Revision } from '../projections/revision.ts';
import type { EventStore } from '../store/event-store.ts';

/** Templates that a worker remembers. */
const MOST_KEPT = 500;

/** The template of a deployment's revision; undefined when the log does not have it. */
export type Templates = (deploymentId: string, revision: number) => Promise<Template | undefined>;

/** Remembers what was read: a revision's number is given once, and its template never changes. Replicas that come up together ask once. */
export function rememberTemplates(store: Pick<EventStore, 'row'>): Templates {
  const kept = new Map<string, Promise<Template | undefined>>();
  return (deploymentId, revision) => {
    const key = revisionKey(deploymentId, revision);
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= MOST_KEPT) kept.clear();
    const read = store.row<Revision>('revisions', key).then((row) => row?.state.template);
    kept.set(key, read);
    const forget = (): void => {
      if (kept.get(key) === read) kept.delete(key);
    };
    // Neither a failure nor an absence is for good.
    read.then((template) => template ?? forget(), forget);
    return read;
  };
}
