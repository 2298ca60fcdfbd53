import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';
import type { BuildState } from '../../domain/build/evolve.ts';
import { decideDeleteDeployment, decideSaveDeployment } from '../../domain/deployment/decide.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { parseDeployment } from '../../domain/deployment/parse.ts';
import { parseRolloutCommand } from '../../domain/deployment/parse-command.ts';
import { newId } from '../../domain/identifier.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import { partOf } from '../body.ts';
import { toDeploymentBuild } from '../build/view.ts';
import { refuseHostPaths } from '../host-paths.ts';
import { carryOut } from '../carry-out.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import { eventPage } from './events-query.ts';
import { parseIfMatch, refuseStale, versionOf } from '../history/if-match.ts';
import { refuseOutdated, reviewedPosition } from '../plan/reviewed.ts';
import { sightOf } from '../sight/sight.ts';
import { rolloutCommands, type RolloutOperation } from './rollout.ts';
import { toScalingView, type ReadDecision } from './scaling-view.ts';
import { toReleaseView } from './release-view.ts';
import { toVersionsView, type ReadTraffic } from './version-traffic.ts';
import { toDeployment, toDeploymentView, toEventView } from './view.ts';

/** What the service is told from outside. */
export interface DeployPorts {
  readonly db: Db;
  /** Paths of nodes that volumes may mount. */
  readonly allowHostPaths: readonly string[];
  readonly latestDecision: ReadDecision;
  readonly readTraffic: ReadTraffic;
  readonly now: () => Date;
  /** How far builds have come, by their ids. */
  readonly buildSteps: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Deploy Svc: what is wanted, what became of it, and everything that happened. */
export function deployService(
  store: EventStore,
  ports: DeployPorts,
): Handlers<
  'saveDeployment' | 'listDeployments' | 'deleteDeployment' | 'showDeployment' | 'listEvents' | RolloutOperation
> {
  return {
    ...rolloutCommands(store),
    saveDeployment: (request) => saveDeployment(store, request, ports),
    async deleteDeployment(request) {
      const decision = { kind: 'deployment', id: request.body.deploymentId, decide: decideDeleteDeployment } as const;
      return { body: {}, position: await carryOut<DeploymentState>(store, request, decision) };
    },
    async listDeployments({ past = store }) {
      const rows = await past.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] });
      return { body: { deployments: rows.map(({ state }) => toDeployment(state)) } };
    },
    async showDeployment({ params, past }) {
      if (past !== undefined) return { body: await deploymentViewOf(store, params.id, ports, past) };
      const { view, version } = await versionedView(store, params.id, ports);
      return { body: view, etag: version };
    },
    listEvents: (request) => listEvents({ store, db: ports.db }, request),
  };
}

async function saveDeployment(
  store: EventStore,
  request: RequestOf<'saveDeployment'>,
  ports: Pick<DeployPorts, 'db' | 'allowHostPaths' | 'now'>,
): Promise<Reply<'saveDeployment'>> {
  const spec = parseDeployment(partOf(request.body, 'deployment'), newId('depl'));
  const { reason } = parseRolloutCommand(request.body);
  const ifMatch = parseIfMatch(request.ifMatch);
  refuseHostPaths(spec.volumes, ports.allowHostPaths);
  const reviewed = reviewedPosition(request.body);
  const app = callerOf(request).appHost;
  const seed = reviewed === undefined ? undefined : reviewed + 1;
  const position = await carryOut<DeploymentState>(store, request, {
    kind: 'deployment',
    id: spec.id,
    async decide(state) {
      const events = decideSaveDeployment(state, spec, { app, reason, seed });
      if (events.length > 0) await refuseStale(ports.db, spec.id, state, ifMatch);
      if (reviewed !== undefined && events.length > 0) {
        await refuseOutdated(store, { spec, app, reviewed, now: ports.now() });
      }
      return events;
    },
  });
  return { body: {}, position };
}

type Measured = Pick<DeployPorts, 'buildSteps' | 'latestDecision' | 'readTraffic' | 'now'>;

/** One deployment as it is now; or as it was, without what was measured of it. Throws NotFound. */
export async function deploymentViewOf(
  store: EventStore,
  id: string,
  ports: Measured,
  past?: SnapshotReader,
): Promise<DeploymentView> {
  if (past !== undefined) {
    const { state, view, build: found } = await viewOf(past, id);
    const build = toDeploymentBuild(state, found, undefined);
    return { ...view, ...(build && { build }) };
  }
  return (await versionedView(store, id, ports)).view;
}

/** With the version that a save may name in If-Match. Throws NotFound. */
async function versionedView(
  store: EventStore,
  id: string,
  { buildSteps, latestDecision, readTraffic, now }: Measured,
): Promise<{ readonly view: DeploymentView; readonly version: string }> {
  const { state, view, build: found } = await store.snapshot((reader) => viewOf(reader, id));
  const step = found && (await buildSteps([found.id])).get(found.id);
  const build = toDeploymentBuild(state, found, step);
  const scaling = await toScalingView(state, latestDecision);
  const release = toReleaseView(state, now().getTime());
  const versions = toVersionsView(state, view.replicas, await readTraffic(id));
  return {
    view: {
      ...view,
      ...(build && { build }),
      ...(scaling && { scaling }),
      ...(release && { release }),
      ...(versions && { versions }),
    },
    version: versionOf(state),
  };
}

interface Found {
  readonly state: DeploymentState;
  readonly view: DeploymentView;
  readonly build: BuildState | undefined;
}

async function viewOf(reader: SnapshotReader, id: string): Promise<Found> {
  const row = await reader.row<DeploymentState>('deployments', id);
  if (row === undefined) throw new NotFound(`deployment ${id} does not exist; oo deployment list shows those that do`);
  const replicas = (await reader.rows<ReplicaState>('replicas', { deployment_id: id, present: 'true' })).map(
    ({ state }) => state,
  );
  const nodeIds = [...new Set(replicas.map(({ nodeId }) => nodeId))];
  const nodes = nodeIds.length === 0 ? [] : await reader.rows<NodeState>('nodes', { id: nodeIds });
  const view = toDeploymentView(
    row.state,
    replicas,
    new Map(nodes.map(({ id: node, state }) => [node, state.url])),
    reader.position,
  );
  const buildId = row.state.source?.resolved?.buildId;
  const build = buildId === undefined ? undefined : await reader.row<BuildState>('builds', buildId);
  return { state: row.state, view, build: build?.state };
}

async function listEvents(
  { store, db }: { readonly store: EventStore; readonly db: Db },
  request: RequestOf<'listEvents'>,
): Promise<Reply<'listEvents'>> {
  const { query, past } = request;
  const { within } = await sightOf({ store, db }, callerOf(request));
  const { events, position, archived } = await eventPage(store, query, { within, head: past?.position });
  return { body: { events: events.map(toEventView), position }, archived };
}
