import type { Entry } from '../../domain/deployment/history/entry.ts';
import { historyOf } from '../../domain/deployment/history/fold.ts';
import type { Db } from '../../postgres/database.ts';
import { archivedOf, historyStart } from './archived.ts';
import { type Pulled, readDefiner, readHistory, readOrigins, readPulls } from '../../store/history.ts';

/** The history of a deployment up to a position, oldest first, behind what is archived of it. Cost by the deployment's own events. */
export async function readEntries(db: Db, deploymentId: string, until?: number): Promise<readonly Entry[]> {
  const part = await archivedOf(db, deploymentId);
  const start = part && (await historyStart(db, deploymentId, part));
  const events = await readHistory(db, deploymentId, until);
  const own = new Set(events.flatMap((event) => (event.type === 'RevisionCreated' ? [] : [event.correlationId])));
  const foreign = events.flatMap((event) =>
    event.type === 'RevisionCreated' && !own.has(event.correlationId) ? [event.correlationId] : [],
  );
  return withDefiners(db, historyOf(events, await readOrigins(db, deploymentId, foreign), start));
}

/** A plan that was due for another reason may be the first to see a definition that was changed: its correlation is not of that. */
async function withDefiners(db: Db, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const named: Entry[] = [];
  let since = 0;
  for (const entry of entries) {
    const { kind, actor, position, made } = entry;
    const unknown = kind === 'definition' && !actor.startsWith('user/') && made !== undefined;
    const { definitionId = '' } = made?.spec ?? {};
    const definer = unknown ? await readDefiner(db, definitionId, { since, before: position }) : undefined;
    named.push(definer === undefined ? entry : { ...entry, actor: definer });
    if (entry.revision !== undefined) since = position;
  }
  return named;
}

/** Revision -> the digest that its image had when it was last pulled for it. */
export async function readDigests(db: Db, deploymentId: string, until?: number): Promise<ReadonlyMap<number, string>> {
  const pulls = await readPulls(db, deploymentId, until);
  return new Map(pulls.flatMap((pulled) => digestOf(pulled, deploymentId)));
}

/** The names of replicas say their revision: `depl_x-r2-0`. */
function digestOf({ replicaId, digest }: Pulled, deploymentId: string): readonly (readonly [number, string])[] {
  const revision = /^-r(\d+)-\d+$/.exec(replicaId.slice(deploymentId.length))?.[1];
  return revision === undefined || digest === undefined ? [] : [[Number(revision), digest]];
}

/** `registry/web:1` at that digest: `registry/web@sha256:…`. What names a digest already stays as it is. */
export function atDigest(image: string, digest: string | undefined): string {
  if (digest === undefined || image.includes('@')) return image;
  const slash = image.lastIndexOf('/');
  const colon = image.indexOf(':', slash + 1);
  return `${colon === -1 ? image : image.slice(0, colon)}@${digest}`;
}

/** An actor as people know it: the slug of an account. */
export function authorOf(actor: string): string {
  return actor.startsWith('user/') ? actor.slice('user/'.length) : actor;
}
