import type { CheckoutOptions } from '../sources/check-out.ts';
import type { EventStore } from '../store/event-store.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { Vault } from '../vault/vault.ts';
import { auditService, type AuditPorts } from './audit/service.ts';
import { readSteps } from '../workers/build/build-log.ts';
import { buildService } from './build/service.ts';
import { configService } from './config/service.ts';
import type { ContainerDeps } from './container/ports.ts';
import { containerService } from './container/service.ts';
import { deploymentViewOf, deployService, type DeployPorts } from './deploy/service.ts';
import { standingService } from './deploy/standings.ts';
import { describeService } from './describe/service.ts';
import { differenceService } from './difference/service.ts';
import { executor, type Executor } from './exec/executor.ts';
import { execService } from './exec/service.ts';
import { logReader, type LogReader } from './log/reader.ts';
import { logService } from './log/service.ts';
import { fleetService, type FleetPorts } from './fleet/service.ts';
import type { Caller, Handlers } from './handler.ts';
import { historyService } from './history/service.ts';
import { observabilityService, type ObservabilityPorts } from './observability/service.ts';
import type { NodePorts } from './registry/nodes.ts';
import { planService } from './plan/service.ts';
import { proxyService } from './proxy/service.ts';
import { registryService } from './registry/service.ts';
import { secretService } from './secret/service.ts';
import { type Sight, sightOf } from './sight/sight.ts';
import { sourceService } from './source/service.ts';
import { usageService } from './usage/service.ts';
import type { UserService } from './user/service.ts';
import { webhookService } from './webhook/service.ts';
import { whyService } from './why/service.ts';

/** What the services stand on, and what they are told from outside. */
export interface ServicePorts
  extends Omit<DeployPorts, 'buildSteps' | 'now'>, AuditPorts, Pick<ContainerDeps, 'engineAt' | 'installationId'> {
  readonly store: EventStore;
  readonly users: UserService;
  readonly nodes: NodePorts & FleetPorts;
  readonly observability: ObservabilityPorts;
  readonly vault: Vault;
  readonly keys: KeyRing;
  /** The engine on this machine, where a request names no node. */
  readonly selfUrl: string;
  /** Webhooks may lead to addresses of the link and of metadata services. */
  readonly linkLocal: boolean;
  /** What host names of deployments end with. */
  readonly domains: readonly string[];
  /** Where checkouts lie, and what one may cost. */
  readonly checkouts: CheckoutOptions;
}

/** What is no question with an answer: the API serves these as streams. */
export interface StreamPorts {
  readonly logs: LogReader;
  readonly executor: Executor;
  /** Which events each may follow. */
  readonly sightOf: (caller: Caller) => Promise<Sight>;
}

export function streamPorts(ports: ServicePorts): StreamPorts {
  return { logs: logReader(ports), executor: executor(ports), sightOf: (caller) => sightOf(ports, caller) };
}

/** Every service of the contract; the API adds what it says of its own health. */
export function allServices(
  ports: ServicePorts,
  streams: StreamPorts = streamPorts(ports),
): Omit<Handlers, 'healthz' | 'readyz'> {
  const { store, db, users, nodes, vault, keys, allowHostPaths, checkouts } = ports;
  const deployPorts = { ...ports, now: nodes.now, buildSteps: (ids: readonly string[]) => readSteps(db, ids) };
  return {
    ...deployService(store, deployPorts),
    ...historyService({ store, db, allowHostPaths }),
    ...differenceService({ store, db }),
    ...webhookService({ ...ports, now: nodes.now }),
    ...buildService(store, db),
    ...planService(store, { allowHostPaths, now: nodes.now }),
    ...standingService(db),
    ...logService(streams.logs),
    ...execService(streams.executor),
    ...usageService({ store, db, heartbeats: nodes.heartbeats }),
    ...describeService({ store, db, viewOf: (id, past) => deploymentViewOf(store, id, deployPorts, past) }),
    ...whyService({ store, db }),
    ...registryService(store, nodes, allowHostPaths),
    ...fleetService(store, nodes),
    ...auditService(ports),
    ...configService({ store, db }),
    ...containerService({ ...ports, checkouts: checkouts.root }),
    ...sourceService(checkouts),
    ...secretService({ db, store, vault, keys }),
    ...observabilityService(ports.observability),
    ...proxyService({ store, db, domains: ports.domains }),
    ...users.handlers,
  };
}
