import type { OperationName } from './operations.ts';
import type { Routes } from './routes.ts';

/** An operation that changes something, or makes something: there is nothing to read. */
export const CHANGES = 'it is no read';

type WithPast = { [N in OperationName]: Routes[N] extends { readonly asOf: true } ? N : never }[OperationName];

const HEARD = 'what is heard and measured is not kept';
const ENGINES = 'engines are asked for it, and they know how things are now';
const OUTPUT = 'what containers say is kept by their engines; the last lines of one that failed are in its event';
const CALLER = 'it is about the token that is shown, and about now';
const LOG = 'it is about the log itself, whose past does not change: after and limit choose the part';
const PROCESS = 'it is about this process as it is set up now';
const PLANNED = 'it is planned on what is so now';

/** Why a read has no `?at=`, for every operation that has none: it is refused with these words. */
export const WITHOUT_PAST: Readonly<Record<Exclude<OperationName, WithPast>, string>> = {
  saveDeployment: CHANGES,
  deleteDeployment: CHANGES,
  pauseDeployment: CHANGES,
  resumeDeployment: CHANGES,
  abortDeployment: CHANGES,
  restartDeployment: CHANGES,
  scaleDeployment: CHANGES,
  rollbackDeployment: CHANGES,
  tagRevision: CHANGES,
  untagRevision: CHANGES,
  planDeployment: 'its body has an at of its own: what would have been planned then',
  deploymentLogs: OUTPUT,
  replicaLogs: OUTPUT,
  execReplica: CHANGES,
  openExecSession: CHANGES,
  whyNot: `${PLANNED}; what was in the way then is in the plans that why tells`,
  usage: HEARD,
  saveDefinition: CHANGES,
  deleteDefinition: CHANGES,
  saveNode: CHANGES,
  scheduleNode: CHANGES,
  deleteNode: CHANGES,
  registerInstance: CHANGES,
  removeInstance: CHANGES,
  echoGet: 'it says what it is sent',
  echoPost: 'it says what it is sent',
  echoPut: 'it says what it is sent',
  listWorkers: `${HEARD}: who is alive and what each has in hand is no decision`,
  drainPlan: PLANNED,
  rebalancePlan: PLANNED,
  rebalance: CHANGES,
  verifyLog: LOG,
  exportLog: LOG,
  listCheckpoints: LOG,
  replayDecisions: LOG,
  auditKeys: PROCESS,
  saveConfig: CHANGES,
  runContainer: CHANGES,
  stopContainer: CHANGES,
  listContainers: ENGINES,
  listContainerLogs: OUTPUT,
  containerIsRunning: ENGINES,
  containerSummary: ENGINES,
  buildImage: CHANGES,
  imagePullable: 'the registry is asked for it, and knows what it has now',
  getHost: ENGINES,
  containerDaemonInfo: ENGINES,
  checkoutRepo: CHANGES,
  checkoutByQuery: CHANGES,
  login: CHANGES,
  register: CHANGES,
  refreshToken: CHANGES,
  publicKey: PROCESS,
  readSelf: CALLER,
  hasPermission: CALLER,
  listApps: 'apps are names that are never changed and never taken away',
  readApp: CHANGES,
  exchangeToken: CHANGES,
  changePassword: CHANGES,
  revokeTokens: CHANGES,
  savePermits: CHANGES,
  removePermits: CHANGES,
  saveEnrolls: CHANGES,
  removeEnrolls: CHANGES,
  saveRoutes: CHANGES,
  removeRoutes: CHANGES,
  listCerts: 'the server ends no TLS and has none',
  saveSecrets: CHANGES,
  removeSecrets: CHANGES,
  encryptValue: CHANGES,
  decryptValue: CHANGES,
  isSecure: PROCESS,
  listDeadJobs: 'jobs are work and no decision: what they were to do and did is in the events',
  retryDeadJobs: CHANGES,
  metrics: HEARD,
  discoverInstances: 'a monitoring system asks it for whom to ask now; oo instance list has a past',
  discoverServices: 'a monitoring system asks it for whom to ask now; oo worker list says who is there',
  healthz: PROCESS,
  readyz: PROCESS,
};
