import type { Template } from '../../domain/template.ts';
import { decideRollback } from '../../domain/deployment/decide-rollback.ts';
import { living } from '../../domain/deployment/decide-rollout.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Entry } from '../../domain/deployment/history/entry.ts';
import { parseRollback } from '../../domain/deployment/parse-history-command.ts';
import { revisionNamed } from '../../domain/deployment/tag.ts';
import { Conflict } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import { revisionKey } from '../../projections/revision.ts';
import { Archived, type ArchivedPart } from '../../store/archived.ts';
import { beganAt } from '../../store/archives.ts';
import { carryOut } from '../carry-out.ts';
import { callerOf, type Reply, type RequestOf } from '../handler.ts';
import { archivedOf } from './archived.ts';
import { refuseHostPaths } from '../host-paths.ts';
import { atDigest, readDigests, readEntries } from './read.ts';
import { type HistoryPorts, madeOf } from './ports.ts';

/** Saves what an earlier revision was made from. Which one is decided anew when somebody else was first. */
export async function rollbackDeployment(
  { store, db, allowHostPaths }: HistoryPorts,
  request: RequestOf<'rollbackDeployment'>,
): Promise<Reply<'rollbackDeployment'>> {
  const { id } = request.params;
  const { to, reason } = parseRollback(request.body);
  let chosen = { to: 0, image: '' };
  const position = await carryOut<DeploymentState>(store, request, {
    kind: 'deployment',
    id,
    async decide(given) {
      const state = living(given, id);
      const entries = await readEntries(db, id);
      const part = await archivedOf(db, id);
      const revision = to === undefined ? lastGood(state, entries, part) : revisionNamed(state, to);
      const made = await madeOf(db, entries, id, revision);
      await refuseUnknownDigest(db, { id, revision, part }, made.template);
      const template = asItRan(made.template, (await readDigests(db, id)).get(revision));
      // What the installation allows may have changed since.
      refuseHostPaths(template.volumes, allowHostPaths);
      chosen = { to: revision, image: template.image };
      return decideRollback(
        state,
        { revision, spec: made.spec, template },
        { by: `user/${callerOf(request).slug}`, reason },
      );
    },
  });
  return { body: chosen, position };
}

/** A tag may have been moved since; what a build has made has a name of its own. */
function asItRan(template: Template, digest: string | undefined): Template {
  return template.build === undefined ? { ...template, image: atDigest(template.image, digest) } : template;
}

/** The last revision before the present one that was up. */
function lastGood(
  { id, revision }: DeploymentState,
  entries: readonly Entry[],
  part: ArchivedPart | undefined,
): number {
  const good = entries.filter(
    (each) => each.outcome === 'OK' && each.revision !== undefined && each.revision < revision,
  );
  const last = good.at(-1)?.revision;
  if (last !== undefined) return last;
  if (part !== undefined)
    throw new Conflict(
      `which revision of ${id} was OK before ${revision} is in archives, positions 1 to ${part.until}; ` +
        `name one with --to, or have it back: deploy-svc archive restore DIR`,
    );
  throw new Conflict(
    `there is nothing to roll ${id} back to: no revision before ${revision} was ever OK; ` +
      `name one with --to, from: oo deployment history ${id}`,
  );
}

/** Which image a tag was then is told by the pull alone: to go back to what the tag is now would be something else. */
async function refuseUnknownDigest(
  db: Db,
  { id, revision, part }: { readonly id: string; readonly revision: number; readonly part: ArchivedPart | undefined },
  template: Template,
): Promise<void> {
  if (part === undefined || template.build !== undefined || template.image.includes('@')) return;
  const since = await beganAt(db, 'revisions', revisionKey(id, revision));
  if (since === undefined || since > part.until) return;
  throw new Archived(since, part, `the digest that ${template.image} had for revision ${revision} of ${id}`);
}
