import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { blameOf } from '../../domain/deployment/blame.ts';
import { diffRevisions } from '../../domain/deployment/diff/diff.ts';
import { parseTagging, parseUntag } from '../../domain/deployment/parse-history-command.ts';
import { decideTag, decideUntag, revisionNamed } from '../../domain/deployment/tag.ts';
import { Conflict, NotFound } from '../../domain/problem.ts';
import type { EventStore } from '../../store/event-store.ts';
import { readHistory } from '../../store/history.ts';
import { Archived } from '../../store/archived.ts';
import { beganAt } from '../../store/archives.ts';
import { carryOut } from '../carry-out.ts';
import type { Handlers, Reply, RequestOf } from '../handler.ts';
import { archivedOf } from './archived.ts';
import { madeOf, type HistoryPorts } from './ports.ts';
import { authorOf, readDigests, readEntries } from './read.ts';
import { rollbackDeployment } from './rollback.ts';
import { toChangeView, toEntryView } from './view.ts';

/** Entries in one answer, unless the caller asks for another number. */
const PAGE = 100;

type Operation =
  | 'deploymentHistory'
  | 'diffDeployment'
  | 'blameDeployment'
  | 'rollbackDeployment'
  | 'tagRevision'
  | 'untagRevision';

/** What was done to a deployment, by whom and why, and the way back. */
export function historyService(ports: HistoryPorts): Handlers<Operation> {
  const { store, db } = ports;
  return {
    deploymentHistory: (request) => deploymentHistory(ports, request),
    diffDeployment: (request) => diffDeployment(ports, request),
    async blameDeployment({ params: { id }, past }) {
      await stateOf(past ?? store, id);
      const part = await archivedOf(db, id);
      if (part !== undefined)
        throw new Archived((await beganAt(db, 'deployments', id)) ?? 1, part, `some of what set the fields of ${id}`);
      const events = await readHistory(db, id, past?.position);
      const saves = events.flatMap((event) => (event.type === 'DeploymentSaved' ? [{ ...event, ...event.data }] : []));
      const fields = blameOf(saves).map(({ field, value, save: { position, at, actor, reason } }) => {
        const why = reason === undefined ? {} : { reason };
        return { field, value, position, at: at.toISOString(), author: authorOf(actor), ...why };
      });
      return { body: { fields } };
    },
    rollbackDeployment: (request) => rollbackDeployment(ports, request),
    async tagRevision(request) {
      const { id } = request.params;
      const given = parseTagging(request.body);
      let revision = 0;
      const position = await carryOut<DeploymentState>(store, request, {
        kind: 'deployment',
        id,
        decide(state) {
          revision = given.revision ?? known(state, id).revision;
          return decideTag(known(state, id), { ...given, revision });
        },
      });
      return { body: { name: given.name, revision }, position };
    },
    async untagRevision(request) {
      const { id } = request.params;
      const name = parseUntag(request.body);
      const decision = {
        kind: 'deployment' as const,
        id,
        decide: (state: DeploymentState | undefined) => decideUntag(known(state, id), name),
      };
      return { body: {}, position: await carryOut<DeploymentState>(store, request, decision) };
    },
  };
}

async function deploymentHistory(
  { store, db }: HistoryPorts,
  { params: { id }, query: { limit = PAGE, before = Infinity }, past }: RequestOf<'deploymentHistory'>,
): Promise<Reply<'deploymentHistory'>> {
  const { tags = {} } = await stateOf(past ?? store, id);
  const digests = await readDigests(db, id, past?.position);
  const entries = (await readEntries(db, id, past?.position)).filter(({ position }) => position < before).toReversed();
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const further = entries.length > limit;
  const more = further && last !== undefined ? { before: last.position } : {};
  // The last page is where the rest would be looked for.
  const archived = further ? undefined : await archivedOf(db, id);
  if (archived !== undefined && page.length === 0) {
    throw new Archived((await beganAt(db, 'deployments', id)) ?? 1, archived, `what there is of the history of ${id}`);
  }
  return { body: { entries: page.map((entry) => toEntryView(entry, { digests, tags })), ...more }, archived };
}

async function diffDeployment(
  { store, db }: HistoryPorts,
  { params: { id }, query, past }: RequestOf<'diffDeployment'>,
): Promise<Reply<'diffDeployment'>> {
  const state = await stateOf(past ?? store, id);
  if (state.revision === 0) throw new Conflict(`${id} has no revision yet; see: oo deployment history ${id}`);
  const entries = await readEntries(db, id, past?.position);
  const to = query.to === undefined ? state.revision : revisionNamed(state, query.to);
  const from = query.from === undefined ? to - 1 : revisionNamed(state, query.from);
  if (from === 0) throw new Conflict(`revision ${to} is the first of ${id}: there is none before it to compare with`);
  const [one, other] = [await madeOf(db, entries, id, from), await madeOf(db, entries, id, to)];
  const changes = diffRevisions(one, other);
  return { body: { from, to, changes: changes.map(toChangeView) } };
}

async function stateOf(store: Pick<EventStore, 'row'>, id: string): Promise<DeploymentState> {
  return known((await store.row<DeploymentState>('deployments', id))?.state, id);
}

function known(state: DeploymentState | undefined, id: string): DeploymentState {
  if (state !== undefined) return state;
  throw new NotFound(`deployment ${id} does not exist; oo deployment list shows those that do`);
}
