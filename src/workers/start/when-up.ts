import { connect } from 'node:net';

import { pause, type Clock } from '../../clock.ts';
import { isReadyOnceUp } from '../../domain/probe/plan.ts';
import type { ProbesSpec } from '../../domain/probe/spec.ts';
import type { ContainerState, Engine } from '../../engine/engine.ts';

/** A container whose ports nobody answers counts as up when it has run for so long. */
const SETTLED_MS = 2_000;
/** Between two looks: at first, and at most. */
const FIRST_LOOK_MS = 25;
const SLOWEST_LOOK_MS = 400;
/** The engine's own proxy accepts before the container does, and hangs up when it cannot reach it: only what stays open counts. */
const HOLD_MS = 50;
/** For one connection to come about. */
const CONNECT_MS = 1_000;

export interface UpOptions {
  /** Where the host's published ports are reached; undefined where there is nothing to reach, as on a simulated host. */
  readonly host: string | undefined;
  readonly probes?: ProbesSpec | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Up {
  /** It has ended, or is gone, when it did not come so far. */
  readonly container: ContainerState | undefined;
  /** False: it has probes that decide, and whoever watches its node asks them. */
  readonly ready: boolean;
  /** Its first port accepted a connection; undefined where none was tried. */
  readonly answered?: boolean;
}

/**
 * Waits until a started container serves: its first port accepts a connection, or it has run for two seconds. One with a start
 * or ready probe, or with a HEALTHCHECK, is not waited for.
 */
export async function whenUp(
  engine: Engine,
  containerId: string,
  { host, probes, clock, signal }: UpOptions,
): Promise<Up> {
  const since = performance.now();
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, SLOWEST_LOOK_MS)) {
    const container = await engine.inspect(containerId, signal);
    if (container?.phase !== 'running') return { container, ready: false };
    if (!isReadyOnceUp(probes, container.health !== undefined)) return { container, ready: false };
    if (host === undefined) return { container, ready: true };
    if (performance.now() - since >= SETTLED_MS) return { container, ready: true, answered: false };
    const port = container.ports[0]?.host;
    if (port !== undefined && (await accepts(host, port))) return { container, ready: true, answered: true };
    await pause(clock, wait, signal);
  }
}

/** True when the port accepts a connection and keeps it. */
export function accepts(host: string, port: number, timeoutMs: number = CONNECT_MS): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => end(false), timeoutMs);
    let held: NodeJS.Timeout | undefined;
    socket.once('connect', () => {
      // Twice: what has come while this process was busy with other things is heard between the two.
      held = setTimeout(() => {
        held = setTimeout(() => end(true), HOLD_MS / 2);
      }, HOLD_MS / 2);
    });
    socket.on('error', () => end(false));
    socket.once('close', () => end(false));
    function end(result: boolean): void {
      clearTimeout(timer);
      clearTimeout(held);
      socket.destroy();
      resolve(result);
    }
  });
}
