/**
 * What the strict one of the existing clients decodes, written down from the contract and not from our schemas: a field that is not here is
 * refused, in nested objects too.
 */
export type Kind =
  | 'text'
  | 'flag'
  | 'int32'
  | 'int64'
  | 'number'
  | 'object'
  /** RFC 3339. */
  | 'time'
  | { readonly oneOf: readonly string[] }
  | { readonly list: Kind; readonly filled?: true }
  | { readonly map: Kind }
  | { readonly model: string };

export interface Model {
  /** Whether keys that are not here are passed over. */
  readonly tolerant?: true;
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, Kind>>;
}

type Models = Readonly<Record<string, Model>>;

const text = 'text';
const texts = { list: text } as const;
const of = (model: string): Kind => ({ model });
const listOf = (model: string): Kind => ({ list: { model } });

const DEPLOYING: Models = {
  Deployment: {
    // A client that gets no status ends in a panic.
    required: ['id', 'definitionId', 'status'],
    fields: {
      id: text,
      definitionId: text,
      name: text,
      description: text,
      replicas: 'int32',
      strategy: { model: 'Strategy' },
      resources: { model: 'Resources' },
      autoScaling: { model: 'AutoScaling' },
      targetRegions: { list: { model: 'TargetRegion' } },
      status: { oneOf: ['OK', 'Error', 'Pending', 'Failed', 'Deploying'] },
      details: text,
      envars: { map: text },
    },
  },
  Strategy: {
    required: [],
    fields: { type: { oneOf: ['RollingUpdate', 'Recreate'] }, maxUnavailable: 'int32', maxSurge: 'int32' },
  },
  Resources: { required: [], fields: { cpu: text, memory: text, vram: text } },
  AutoScaling: { required: [], fields: { minReplicas: 'int32', maxReplicas: 'int32', cpuThreshold: 'int32' } },
  TargetRegion: { required: [], fields: { cluster: text, zone: text } },
  ListDeployments: {
    tolerant: true,
    required: ['deployments'],
    fields: { deployments: { list: { model: 'Deployment' } } },
  },
};

const LANGUAGES =
  'JavaScript Python Java C# C++ Ruby Go Swift PHP TypeScript Kotlin Scala Perl Rust Haskell Clojure Elixir Objective-C F#'.split(
    ' ',
  );

const REGISTRY: Models = {
  Definition: {
    required: ['id'],
    fields: {
      id: text,
      image: { model: 'ImageSpec' },
      repository: { model: 'RepositorySpec' },
      ports: { list: { model: 'PortMapping' } },
      envars: { list: { model: 'EnvVar' } },
      apiSpecs: { list: { model: 'ApiSpec' } },
      clients: { list: { model: 'Client' } },
    },
  },
  // Without a first port the list of definitions ends in a panic.
  ImageSpec: {
    required: ['name', 'internalPorts'],
    fields: { name: text, internalPorts: { list: 'int32', filled: true } },
  },
  RepositorySpec: {
    required: ['url', 'internalPorts'],
    fields: {
      url: text,
      version: text,
      buildContext: text,
      containerFile: text,
      internalPorts: { list: 'int32', filled: true },
    },
  },
  PortMapping: { required: ['internal', 'host'], fields: { internal: 'int32', host: 'int32' } },
  EnvVar: { required: ['key', 'value'], fields: { key: text, value: text } },
  ApiSpec: { required: [], fields: { url: text, protocolType: text, version: text, metadata: { map: text } } },
  Client: { required: ['language', 'url'], fields: { language: { oneOf: LANGUAGES }, url: text } },
  Instance: {
    required: ['id', 'url', 'status'],
    fields: {
      id: text,
      url: text,
      status: { oneOf: ['Unknown', 'Healthy', 'Degraded', 'Unreachable', 'Error'] },
      deploymentId: text,
      nodeUrl: text,
      lastHeartbeat: 'time',
      path: text,
      scheme: text,
      host: text,
      ip: text,
      port: 'int32',
      details: text,
      slug: text,
      tags: texts,
    },
  },
  Node: {
    required: ['id', 'url'],
    fields: {
      id: text,
      url: text,
      availabilityZone: text,
      region: text,
      lastHeartbeat: 'time',
      usage: { model: 'Usage' },
      gpus: { list: { model: 'Gpu' } },
    },
  },
  Usage: { required: [], fields: { cpu: of('Used'), memory: of('Used'), disk: of('Used') } },
  Used: { required: [], fields: { used: 'int64', total: 'int64', percent: 'number' } },
  Gpu: {
    required: [],
    fields: {
      id: text,
      intraNodeId: 'int32',
      name: text,
      busId: text,
      temperature: 'number',
      performanceState: text,
      powerUsage: 'number',
      powerCap: 'number',
      memoryUsage: 'int32',
      memoryTotal: 'int32',
      gpuUtilization: 'number',
      computeMode: text,
      cudaVersion: text,
      processDetails: listOf('GpuProcess'),
    },
  },
  GpuProcess: { required: [], fields: { pid: 'int32', processName: text, memoryUsage: 'int32' } },
  ListDefinitions: { tolerant: true, required: ['definitions'], fields: { definitions: listOf('Definition') } },
  ListNodes: { tolerant: true, required: ['nodes'], fields: { nodes: listOf('Node') } },
  NodeSelf: { required: [], fields: { node: of('Node') } },
  ListInstances: { tolerant: true, required: ['instances'], fields: { instances: listOf('Instance') } },
};

