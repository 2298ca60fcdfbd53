import type { Description } from '../../api/contract/describe.ts';
import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import type { InstanceState } from '../../domain/instance/evolve.ts';
import type { Db } from '../../postgres/database.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import type { ArchivedPart } from '../../store/archived.ts';
import type { EventStore, PastReader } from '../../store/event-store.ts';
import { toEventView } from '../deploy/view.ts';
import { callerOf, type Handlers } from '../handler.ts';
import { type Sight, sightOf } from '../sight/sight.ts';
import { findSubject, noSubjectFor, type Subject } from '../subject/find.ts';

const EVENTS = 10;
/** Events of a deployment's own stream that are looked through for its last plan and status. */
const LOOKED_THROUGH = 100;

export interface DescribeDeps {
  readonly store: EventStore;
  readonly db: Db;
  readonly viewOf: (deploymentId: string, past: PastReader | undefined) => Promise<DeploymentView>;
}

/** Describes whatever has an id. */
export function describeService(deps: DescribeDeps): Handlers<'describe'> {
  return {
    async describe(request) {
      const { past } = request;
      const { id } = request.params;
      const sight = await sightOf(deps, callerOf(request), { live: true });
      const subject = await findSubject(past ?? deps.store, id, sight.sees);
      if (subject === undefined) {
        const kinds = ['deployment', 'replica', 'instance', 'node', 'definition'] as const;
        throw await noSubjectFor(past ?? deps.store, id, kinds, sight);
      }
      const body = await describe(deps, subject, sight, past);
      return { body, archived: await lacking(deps.store, subject, body) };
    },
  };
}

async function describe(
  deps: DescribeDeps,
  subject: Subject,
  sight: Sight,
  past: PastReader | undefined,
): Promise<Description> {
  const { kind, row } = subject;
  const { store } = deps;
  const until = past?.position;
  const of = kind === 'deployment' ? { deploymentId: row.id } : { stream: streamOf(kind, row.id) };
  const filter = { within: sight.within };
  const events = await store.read({ after: 0, limit: EVENTS, last: true, until, filter, ...of });
  const common = { kind, id: row.id, state: { ...row.state }, events: events.map(toEventView) };
  const since = (await store.timeOf(row.since))?.toISOString();
  switch (kind) {
    case 'deployment':
      return { ...common, status: row.state.status, ...(await ofDeployment(deps, row.id, past)) };
    case 'replica': {
      const { status, changedAt, deploymentId } = row.state;
      const next = [`oo logs ${row.id}`, `oo exec ${row.id} -- sh`, `oo describe ${deploymentId}`];
      return { ...common, status, since: new Date(changedAt).toISOString(), next };
    }
    case 'instance': {
      const { status, removed } = row.state;
      return { ...common, status: removed ? 'removed' : status, ...(since && { since }), next: nextOf(row.state) };
    }
    case 'node': {
      const { scheduling, liveness, removed } = row.state;
      return {
        ...common,
        status: removed ? 'removed' : `${liveness}, ${scheduling}`,
        ...(since && { since }),
        replicas: await replicasOn(past ?? store, row.id, sight),
        next: [`oo events --of ${row.id}`, 'oo node list', 'oo top node'],
      };
    }
    case 'definition':
      return {
        ...common,
        status: row.state.deleted ? 'deleted' : 'saved',
        ...(since && { since }),
        next: ['oo deployment list', 'oo definition list'],
      };
    default:
      return subject satisfies never;
  }
}

function nextOf({ id, replicaId, deploymentId }: InstanceState): string[] {
  const next = replicaId === undefined ? ['oo instance list'] : [`oo logs ${id}`, `oo describe ${replicaId}`];
  return deploymentId === undefined ? next : [...next, `oo describe ${deploymentId}`];
}

/** What runs there, of what the caller may see. */
async function replicasOn(
  store: Pick<EventStore, 'rows'>,
  node: string,
  sight: Sight,
): Promise<Description['replicas']> {
  const rows = await store.rows<ReplicaState>('replicas', { node_id: node, present: 'true' });
  return rows
    .map(({ state }) => state)
    .filter(({ id }) => sight.sees('replica', id))
    .map(({ id, deploymentId, status, nodeId }) => ({ id, deploymentId, status, nodeId }));
}

async function ofDeployment(
  { store, viewOf }: DescribeDeps,
  id: string,
  past: PastReader | undefined,
): Promise<Pick<Description, 'since' | 'deployment' | 'decision' | 'next'>> {
  const deployment = await viewOf(id, past);
  const stream = streamOf('deployment', id);
  const own = await store.read({ after: 0, limit: LOOKED_THROUGH, last: true, until: past?.position, stream });
  const changed = own.findLast(({ type }) => type === 'DeploymentStatusChanged');
  const planned = own.findLast((event) => event.type === 'DeploymentPlanned');
  const failing = deployment.replicas.some(({ failure }) => failure !== undefined);
  const next = [
    failing ? `oo logs ${id} --previous` : `oo logs ${id}`,
    `oo events --of ${id}`,
    `oo deployment watch ${id}`,
  ];
  return {
    deployment,
    ...(changed && { since: changed.at.toISOString() }),
    ...(planned && { decision: decisionOf(planned) }),
    next,
  };
}

function decisionOf(event: Extract<RecordedEvent, { type: 'DeploymentPlanned' }>): Description['decision'] {
  return { at: event.at.toISOString(), position: event.position, report: [...event.data.report] };
}

/** What of its last events is in archives: a full list lacks none, and one that begins with the first of a stream. */
async function lacking(
  store: EventStore,
  { kind }: Subject,
  { events }: Description,
): Promise<ArchivedPart | undefined> {
  const whole = events.length === EVENTS || (kind !== 'deployment' && events[0]?.version === 1);
  return whole ? undefined : store.archived();
}
