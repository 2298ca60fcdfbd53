import type { Security, Volume } from '../domain/container/settings.ts';
import type { GpuReading } from './gpu.ts';

/**
 * The port to a container engine. `docker` and `simulated` implement it and pass one conformance suite
 * (`test/engine/`). Every call takes an optional AbortSignal and has a deadline of its own: an engine
 * that accepts and never answers ends in an EngineError with code `timeout`, not in a hang.
 * Failures are EngineErrors: `unreachable` and `timeout` from any call, `refused` where no other code fits. A call whose
 * signal aborts rejects with the signal's reason; the iterables of `logs` and `events` then just end.
 */
export interface Engine extends AsyncDisposable {
  /** As registered: `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`, `simulated://name`. */
  readonly url: string;

  /** Does it answer? Cheap at any load: the heartbeat of a node. */
  ping(signal?: AbortSignal): Promise<void>;
  /** Its name, version and clock. Engines count all they have for it, so it is for connecting, not for heartbeats. */
  info(signal?: AbortSignal): Promise<EngineInfo>;
  /** What the host has in all, before any reservation. */
  capacity(signal?: AbortSignal): Promise<EngineCapacity>;
  /** What its cards say of themselves now; undefined where the host cannot be asked. Throws `refused` with the driver's words. */
  gpus(signal?: AbortSignal): Promise<readonly GpuReading[] | undefined>;
  /** The host's own address as containers on its bridge reach it. */
  gateway(signal?: AbortSignal): Promise<string>;

