import type { OperationName } from '../../../src/api/contract/operations.ts';

const probes = { ready: { http: { path: '/', port: 8_080 }, periodSeconds: 1 }, live: { exec: { command: ['true'] } } };

/** Bodies that are taken as they are, where a schema alone rarely leads to one: their parts are what gets replaced. */
export const EXAMPLES: Partial<Record<OperationName, unknown>> = {
  saveDeployment: {
    deployment: {
      id: 'fuzz',
      definitionId: 'fuzz',
      name: 'n',
      description: 'd',
      replicas: 2,
      strategy: {
        type: 'RollingUpdate',
        maxUnavailable: 1,
        maxSurge: 1,
        autoRollback: true,
        progressDeadlineSeconds: 60,
      },
      resources: { cpu: '100m', memory: '64Mi', vram: '1Gi', gpus: 1 },
      autoScaling: { minReplicas: 1, maxReplicas: 3, cpuThreshold: 50, memoryThreshold: 50 },
      targetRegions: [{ cluster: 'local-docker', zone: 'a' }],
      envars: { A: 'b', C: '{{secret:fuzz-secret}}' },
      requiredLabels: { disk: 'ssd' },
      restart: { maxFailures: 3 },
      probes,
    },
  },
  saveWebhook: {
    url: 'http://127.0.0.1:9/hook',
    filter: { entity: 'fuzz', type: 'Node*,RolloutFailed', actor: 'user/fuzz', correlationId: 'fuzz-1234' },
    secret: `whsec_${'A'.repeat(43)}=`,
    overlapSeconds: 60,
    enabled: true,
  },
  saveDefinition: {
    definition: {
      id: 'fuzz',
      image: { name: 'web:1', internalPorts: [8_080] },
      ports: [{ internal: 8_080, host: 18_080 }],
      envars: [{ key: 'A', value: 'b' }],
      apiSpecs: [{ url: 'http://127.0.0.1:9/api', protocolType: 'http', version: '1', metadata: { a: 'b' } }],
      clients: [{ language: 'Go', url: 'http://127.0.0.1:9/go' }],
      probes,
    },
  },
  saveNode: {
    node: {
      url: 'simulated://fuzz',
      id: 'fuzz-node',
      cluster: 'local-docker',
      zone: 'a',
      labels: { disk: 'ssd' },
      gpuMargin: '1Gi',
      reserve: { cpu: '500m', memory: '1Gi' },
    },
  },
  scheduleNode: { scheduling: 'cordoned' },
  registerInstance: { url: 'http://127.0.0.1:9', scheme: 'http', host: 'h', ip: '127.0.0.1', port: 9, path: '/x' },
  saveConfig: {
    appHost: 'unnamed',
    id: 'fuzz',
    branch: 'main',
    data: { a: { b: [1, { c: null }] } },
    patch: [{ op: 'remove', path: '/a/b' }],
  },
  listConfigVersions: {
    appHost: 'unnamed',
    ids: ['fuzz'],
    afterJson: '["2026-01-02T03:04:05.678Z","ver_x"]',
    limit: 2,
    selector: { fuzz: ['a.b'] },
  },
  listConfigs: { appHost: 'unnamed', ids: ['fuzz'], scope: 'all', branch: 'main', selector: { fuzz: ['a.b', 'a'] } },
  saveSecrets: {
    secrets: [
      {
        id: 'fuzz-secret',
        value: 'v',
        readers: ['plain'],
        checksum: '6b643b84',
        checksumAlgorithm: 'CRC32',
        encrypted: false,
      },
    ],
  },
  listSecrets: { ids: ['fuzz-secret'], allApps: true },
  encryptValue: { value: 'v' },
  runContainer: {
    image: 'web:1',
    names: ['by-hand'],
    hash: 'h',
    ports: [{ internal: 8_080, host: 0 }],
    labels: [{ key: 'a', value: 'b' }],
    envs: [{ key: 'A', value: 'b' }],
    nodeId: 'fuzz-node',
  },
  stopContainer: { name: 'by-hand', nodeId: 'fuzz-node' },
  listContainers: { nodeId: 'fuzz-node', limit: 5 },
  listContainerLogs: { nodeId: 'fuzz-node', containerId: 'x', limit: 5 },
  buildImage: { name: 'made:1', contextPath: '/nowhere', dockerfilePath: 'Dockerfile', nodeId: 'fuzz-node' },
  checkoutRepo: { url: 'http://127.0.0.1:9/x.git', version: 'main', username: 'u', password: 'p' },
  rebalance: {
    position: 1,
    deploymentId: 'fuzz',
    moves: [{ replicaId: 'r', generation: 1, from: 'fuzz-node', to: 'fuzz-node' }],
  },
  scaleDeployment: { replicas: 3, reason: 'r' },
  restartDeployment: { reason: 'r', now: true },
  login: { slug: 'plain', password: 'plain-password', appHost: 'a', device: 'd' },
  register: { slug: 'fresh', password: 'long enough', name: 'n', appHost: 'a', device: 'd' },
};
