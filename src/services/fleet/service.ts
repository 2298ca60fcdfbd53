import { drainPlanOf } from '../../planner/drain/drain-plan.ts';
import type { Allotment } from '../../domain/node/allotment.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Handlers, Reply } from '../handler.ts';
import { toStanding } from '../registry/node-view.ts';
import { deploymentsOn, nodeIn } from './load-fleet.ts';
import { carryOutRebalancing, planRebalancing, toView } from './rebalance.ts';
import { toRouterView, type RouterRow } from './router-view.ts';
import { toWorkerView, type Roster } from './worker-view.ts';

export interface FleetPorts {
  /** Who works, on what, and what nobody works on. */
  readonly roster: () => Promise<Roster>;
  /** What carries requests. */
  readonly routers: () => Promise<readonly RouterRow[]>;
  readonly now: () => Date;
}

/** What concerns the nodes and the workers as a whole. */
export function fleetService(
  store: EventStore,
  { roster, routers, now }: FleetPorts,
): Handlers<'listWorkers' | 'listRouters' | 'drainPlan' | 'rebalancePlan' | 'rebalance'> {
  return {
    async listWorkers() {
      const { workers, unserved } = await roster();
      return { body: { workers: workers.map(toWorkerView), unserved: unserved.map(toUnserved) } };
    },
    async listRouters() {
      // The routers first: none of them is ahead of a head that is read later.
      const rows = await routers();
      const head = await store.head();
      return { body: { routers: rows.map((row) => toRouterView(row, head)) } };
    },
    drainPlan: async ({ params }) => ({ body: await drainPlan(store, now(), params.id) }),
    async rebalancePlan({ query }) {
      const { position, plan } = await planRebalancing(store, now(), query.deploymentId);
      return { body: toView(position, plan) };
    },
    rebalance: (request) => carryOutRebalancing(store, now(), request),
  };
}

/** By id or by URL. */
async function drainPlan(store: EventStore, now: Date, asked: string): Promise<Reply<'drainPlan'>['body']> {
  return store.snapshot(async (reader) => {
    const node = await nodeIn(reader, asked);
    const allotment = await reader.row<Allotment>('allotments', node.id);
    const loaded = await deploymentsOn(store, reader, node.id, now.getTime());
    const deployments = drainPlanOf(
      loaded.map(({ snapshot }) => snapshot),
      node.id,
    );
    return {
      node: toStanding(node, allotment?.state),
      url: node.url,
      position: reader.position,
      deployments: deployments.map((each) => ({
        ...each,
        replicas: [...each.replicas],
        to: [...each.to],
        stuck: [...each.stuck],
        why: [...each.why],
      })),
    };
  });
}

function toUnserved(unserved: Roster['unserved'][number]): Reply<'listWorkers'>['body']['unserved'][number] {
  return unserved.kind === 'queue' ? unserved : { ...unserved, lacks: [...unserved.lacks] };
}
