import type { FileKind } from '../../api/contract/file-kinds.ts';
import { descriptionOf, noted, offered, quoted } from './notes.ts';

/** What the files are about. */
export interface Start {
  /** `shop`: the definition is `def_shop`, the deployment `depl_shop`. */
  readonly name: string;
  readonly source: { readonly image: string } | { readonly repository: string };
  /** What the container listens on. */
  readonly port: number;
  /** The server whose schemas an editor checks the files by. */
  readonly server: string;
}

export function definitionIdOf({ name }: Pick<Start, 'name'>): string {
  return `def_${name}`;
}

export function deploymentIdOf({ name }: Pick<Start, 'name'>): string {
  return `depl_${name}`;
}

/** A definition with everything that it needs, and what it may have beside, with comments. */
export function definitionText(start: Start): string {
  const { port } = start;
  return textOf('definition', start, [
    noted('definition.id', `id: ${quoted(definitionIdOf(start))}`),
    sourceOf(start),
    offered('definition.ports', `ports: [{ internal: ${port}, host: 8080 }]`),
    offered('definition.envars', `envars: [{ key: "LOG_LEVEL", value: "info" }]`),
    offered('definition.probes', `probes: { ready: { http: { path: "/", port: ${port} } } }`),
    offered('definition.volumes', `volumes: [{ source: ${quoted(`${start.name}-data`)}, target: "/data" }]`),
    offered('definition.security', `security: { profile: "restricted" }`),
  ]);
}

/** A deployment of it, likewise. */
export function deploymentText(start: Start): string {
  return textOf('deployment', start, [
    noted('deployment.id', `id: ${quoted(deploymentIdOf(start))}`),
    noted('deployment.definitionId', `definitionId: ${quoted(definitionIdOf(start))}`),
    noted('deployment.replicas', 'replicas: 1'),
    [
      `# ${descriptionOf('deployment.resources')}`,
      'resources:',
      ...noted('deployment.resources.cpu', 'cpu: "100m"', '  '),
      ...noted('deployment.resources.memory', 'memory: "128Mi"', '  '),
    ],
    offered('deployment.envars', 'envars: { LOG_LEVEL: "debug" }'),
    offered('deployment.strategy', 'strategy: { type: "RollingUpdate", maxUnavailable: 0, maxSurge: 1 }'),
    offered('deployment.autoScaling', 'autoScaling: { minReplicas: 1, maxReplicas: 10, cpuThreshold: 70 }'),
    offered('deployment.targetRegions', 'targetRegions: [{ cluster: "us-west1", zone: "us-west1-b" }]'),
    offered('deployment.restart', 'restart: { maxFailures: 10 }'),
  ]);
}

function sourceOf({ source, port }: Start): readonly string[] {
  const ports = `internalPorts: [${port}]`;
  if ('image' in source) {
    return [
      `# ${descriptionOf('definition.image')}`,
      'image:',
      ...noted('definition.image.name', `name: ${quoted(source.image)}`, '  '),
      ...noted('definition.image.internalPorts', ports, '  '),
    ];
  }
  return [
    `# ${descriptionOf('definition.repository')}`,
    'repository:',
    ...noted('definition.repository.url', `url: ${quoted(source.repository)}`, '  '),
    ...offered('definition.repository.version', 'version: "main"', '  '),
    ...offered('definition.repository.buildContext', 'buildContext: "."', '  '),
    ...offered('definition.repository.containerFile', 'containerFile: "Dockerfile"', '  '),
    ...noted('definition.repository.internalPorts', ports, '  '),
  ];
}

function textOf(kind: FileKind, { server }: Start, blocks: readonly (readonly string[])[]): string {
  const head = [
    `# yaml-language-server: $schema=${server}/schemas/${kind}.json`,
    `# ${descriptionOf(kind)}`,
    `# Every field and what it is for: oo explain ${kind}`,
  ];
  return [head, ...blocks].map((lines) => `${lines.join('\n')}\n`).join('\n');
}
