import type { Db } from '../postgres/database.ts';
import type { CheckoutOptions } from '../sources/check-out.ts';
import type { EventStore } from '../store/event-store.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { Vault } from '../vault/vault.ts';
import { configService } from './config/service.ts';
import type { ContainerDeps } from './container/ports.ts';
import { containerService } from './container/service.ts';
import { deploymentViewOf, deployService, type DeployPorts } from './deploy/service.ts';
import { describeService } from './describe/service.ts';
import { executor, type Executor } from './exec/executor.ts';
import { execService } from './exec/service.ts';
import { logReader, type LogReader } from './log/reader.ts';
import { logService } from './log/service.ts';
import { fleetService, type FleetPorts } from './fleet/service.ts';
import type { Handlers } from './handler.ts';
import type { NodePorts } from './registry/nodes.ts';
import { registryService } from './registry/service.ts';
import { secretService } from './secret/service.ts';
import { sourceService } from './source/service.ts';
import { usageService } from './usage/service.ts';
import type { UserService } from './user/service.ts';

/** What the services stand on, and what they are told from outside. */
export interface ServicePorts extends DeployPorts, Pick<ContainerDeps, 'engineAt' | 'installationId'> {
  readonly store: EventStore;
  readonly db: Db;
  readonly users: UserService;
  readonly nodes: NodePorts & FleetPorts;
  readonly vault: Vault;
  readonly keys: KeyRing;
  /** The engine on this machine, where a request names no node. */
  readonly selfUrl: string;
  /** Where checkouts lie, and what one may cost. */
  readonly checkouts: CheckoutOptions;
}

/** What is no question with an answer: the API serves these as streams. */
export interface StreamPorts {
  readonly logs: LogReader;
  readonly executor: Executor;
}

export function streamPorts(ports: ServicePorts): StreamPorts {
  return { logs: logReader(ports), executor: executor(ports) };
}

/** Every service of the contract; the API adds what it says of its own health. */
export function allServices(
  ports: ServicePorts,
  streams: StreamPorts = streamPorts(ports),
): Omit<Handlers, 'healthz' | 'readyz'> {
  const { store, db, users, nodes, vault, keys, allowHostPaths, checkouts } = ports;
  return {
    ...deployService(store, ports),
    ...logService(streams.logs),
    ...execService(streams.executor),
    ...usageService({ store, db, heartbeats: nodes.heartbeats }),
    ...describeService({ store, viewOf: (id) => deploymentViewOf(store, id, ports.latestDecision) }),
    ...registryService(store, nodes, allowHostPaths),
    ...fleetService(store, nodes),
    ...configService({ store, db }),
    ...containerService({ ...ports, checkouts: checkouts.root }),
    ...sourceService(checkouts),
    ...secretService({ db, store, vault, keys }),
    ...users.handlers,
  };
}