  /** True when the image is present on the engine under this reference. */
  hasImage(reference: string, signal?: AbortSignal): Promise<boolean>;
  /** Whether its registry has the image, for this engine. Nothing is pulled. Throws `pull-failed` when it cannot be asked. */
  isPullable(reference: string, signal?: AbortSignal): Promise<boolean>;
  /** Pulls the image. Throws `image-not-found`, `pull-failed` (with the registry's own words) or `timeout`. */
  pull(reference: string, onProgress?: (progress: PullProgress) => void, signal?: AbortSignal): Promise<void>;
  /** Builds an image from a tar of its context (Dockerfile at its root). Throws `build-failed` with the failing step's output. */
  build(
    context: AsyncIterable<Uint8Array>,
    tag: string,
    onLine?: (line: string) => void,
    signal?: AbortSignal,
    options?: BuildOptions,
  ): Promise<void>;
  /** The digest of what the reference stands for here; undefined when it is absent. Equal digests are equal images. */
  imageId(reference: string, signal?: AbortSignal): Promise<string | undefined>;
  /** The image with its name, as `loadImage` of another engine takes it. Throws `image-not-found`. */
  saveImage(reference: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Takes what another engine's `saveImage` gives, as fast as it comes. Throws `pull-failed` when it is none or breaks off. */
  loadImage(tar: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>;
  /** Pushes it to the registry that its reference names, without a login. Throws `image-not-found` or `refused`. */
  pushImage(reference: string, signal?: AbortSignal): Promise<void>;
  /** Takes the name away, and what only it held. False when it is absent, or a container uses it. */
  removeImage(reference: string, signal?: AbortSignal): Promise<boolean>;

  /**
   * Creates the container, or adopts the one of that name when its owner, replica and generation labels are the same.
   * Idempotent. Throws `name-taken` when somebody else's container has the name, `image-not-found` when the image is absent.
   */
  create(spec: ContainerSpec, signal?: AbortSignal): Promise<Created>;
  /** Starts it. Already running: no effect. Throws `port-taken`, `start-failed` (the engine's words) or `not-found`. */
  start(containerId: string, signal?: AbortSignal): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace. Already stopped or absent: no effect. */
  stop(containerId: string, graceSeconds: number, signal?: AbortSignal): Promise<void>;
  /** Removes it, running or not, with its anonymous volumes. Absent: no effect. */
  remove(containerId: string, signal?: AbortSignal): Promise<void>;

  /** Every container, running or not, that carries `LABEL.managed`. */
  list(signal?: AbortSignal): Promise<readonly ContainerState[]>;
  /**
   * Every container of the engine, whosever it is, as a listing tells: without errors and times, and the exit code where
   * the listing has it. One call, however many there are.
   */
  listAll(signal?: AbortSignal): Promise<readonly ContainerState[]>;
  /** By whole id or name; undefined when there is none. */
  inspect(idOrName: string, signal?: AbortSignal): Promise<ContainerState | undefined>;
  /** Log lines, oldest first. With `follow` until the container ends or the signal aborts. Throws `not-found`. */
  logs(containerId: string, options?: LogOptions): AsyncIterableIterator<LogLine>;
  /**
   * Runs a command in the running container, without a shell around it. What has not ended in time is left to itself: engines
   * cannot end it. Throws `not-found`; `refused` when the container does not run.
   */
  exec(containerId: string, command: readonly string[], options: ExecOptions): Promise<Executed>;
  /**
   * Runs a command in the running container and talks with it, without a shell around it. Resolves when it has been started.
   * Throws `not-found`; `refused` when the container does not run, or has no such user or directory.
   */
  openSession(containerId: string, command: readonly string[], options: SessionOptions): Promise<ExecSession>;
  /** One sample of what the container uses; zeros while it does not run. Throws `not-found`. */
  stats(containerId: string, signal?: AbortSignal): Promise<ContainerStats>;
  /**
   * What happens to managed containers, from `since` on (an event's own `at`, inclusive: consumers ignore repeats).
   * Ends by throwing `unreachable` when the engine goes away; the caller resumes with the last `at` it has seen.
   * Engines remember only so many events (Docker: the last 256 of the whole host, none across its own restart):
   * a reconnect after more than a blink needs a `list` as well.
   */
  events(options: {
    readonly since?: Date | undefined;
    readonly signal: AbortSignal;
  }): AsyncIterableIterator<EngineEvent>;
}

/** Labels that make a container ours. Names and labels derive from replica and generation alone. */
export const LABEL = {
  managed: 'deploy-svc.managed',
  owner: 'deploy-svc.owner',
  deployment: 'deploy-svc.deployment',
  revision: 'deploy-svc.revision',
  replica: 'deploy-svc.replica',
  generation: 'deploy-svc.generation',
  /** For people who inspect the container: the strategy that was in force when it started. */
  strategy: 'deploy-svc.strategy',
  /** Ports that the container listens on in the host's network: nothing else tells them. */
  hostPorts: 'deploy-svc.host-ports',
  /** Of an image: the build that made it. */
  build: 'deploy-svc.build',
} as const;

export interface EngineInfo {
  readonly name: string;
  readonly version: string;
  /** The engine's clock: the first `since` of its events, where this process' own clock may be off. */
  readonly now: Date;
}

/** CPU in thousandths of a core, sizes in bytes; `vramBytes` is 0 where the engine does not tell. */
export interface EngineCapacity {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** `index`: the card's number on the host; its place in the list when absent. */
  readonly gpus: readonly { readonly name: string; readonly vramBytes: number; readonly index?: number | undefined }[];
  /** Why the cards could not be read, in the driver's words. */
  readonly gpuProblem?: string | undefined;
}

/** What a build may take. It never gets the host's network. */
export interface BuildOptions {
  /** Of each step; absent: no limit. */
  readonly memoryBytes?: number | undefined;
  /** Of the image. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface PullProgress {
  readonly status: string;
  /** Bytes over all layers seen so far; absent until the registry told sizes. */
  readonly current?: number;
  readonly total?: number;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** `host` absent: the engine assigns a free port. */
  readonly ports: readonly { readonly internal: number; readonly host?: number | undefined }[];
  /** Limits; absent: none. */
  readonly cpuMillis?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Numbers of the cards that it gets, and no others; absent: none. */
  readonly gpuIndexes?: readonly number[] | undefined;
  readonly command?: readonly string[] | undefined;
  /** Named volumes are made where they are absent; paths of the node have to exist. */
  readonly volumes?: readonly Volume[] | undefined;
  /**
   * `bridge` when absent. `host`: `ports` are the container's own, and nothing is published. `none`: nothing is either.
   * A network that the node does not have is `start-failed`.
   */
  readonly network?: string | undefined;
  /** The default profile when absent. */
  readonly security?: Security | undefined;
}

export interface Created {
  readonly containerId: string;
  readonly adopted: boolean;
}

export type ContainerPhase = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead' | 'removing';

export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: ContainerPhase;
  /** Set when it has ended. */
  readonly exitCode?: number | undefined;
  readonly oomKilled?: boolean | undefined;
  /** The engine's own error, as when the entry point does not exist. */
  readonly error?: string | undefined;
  readonly startedAt?: Date | undefined;
  readonly finishedAt?: Date | undefined;
  /** Published ports as they really are. Empty while it is not running. From `list` and `inspect` alike. */
  readonly ports: readonly { readonly internal: number; readonly host: number }[];
  /** Image HEALTHCHECK, where there is one. */
  readonly health?: 'starting' | 'healthy' | 'unhealthy' | undefined;
}

export interface LogOptions {
  readonly tail?: number | undefined;
  /** Inclusive. A line's own `time` is told exactly. */
  readonly since?: Date | string | undefined;
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LogLine {
  readonly at?: Date;
  /** The same as the engine tells it: RFC 3339 with nine decimals. Within one container and stream it never goes back. */
  readonly time?: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface ExecOptions {
  /** For the command itself; finding a free place among the calls is not counted. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Executed {
  /** 126 or 127 where the command cannot be run; undefined: it has not ended in time. */
  readonly exitCode: number | undefined;
  /** Both its outputs, in order, the first 4 KiB of them. */
  readonly output: string;
}

export interface SessionOptions {
  /** With a terminal there is one output, and the command hears of the window's size. */
  readonly tty: boolean;
  /** Whether it gets an input at all. */
  readonly stdin: boolean;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The image's own when absent. */
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SessionOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

/**
 * A command that is being talked with. Disposal ends the conversation: the input ends and the connection closes. Engines cannot
 * kill such a command; what neither reads its input nor minds its terminal goes on until it ends by itself or with its container.
 */
export interface ExecSession extends AsyncDisposable {
  /** What it says until it ends; to be read once. Throws `unreachable` when the engine goes away. */
  readonly output: AsyncIterable<SessionOutput>;
  /** Resolves when more may be written: whoever waits for it keeps no backlog. No effect after `endInput`. */
  write(bytes: Uint8Array): Promise<void>;
  endInput(): void;
  /** No effect without a terminal. */
  resize(columns: number, rows: number): Promise<void>;
  /** To be asked after the output has ended: 126 or 127 where the command could not be run; undefined when the engine does not know. */
  exitCode(): Promise<number | undefined>;
}

/** CPU in thousandths of a core averaged since the previous sample of the engine; memory in bytes. */
export interface ContainerStats {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

export interface EngineEvent {
  readonly at: Date;
  readonly type: 'create' | 'start' | 'die' | 'oom' | 'stop' | 'kill' | 'destroy' | 'health';
  readonly containerId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For `die`. */
  readonly exitCode?: number | undefined;
  /** For `health`. */
  readonly health?: 'starting' | 'healthy' | 'unhealthy' | undefined;
}
