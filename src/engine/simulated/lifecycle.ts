import type { LogLine } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { SimulatedContainer } from './container.ts';
import { createFeed } from './feed.ts';
import type { SimulatedHost } from './host.ts';
import { assignPorts } from './host-ports.ts';
import type { Step } from './script.ts';

const KEPT_LINES = 10_000;

/** Starts the container and its script. Throws `port-taken` or `start-failed`; already running: no effect. */
export function startContainer(host: SimulatedHost, container: SimulatedContainer): void {
  if (container.phase === 'running') return;
  const { network = 'bridge' } = container.spec;
  if (!host.networks.has(network)) {
    throw new EngineError('start-failed', `start container ${container.spec.name}: network ${network} not found`);
  }
  const running = host.containers.values().filter((each) => each.phase === 'running');
  const taken = new Set([...host.takenPorts, ...running.flatMap((each) => each.ports.map((port) => port.host))]);
  const ports = assignPorts(container.spec, taken);
  const { startFailure } = container.script;
  if (startFailure !== undefined) {
    Object.assign(container, { error: startFailure, exitCode: 127 });
    throw new EngineError('start-failed', `start container ${container.spec.name}: ${startFailure}`);
  }
  const run = { over: new AbortController(), output: createFeed<LogLine>(KEPT_LINES) };
  Object.assign(container, {
    phase: 'running',
    ports,
    run,
    startedAt: host.clock.now(),
    exitCode: undefined,
    oomKilled: false,
    error: undefined,
    finishedAt: undefined,
    stats: container.script.stats ?? { cpuMillis: 0, memoryBytes: 0 },
    health: container.script.steps?.some((step) => step.kind === 'health') ? 'starting' : undefined,
  } satisfies Partial<SimulatedContainer>);
  host.tell(container, { type: 'start' });
  void play(host, container, container.script.steps ?? [], run.over.signal);
}

/** Ends the container's run with the code; not running: no effect. */
export function endContainer(
  host: SimulatedHost,
  container: SimulatedContainer,
  exitCode: number,
  how: { readonly oom?: boolean } = {},
): void {
  if (container.phase !== 'running') return;
  const { run } = container;
  const oomKilled = how.oom ?? false;
  Object.assign(container, {
    phase: 'exited',
    exitCode,
    oomKilled,
    finishedAt: host.clock.now(),
    ports: [],
    run: undefined,
  });
  run?.over.abort();
  run?.output.close();
  if (oomKilled) host.tell(container, { type: 'oom' });
  host.tell(container, { type: 'die', exitCode });
}

/** SIGTERM, and SIGKILL after the grace. Resolves when the container has ended; not running: no effect. */
export async function stopContainer(
  host: SimulatedHost,
  container: SimulatedContainer,
  graceMs: number,
): Promise<void> {
  const over = container.run?.over.signal;
  if (container.phase !== 'running' || over === undefined) return;
  const { ignoresSigterm = false, shutdownMs = 0, sigtermExitCode = 0 } = container.script;
  host.tell(container, { type: 'kill' });
  const obeys = !ignoresSigterm && shutdownMs <= graceMs;
  await untilOver(host, obeys ? shutdownMs : graceMs, over);
  // Somebody else may have ended it meanwhile, and even started it again.
  if (!over.aborted) {
    if (!obeys) host.tell(container, { type: 'kill' });
    endContainer(host, container, obeys ? sigtermExitCode : 137);
  }
  host.tell(container, { type: 'stop' });
}

/** Ends it and takes it off the host. */
export function removeContainer(host: SimulatedHost, container: SimulatedContainer): void {
  if (!host.containers.has(container.id)) return;
  if (container.phase === 'running') host.tell(container, { type: 'kill' });
  endContainer(host, container, 137);
  host.containers.delete(container.id);
  host.tell(container, { type: 'destroy' });
}

/** Writes a line of its output. */
export function logLine(
  host: SimulatedHost,
  container: SimulatedContainer,
  text: string,
  stream: LogLine['stream'] = 'stdout',
): void {
  const at = host.clock.now();
  const line = { at, time: timeAfter(container.logged.at(-1)?.time ?? '', at), stream, text };
  container.logged.push(line);
  container.run?.output.push(line);
}

/** Lines of one millisecond are told apart below it, as engines do. */
function timeAfter(before: string, at: Date): string {
  const millisecond = at.toISOString().slice(0, -1);
  const nanos = before.startsWith(millisecond) ? Number(before.slice(millisecond.length, -1)) + 1 : 0;
  return `${millisecond}${String(nanos).padStart(6, '0')}Z`;
}

async function play(
  host: SimulatedHost,
  container: SimulatedContainer,
  steps: readonly Step[],
  over: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    if (step.afterMs !== undefined && step.afterMs > 0) await untilOver(host, step.afterMs, over);
    if (over.aborted) return;
    perform(host, container, step);
  }
}

function perform(host: SimulatedHost, container: SimulatedContainer, step: Step): void {
  switch (step.kind) {
    case 'log':
      return logLine(host, container, step.text, step.stream);
    case 'health':
      container.health = step.health;
      return host.tell(container, { type: 'health', health: step.health });
    case 'stats':
      container.stats = step.stats;
      return;
    case 'exit':
      return endContainer(host, container, step.code);
    case 'oom':
      return endContainer(host, container, 137, { oom: true });
    default:
      step satisfies never;
  }
}

/** Waits for the time or the end of the run, whichever is first. */
async function untilOver(host: SimulatedHost, ms: number, over: AbortSignal): Promise<void> {
  try {
    await host.clock.sleep(ms, over);
  } catch (error) {
    if (!over.aborted) throw error;
  }
}
