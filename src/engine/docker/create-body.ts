import { type ContainerSpec, LABEL } from '../engine.ts';

/** The engine's request body for a specification. */
export function createBody(spec: ContainerSpec): Readonly<Record<string, unknown>> {
  return {
    Image: spec.image,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { [LABEL.managed]: 'true', ...spec.labels },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [`${port.internal}/tcp`, {}])),
    ...(spec.command === undefined ? {} : { Cmd: spec.command }),
    HostConfig: {
      PortBindings: bindingsOf(spec.ports),
      ...limitsOf(spec),
      ...devicesOf(spec),
      // Restarting is a decision, and decisions are recorded: the engine takes none on its own.
      RestartPolicy: { Name: 'no' },
      SecurityOpt: ['no-new-privileges'],
    },
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