const CONTAINERS: Models = {
  Container: {
    tolerant: true,
    required: [],
    fields: {
      id: text,
      nodeId: text,
      names: texts,
      image: text,
      ports: listOf('PortMapping'),
      hash: text,
      labels: listOf('EnvVar'),
      assets: listOf('Asset'),
      envs: listOf('EnvVar'),
      keeps: listOf('Keep'),
      status: text,
      runtime: text,
    },
  },
  Asset: { required: ['envVarKey', 'url'], fields: { envVarKey: text, url: text } },
  Keep: { required: ['path'], fields: { path: text, readOnly: 'flag' } },
  Log: {
    required: ['createdAt'],
    fields: { id: text, nodeId: text, containerId: text, createdAt: 'time', content: text },
  },
  // Read by the name of each key: in lower case, as the description says.
  RunContainer: {
    tolerant: true,
    required: ['started', 'ports'],
    fields: { started: 'flag', ports: listOf('PortMapping') },
  },
  ListContainers: { tolerant: true, required: ['containers'], fields: { containers: listOf('Container') } },
  ListLogs: { tolerant: true, required: ['logs'], fields: { logs: listOf('Log') } },
  IsRunning: { required: ['isRunning'], fields: { isRunning: 'flag' } },
  Summary: { required: ['status', 'logs', 'summary'], fields: { status: text, logs: text, summary: text } },
  ImagePullable: { required: ['pullable'], fields: { pullable: 'flag' } },
  Host: { required: ['host'], fields: { host: text } },
  DaemonInfo: { required: ['available'], fields: { available: 'flag', address: text, error: text } },
  Checkout: { required: ['dir'], fields: { dir: text } },
};

const CONFIG = {
  id: text,
  appId: text,
  branch: text,
  createdAt: 'time',
  updatedAt: 'time',
  data: 'object',
  dataJson: text,
  version: text,
  internalId: text,
} as const;
const CONFIG_KEYS = ['id', 'appId', 'branch', 'createdAt', 'updatedAt', 'data', 'dataJson'];

const KEPT: Models = {
  Config: { required: CONFIG_KEYS, fields: CONFIG },
  ConfigVersion: { required: [...CONFIG_KEYS, 'versionId'], fields: { ...CONFIG, versionId: text } },
  ListConfigs: { required: ['configs'], fields: { configs: { map: of('Config') } } },
  ListConfigVersions: { required: ['versions'], fields: { versions: listOf('ConfigVersion'), afterJson: text } },
  Secret: {
    required: ['id', 'appId', 'value'],
    fields: {
      id: text,
      appId: text,
      value: text,
      readers: texts,
      writers: texts,
      deleters: texts,
      canChangeReaders: texts,
      canChangeWriters: texts,
      canChangeDeleters: texts,
      encrypted: 'flag',
      checksum: text,
      checksumAlgorithm: { oneOf: ['', 'CRC32', 'BLAKE2s', 'SHA-256', 'SHA-512'] },
      internalId: text,
    },
  },
  ListSecrets: { tolerant: true, required: ['secrets'], fields: { secrets: listOf('Secret') } },
  Sealed: { tolerant: true, required: ['value'], fields: { value: text } },
  IsSecure: { required: ['isSecure'], fields: { isSecure: 'flag' } },
};

