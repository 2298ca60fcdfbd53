import type { Template } from '../../domain/template.ts';
import { decideRollback } from '../../domain/deployment/decide-rollback.ts';
import { living } from '../../domain/deployment/decide-rollout.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Entry } from '../../domain/deployment/history/entry.ts';
import { parseRollback } from '../../domain/deployment/parse-history-command.ts';
import { revisionNamed } from '../../domain/deployment/tag.ts';
import { Conflict } from '../../domain/problem.ts';
import { carryOut } from '../carry-out.ts';
import { callerOf, type Reply, type RequestOf } from '../handler.ts';
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
      const revision = to === undefined ? lastGood(state, entries) : revisionNamed(state, to);
      const made = madeOf(entries, id, revision);
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
function lastGood({ id, revision }: DeploymentState, entries: readonly Entry[]): number {
  const good = entries.filter(
    (each) => each.outcome === 'OK' && each.revision !== undefined && each.revision < revision,
  );
  const last = good.at(-1)?.revision;
  if (last !== undefined) return last;
  throw new Conflict(
    `there is nothing to roll ${id} back to: no revision before ${revision} was ever OK; ` +
      `name one with --to, from: oo deployment history ${id}`,
  );
}
