import type Docker from 'dockerode';

import { LABEL, type ContainerPhase, type ContainerState } from '../engine.ts';

type Health = NonNullable<ContainerState['health']>;
type Port = ContainerState['ports'][number];

/** The engine's inspection as a ContainerState. */
export function fromInspection(info: Docker.ContainerInspectInfo): ContainerState {
  const phase = info.State.Status as ContainerPhase;
  const ended = phase === 'exited' || phase === 'dead';
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    image: info.Config.Image,
    labels: info.Config.Labels ?? {},
    phase,
    exitCode: ended ? info.State.ExitCode : undefined,
    oomKilled: ended ? info.State.OOMKilled : undefined,
    error: info.State.Error || undefined,
    startedAt: toDate(info.State.StartedAt),
    finishedAt: ended ? toDate(info.State.FinishedAt) : undefined,
    ports: phase === 'running' || phase === 'paused' ? portsIn(info) : [],
    health: toHealth(info.State.Health?.Status),
  };
}

/** What a listing alone tells, for a container that does not answer to inspection. */
export function fromSummary(info: Docker.ContainerInfo): ContainerState {
  const phase = info.State as ContainerPhase;
  const exitCode = /^(?:Exited|Dead) \((-?\d+)\)/.exec(info.Status)?.[1];
  const bindings = info.Ports.filter((port) => port.PublicPort);
  return {
    id: info.Id,
    name: (info.Names[0] ?? info.Id).replace(/^\//, ''),
    image: info.Image,
    labels: info.Labels,
    phase,
    exitCode: exitCode === undefined ? undefined : Number(exitCode),
    ports:
      info.HostConfig?.NetworkMode === 'host' && phase === 'running'
        ? hostPortsOf(info.Labels)
        : distinct(bindings.map((port) => ({ internal: port.PrivatePort, host: port.PublicPort }))),
    health: toHealth(/\((?:health: )?(starting|healthy|unhealthy)\)$/.exec(info.Status)?.[1]),
  };
}

/** The engine writes `none` where the image has no check. */
export function toHealth(status: string | undefined): Health | undefined {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : undefined;
}

function portsIn(info: Docker.ContainerInspectInfo): readonly Port[] {
  const own = info.HostConfig?.NetworkMode === 'host';
  return own ? hostPortsOf(info.Config.Labels ?? {}) : portsOf(info.NetworkSettings.Ports);
}

/** In the host's network nothing is published, and the engine knows of no ports. */
function hostPortsOf(labels: Readonly<Record<string, string>>): readonly Port[] {
  const listed = (labels[LABEL.hostPorts] ?? '').split(',').filter((port) => port !== '');
  return distinct(listed.map((port) => ({ internal: Number(port), host: Number(port) })));
}

function portsOf(bindings: Docker.ContainerInspectInfo['NetworkSettings']['Ports'] | null): readonly Port[] {
  return distinct(
    Object.entries(bindings ?? {}).flatMap(([key, hosts]) =>
      // Null for a port that is exposed and not published, whatever the types say.
      ((hosts as typeof hosts | null) ?? []).map((host) => ({
        internal: Number.parseInt(key, 10),
        host: Number(host.HostPort),
      })),
    ),
  );
}

/** One entry per pair: an engine with IPv6 lists each binding twice. */
function distinct(ports: readonly Port[]): readonly Port[] {
  const byPair = new Map(ports.map((port) => [`${port.internal}:${port.host}`, port]));
  return [...byPair.values()].sort((a, b) => a.internal - b.internal || a.host - b.host);
}

/** The engine writes year 1 for "never". */
function toDate(text: string): Date | undefined {
  const date = new Date(text);
  return date.getTime() > 0 ? date : undefined;
}
