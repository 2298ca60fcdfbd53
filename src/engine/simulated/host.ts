import { crc32 } from 'node:zlib';

import { type Clock, systemClock } from '../../clock.ts';
import { type ContainerSpec, type EngineCapacity, type EngineEvent, LABEL } from '../engine.ts';
import { EngineError, type EngineErrorCode } from '../engine-error.ts';
import type { SimulatedContainer } from './container.ts';
import { createFaults, type Fault, type Operation } from './faults.ts';
import { createFeed } from './feed.ts';
import { DEFAULT_CAPACITY, type SimulatedHostOptions } from './host-options.ts';
import { drawLatency, type Latencies, MEASURED_LATENCIES } from './latency.ts';
import { endContainer } from './lifecycle.ts';
import { SERVER_IMAGE, type SimulatedImage } from './script.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * A host with its engine, in this process. Engine handles to it share its state, as worker processes share a real one;
 * this class is the other side: what an operator, or bad luck, does to it.
 */
export class SimulatedHost {
  readonly name: string;
  readonly clock: Clock;
  readonly options: SimulatedHostOptions;
  readonly containers = new Map<string, SimulatedContainer>();
  readonly images: Map<string, SimulatedImage>;
  readonly takenPorts: Set<number>;
  readonly networks: Set<string>;
  readonly events;
  readonly faults = createFaults();
  readonly random: () => number;
  latencies: Latencies;
  capacity: EngineCapacity;
  #unreachable = false;
  #hanging = false;

  constructor(name: string, options: SimulatedHostOptions = {}) {
    this.name = name;
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.images = new Map(Object.entries(options.images ?? {}));
    this.takenPorts = new Set(options.takenPorts);
    this.networks = new Set(['bridge', 'host', 'none', ...(options.networks ?? [])]);
    this.events = createFeed<EngineEvent>(options.eventMemory ?? 256);
    this.random = seededRandom((options.seed ?? 1) ^ crc32(name));
    this.latencies = options.latencies ?? MEASURED_LATENCIES;
    this.capacity = options.capacity ?? DEFAULT_CAPACITY;
  }

  get unreachable(): boolean {
    return this.#unreachable;
  }

  get hanging(): boolean {
    return this.#hanging;
  }

  /** The next `times` calls of this operation fail with the code. */
  failNext(
    operation: Operation,
    code: EngineErrorCode,
    how: { message?: string; afterEffect?: boolean; times?: number } = {},
  ): void {
    const { times = 1, ...rest } = how;
    this.faults.add(operation, { kind: 'fail', code, ...rest } satisfies Fault, times);
  }

  /** The next `times` calls of this operation are never answered. */
  hangNext(operation: Operation, times = 1): void {
    this.faults.add(operation, { kind: 'hang' }, times);
  }

  /** Cuts the network: calls fail and streams break; containers run on. */
  disconnect(): void {
    this.#unreachable = true;
    this.breakStreams();
  }

  /** Undoes `disconnect` and `hang`, and drops the faults that lie in wait. */
  heal(): void {
    this.#unreachable = false;
    this.#hanging = false;
    this.faults.clear();
  }

  /** From now on the engine accepts calls and answers none. Open streams stay open and silent. */
  hang(): void {
    this.#hanging = true;
  }

  /** Breaks the open event and log streams; a caller that comes back is served. */
  breakStreams(): void {
    const gone = new EngineError('unreachable', `simulated://${this.name}: the connection was reset`);
    this.events.break(gone);
    for (const container of this.containers.values()) container.run?.output.break(gone);
  }

  /** The machine restarts: running containers have ended and the engine has forgotten its events. */
  reboot(): void {
    for (const container of this.containers.values()) endContainer(this, container, 255);
    this.breakStreams();
    this.events.forget();
  }

  /** A container's process ends by itself, or by SIGKILL when no code is given. */
  kill(idOrName: string, exitCode = 137): void {
    endContainer(this, this.get(idOrName), exitCode);
  }

  /** The kernel kills the container for its memory. */
  oomKill(idOrName: string): void {
    endContainer(this, this.get(idOrName), 137, { oom: true });
  }

  /** A container that is not ours, running, as an operator starts it by hand. */
  addForeign(spec: ContainerSpec): SimulatedContainer {
    const container = this.addContainer(spec, spec.labels);
    container.phase = 'running';
    container.ports = spec.ports.flatMap(({ internal, host }) => (host === undefined ? [] : [{ internal, host }]));
    return container;
  }

  /** By id or name. Throws when there is none. */
  get(idOrName: string): SimulatedContainer {
    const container = this.find(idOrName);
    if (container === undefined) throw new EngineError('not-found', `No such container: ${idOrName}`);
    return container;
  }

  find(idOrName: string): SimulatedContainer | undefined {
    return (
      this.containers.get(idOrName) ?? this.containers.values().find((container) => container.spec.name === idOrName)
    );
  }

  /** Registers a new container in phase `created`. */
  addContainer(spec: ContainerSpec, labels: Readonly<Record<string, string>>): SimulatedContainer {
    const image = this.images.get(normalReference(spec.image)) ?? SERVER_IMAGE;
    const id = Array.from({ length: 64 }, () => Math.floor(this.random() * 16).toString(16)).join('');
    const idle = { cpuMillis: 0, memoryBytes: 0 };
    const script = image.script(spec);
    const container: SimulatedContainer = {
      id,
      spec,
      labels,
      script,
      phase: 'created',
      oomKilled: false,
      ports: [],
      stats: idle,
      logged: [],
    };
    this.containers.set(id, container);
    return container;
  }

  /** Tells what happened to a container, when it is one of ours. */
  tell(container: SimulatedContainer, event: Omit<EngineEvent, 'at' | 'containerId' | 'labels'>): void {
    if (container.labels[LABEL.managed] === undefined) return;
    this.events.push({ at: this.clock.now(), containerId: container.id, labels: container.labels, ...event });
  }

  /** How long the next call of this kind takes, in milliseconds. */
  latencyOf(operation: Operation): number {
    return drawLatency(this.latencies[operation], this.random);
  }
}

/** `name` and `name:latest` are the same image. */
export function normalReference(reference: string): string {
  return /[:@]/.test(reference.slice(reference.lastIndexOf('/') + 1)) ? reference : `${reference}:latest`;
}