const USERS: Models = {
  Token: {
    required: ['id', 'appId', 'userId', 'createdAt', 'updatedAt', 'expiresAt', 'device', 'token'],
    fields: {
      id: text,
      appId: text,
      userId: text,
      createdAt: 'time',
      updatedAt: 'time',
      expiresAt: 'time',
      lastRefreshedAt: 'time',
      deletedAt: 'time',
      device: text,
      token: text,
      active: 'flag',
      app: of('App'),
      internalId: text,
    },
  },
  App: { required: ['id', 'host'], fields: { id: text, host: text } },
  User: {
    required: ['id', 'slug', 'createdAt', 'updatedAt'],
    fields: { id: text, slug: text, name: text, createdAt: 'time', updatedAt: 'time' },
  },
  Login: { tolerant: true, required: ['token'], fields: { token: of('Token') } },
  RefreshToken: { required: ['token'], fields: { token: of('Token') } },
  PublicKey: { required: ['publicKey'], fields: { publicKey: text } },
  ReadSelf: {
    required: ['user', 'tokenCount'],
    fields: {
      user: of('User'),
      roles: texts,
      organizations: { list: 'object' },
      contacts: { list: 'object' },
      activeOrganizationId: text,
      tokenCount: 'int64',
    },
  },
  HasPermission: {
    required: ['authorized', 'appId', 'until', 'user', 'app'],
    fields: { authorized: 'flag', appId: text, until: 'time', user: of('User'), app: of('App') },
  },
  ListApps: { required: ['apps'], fields: { apps: listOf('App') } },
  ReadApp: { tolerant: true, required: ['app'], fields: { app: of('App') } },
  UserRecord: {
    required: ['id', 'slug', 'createdAt', 'updatedAt'],
    fields: { id: text, slug: text, name: text, createdAt: 'time', updatedAt: 'time', roles: texts, contactIds: texts },
  },
  ListUsers: { tolerant: true, required: [], fields: { users: listOf('UserRecord'), after: text, count: 'int64' } },
  Permit: {
    required: ['id', 'appId', 'permission', 'createdAt', 'updatedAt'],
    fields: {
      id: text,
      internalId: text,
      appId: text,
      permission: text,
      createdAt: 'time',
      updatedAt: 'time',
      slugs: texts,
      roles: texts,
    },
  },
  ListPermits: { tolerant: true, required: [], fields: { permits: listOf('Permit') } },
  Enroll: {
    required: ['id', 'appId', 'role', 'createdAt', 'updatedAt'],
    fields: { id: text, appId: text, role: text, createdAt: 'time', updatedAt: 'time', userId: text, contactId: text },
  },
  ListEnrolls: { required: ['enrolls'], fields: { enrolls: listOf('Enroll') } },
  Route: { required: ['id', 'target'], fields: { id: text, target: text, createdAt: 'time', updatedAt: 'time' } },
  ListRoutes: { tolerant: true, required: [], fields: { routes: listOf('Route') } },
  ListCerts: { tolerant: true, required: [], fields: { certs: { list: 'object' } } },
};

const ANSWERS: Models = {
  Nothing: { tolerant: true, required: [], fields: {} },
  Echoed: { tolerant: true, required: [], fields: {} },
  Refusal: { tolerant: true, required: ['error'], fields: { error: text } },
};

/** By name. */
export const MODELS: Models = {
  ...DEPLOYING,
  ...REGISTRY,
  ...CONTAINERS,
  ...KEPT,
  ...USERS,
  ...ANSWERS,
};
