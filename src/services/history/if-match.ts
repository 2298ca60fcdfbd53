import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { InvalidInput } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import { Refusal } from '../refusal.ts';
import { authorOf, readEntries } from './read.ts';

/**
 * What a deployment is as of its latest save: `3`, its latest revision, or `3.2` when it was saved twice since, which no
 * revision came of yet or ever will (another count, another name). `0` before the first save.
 */
export function versionOf(state: DeploymentState | undefined): string {
  if (state === undefined) return '0';
  const since = state.saves - state.savedAtRevision;
  return since === 0 ? String(state.revision) : `${state.revision}.${since}`;
}

/** The versions that an If-Match header names: `"3"`, or `"2", "3.1"`; `*` is any that there is. Undefined without one. */
export function parseIfMatch(header: string | undefined): readonly string[] | '*' | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const versions = header.split(',').map((each) => /^\s*"(\d+(?:\.\d+)?)"\s*$/.exec(each)?.[1]);
  if (versions.every((each) => each !== undefined)) return versions;
  const message = `${JSON.stringify(header.slice(0, 100))} names no revision`;
  throw new InvalidInput([
    { field: 'If-Match', message, hint: 'as GET /deploy-svc/deployment/{id} says in ETag: "3"' },
  ]);
}

/**
 * Throws a Refusal with 412 when the deployment is not as the caller has seen it, with who saved what since. Called with the
 * row that the decision is made from: the append is refused when it has moved, so nobody gets in between.
 */
export async function refuseStale(
  db: Db,
  id: string,
  state: DeploymentState | undefined,
  wanted: ReturnType<typeof parseIfMatch>,
): Promise<void> {
  if (wanted === undefined || (wanted === '*' ? state !== undefined : wanted.includes(versionOf(state)))) return;
  const expected = wanted === '*' ? 'any revision' : `revision ${wanted.join(' or ')}`;
  const entries = state === undefined ? [] : await readEntries(db, id);
  const base = wanted === '*' ? 0 : Math.min(...wanted.map((each) => Math.floor(Number(each))));
  const start = entries.findLastIndex(({ revision }) => revision !== undefined && revision <= base);
  const since = entries
    .slice(start + 1)
    .filter(({ kind, changes }) => changes.length > 0 && !['tag', 'untag'].includes(kind));
  const said = since.slice(-3).map(({ revision, kind, actor, changes }) => {
    const what = revision === undefined ? kind : `revision ${revision}`;
    return `${what} by ${authorOf(actor)}: ${changes.map(({ text }) => text).join(', ')}`;
  });
  const more = since.length > 3 ? [`${since.length - 3} before`] : [];
  const is = state === undefined ? 'does not exist' : `is at ${versionOf(state)}`;
  const detail = said.length === 0 ? '' : ` (since then ${[...more, ...said].join('; ')})`;
  throw new Refusal(
    412,
    `${id} ${is}, not at ${expected}${detail}; nothing was saved; see: oo deployment history ${id}`,
  );
}
