/**
 * Every operation of the API: its method and its path, said once. Nothing is imported here, so that a command line can
 * call the server without loading the schemas; `routes.ts` adds to each operation what it takes and answers.
 */
export const OPERATIONS = {
  saveDeployment: 'PUT /deploy-svc/deployment',
  listDeployments: 'POST /deploy-svc/deployments',
  deleteDeployment: 'DELETE /deploy-svc/deployment',
  showDeployment: 'GET /deploy-svc/deployment/{id}',
  pauseDeployment: 'POST /deploy-svc/deployment/{id}/pause',
  resumeDeployment: 'POST /deploy-svc/deployment/{id}/resume',
  promoteDeployment: 'POST /deploy-svc/deployment/{id}/promote',
  abortDeployment: 'POST /deploy-svc/deployment/{id}/abort',
  restartDeployment: 'POST /deploy-svc/deployment/{id}/restart',
  scaleDeployment: 'POST /deploy-svc/deployment/{id}/scale',
  deploymentHistory: 'GET /deploy-svc/deployment/{id}/history',
  diffDeployment: 'GET /deploy-svc/deployment/{id}/diff',
  blameDeployment: 'GET /deploy-svc/deployment/{id}/blame',
  rollbackDeployment: 'POST /deploy-svc/deployment/{id}/rollback',
  tagRevision: 'PUT /deploy-svc/deployment/{id}/tag',
  untagRevision: 'DELETE /deploy-svc/deployment/{id}/tag',
  deploymentLogs: 'GET /deploy-svc/deployment/{id}/logs',
  replicaLogs: 'GET /deploy-svc/replica/{id}/logs',
  execReplica: 'POST /deploy-svc/replica/{id}/exec',
  openExecSession: 'GET /deploy-svc/replica/{id}/exec',
  describe: 'GET /deploy-svc/describe/{id}',
  why: 'GET /deploy-svc/why/{id}',
  whyNot: 'GET /deploy-svc/why-not/{id}',
  trace: 'GET /deploy-svc/trace/{eventId}',
  report: 'GET /deploy-svc/report/{correlationId}',
  usage: 'GET /deploy-svc/usage',
  planDeployment: 'POST /deploy-svc/deployment/plan',
  listEvents: 'GET /deploy-svc/events',
  listBuilds: 'GET /deploy-svc/builds',
  showBuild: 'GET /deploy-svc/build/{id}',
  listWorkers: 'GET /deploy-svc/workers',
  verifyLog: 'GET /deploy-svc/audit/verify',
  exportLog: 'GET /deploy-svc/audit/export',
  listCheckpoints: 'GET /deploy-svc/audit/checkpoints',
  replayDecisions: 'GET /deploy-svc/audit/decisions',
  auditKeys: 'GET /deploy-svc/audit/keys',
  listDeadJobs: 'GET /deploy-svc/jobs/dead',
  retryDeadJobs: 'POST /deploy-svc/jobs/dead/retry',
  listStandings: 'GET /deploy-svc/standings',

  listDefinitions: 'GET /registry-svc/definitions',
  saveDefinition: 'PUT /registry-svc/definition',
  deleteDefinition: 'DELETE /registry-svc/definition/{id}',
  listNodes: 'POST /registry-svc/nodes',
  selfNode: 'GET /registry-svc/node/self',
  saveNode: 'PUT /registry-svc/node',
  scheduleNode: 'PUT /registry-svc/node/{id}/scheduling',
  drainPlan: 'GET /registry-svc/node/{id}/drain-plan',
  rebalancePlan: 'GET /registry-svc/rebalance',
  rebalance: 'POST /registry-svc/rebalance',
  deleteNode: 'DELETE /registry-svc/node/{url}',
  listInstances: 'GET /registry-svc/instances',
  registerInstance: 'PUT /registry-svc/instance',
  removeInstance: 'DELETE /registry-svc/instance/{id}',
  echoGet: 'GET /registry-svc/echo',
  echoPost: 'POST /registry-svc/echo',
  echoPut: 'PUT /registry-svc/echo',

  listConfigs: 'POST /config-svc/configs',
  saveConfig: 'PUT /config-svc/config',
  listConfigVersions: 'POST /config-svc/versions',

  runContainer: 'PUT /container-svc/container',
  stopContainer: 'PUT /container-svc/container/stop',
  listContainers: 'POST /container-svc/containers',
  listContainerLogs: 'POST /container-svc/logs',
  containerIsRunning: 'GET /container-svc/container/is-running',
  containerSummary: 'GET /container-svc/container/summary',
  buildImage: 'PUT /container-svc/image',
  imagePullable: 'GET /container-svc/image/{imageName}/pullable',
  getHost: 'GET /container-svc/host',
  containerDaemonInfo: 'GET /container-svc/daemon/info',

  checkoutRepo: 'POST /source-svc/repo/checkout',
  checkoutByQuery: 'GET /source-svc/checkout',

  login: 'POST /user-svc/login',
  register: 'POST /user-svc/register',
  refreshToken: 'POST /user-svc/refresh-token',
  publicKey: 'GET /user-svc/public-key',
  readSelf: 'POST /user-svc/self',
  hasPermission: 'POST /user-svc/self/has/{permission}',
  revokeTokens: 'DELETE /user-svc/tokens',

  listApps: 'POST /user-svc/apps',
  readApp: 'POST /user-svc/app',
  exchangeToken: 'PUT /user-svc/token/exchange',
  changePassword: 'POST /user-svc/change-password',
  listUsers: 'POST /user-svc/users',
  savePermits: 'PUT /user-svc/permits',
  listPermits: 'POST /user-svc/permits',
  removePermits: 'DELETE /user-svc/permits',
  saveEnrolls: 'PUT /user-svc/enrolls',
  listEnrolls: 'POST /user-svc/enrolls',
  removeEnrolls: 'DELETE /user-svc/enrolls',

  saveRoutes: 'PUT /proxy-svc/routes',
  listRoutes: 'POST /proxy-svc/routes',
  removeRoutes: 'DELETE /proxy-svc/routes',
  listCerts: 'POST /proxy-svc/certs',

  listSecrets: 'POST /secret-svc/secrets',
  saveSecrets: 'PUT /secret-svc/secrets',
  removeSecrets: 'DELETE /secret-svc/secrets',
  encryptValue: 'POST /secret-svc/encrypt',
  decryptValue: 'POST /secret-svc/decrypt',
  isSecure: 'GET /secret-svc/is-secure',

  metrics: 'GET /metrics',
  discoverInstances: 'GET /sd/instances',
  discoverServices: 'GET /sd/services',

  healthz: 'GET /healthz',
  readyz: 'GET /readyz',
} as const satisfies Record<string, `${Method} /${string}`>;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type OperationName = keyof typeof OPERATIONS;

/** The method and the path template of an operation; parameters stand in braces. */
export function addressOf(name: OperationName): { readonly method: Method; readonly path: string } {
  const [method, path] = OPERATIONS[name].split(' ') as [Method, string];
  return { method, path };
}
