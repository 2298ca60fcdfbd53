import { type ContainerSpec, LABEL } from '../engine.ts';
import { securityOf } from './security.ts';

/** The engine's request body for a specification. `imageUser`: whom the image says that it runs as. */
export function createBody(spec: ContainerSpec, imageUser = ''): Readonly<Record<string, unknown>> {
  const { User, ...secured } = securityOf(spec, imageUser);
  return {
    Image: spec.image,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { [LABEL.managed]: 'true', ...hostPortsLabel(spec), ...spec.labels },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [`${port.internal}/tcp`, {}])),
    ...(spec.command === undefined ? {} : { Cmd: spec.command }),
    ...(User === undefined ? {} : { User }),
    HostConfig: {
      PortBindings: isPublished(spec) ? bindingsOf(spec.ports) : {},
      ...limitsOf(spec),
      ...(spec.network === undefined ? {} : { NetworkMode: spec.network }),
      ...mountsOf(spec.volumes),
      ...devicesOf(spec),
      // Restarting is a decision, and decisions are recorded: the engine takes none on its own.
      RestartPolicy: { Name: 'no' },
      ...secured,
    },
  };
}

/** In the host's network the ports are the container's own; without a network nobody reaches any. */
function isPublished({ network }: ContainerSpec): boolean {
  return network !== 'host' && network !== 'none';
}

function hostPortsLabel({ network, ports }: ContainerSpec): Readonly<Record<string, string>> {
  return network === 'host' ? { [LABEL.hostPorts]: ports.map(({ internal }) => internal).join(',') } : {};
}

function mountsOf(volumes: ContainerSpec['volumes']): object {
  if (volumes === undefined || volumes.length === 0) return {};
  return {
    // Unlike `Binds`, this makes no folder on the node for a path that is mistyped.
    Mounts: volumes.map(({ source, target, readOnly = false }) => ({
      Type: source.startsWith('/') ? 'bind' : 'volume',
      Source: source,
      Target: target,
      ReadOnly: readOnly,
    })),
  };
}

function bindingsOf(ports: ContainerSpec['ports']): Readonly<Record<string, readonly object[]>> {
  const bindings: Record<string, object[]> = {};
  for (const port of ports) {
    const binding = { HostIp: '0.0.0.0', HostPort: port.host === undefined ? '' : String(port.host) };
    (bindings[`${port.internal}/tcp`] ??= []).push(binding);
  }
  return bindings;
}

function limitsOf(spec: ContainerSpec): object {
  return {
    ...(spec.cpuMillis === undefined ? {} : { NanoCpus: Math.round(spec.cpuMillis * 1_000_000) }),
    // Equal values mean no swap on top: otherwise the engine grants as much again and the limit is not one.
    ...(spec.memoryBytes === undefined ? {} : { Memory: spec.memoryBytes, MemorySwap: spec.memoryBytes }),
  };
}

/** By number, never by count: the engine would choose cards of its own. */
function devicesOf({ gpuIndexes = [] }: ContainerSpec): object {
  if (gpuIndexes.length === 0) return {};
  const request = {
    Driver: 'nvidia',
    Count: 0,
    DeviceIDs: gpuIndexes.map(String),
    Capabilities: [['gpu']],
    Options: {},
  };
  return { DeviceRequests: [request] };
}
