import { DEFAULT_DEADLINES, type Deadlines } from '../deadlines.ts';
import { EngineError } from '../engine-error.ts';
import { raceAbort } from '../race-abort.ts';
import type { Fault, Operation } from './faults.ts';
import type { SimulatedHost } from './host.ts';

/** The calls of one handle to a simulated host: latency, faults and deadlines around what they do. */
export interface Calls {
  /** Does `work` after the operation's latency. `extraMs` lengthens the deadline. */
  run<T>(
    operation: Operation,
    signal: AbortSignal | undefined,
    work: () => T | Promise<T>,
    extraMs?: number,
  ): Promise<T>;
  /** Aborted when the handle is closed. */
  readonly closed: AbortSignal;
  close(): void;
}

export function createCalls(host: SimulatedHost, given: Partial<Deadlines> = {}): Calls {
  const deadlines = { ...DEFAULT_DEADLINES, ...given };
  const closing = new AbortController();
  const url = `simulated://${host.name}`;
  const checkReachable = (operation: Operation): void => {
    closing.signal.throwIfAborted();
    if (host.unreachable) throw new EngineError('unreachable', `${operation} on ${url}: connect ECONNREFUSED`);
  };
  const hang = async (operation: Operation, extraMs: number, signal: AbortSignal): Promise<never> => {
    const ms = deadlineOf(operation, deadlines) + extraMs;
    await host.clock.sleep(ms, signal);
    throw new EngineError('timeout', `${operation} on ${url}: no answer within ${ms} ms`);
  };
  return {
    closed: closing.signal,
    close: () => closing.abort(new EngineError('unreachable', `${url}: this handle to the engine was closed`)),
    async run(operation, signal, work, extraMs = 0) {
      const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      either.throwIfAborted();
      checkReachable(operation);
      const fault = host.faults.take(operation);
      if (host.hanging || fault?.kind === 'hang') return hang(operation, extraMs, either);
      const latency = host.latencyOf(operation);
      if (latency > 0) await host.clock.sleep(latency, either);
      checkReachable(operation);
      if (fault !== undefined && !fault.afterEffect) throw failureOf(operation, url, fault);
      // What is under way at the host goes on when the caller turns away.
      const result = await raceAbort(Promise.resolve(work()), either);
      checkReachable(operation);
      if (fault !== undefined) throw failureOf(operation, url, fault);
      return result;
    },
  };
}

function failureOf(operation: Operation, url: string, fault: Extract<Fault, { kind: 'fail' }>): EngineError {
  return new EngineError(fault.code, `${operation} on ${url}: ${fault.message ?? `simulated fault ${fault.code}`}`);
}

function deadlineOf(operation: Operation, deadlines: Deadlines): number {
  switch (operation) {
    case 'create':
    case 'start':
    case 'stop':
    case 'remove':
    case 'removeImage':
      return deadlines.change;
    case 'pull':
    case 'isPullable':
    case 'pushImage':
      return deadlines.pullIdle;
    case 'saveImage':
    case 'loadImage':
    case 'build':
      return deadlines.buildIdle;
    case 'ping':
    case 'info':
    case 'capacity':
    case 'gpus':
    case 'hasImage':
    case 'imageId':
    case 'gateway':
    case 'list':
    case 'listAll':
    case 'inspect':
    case 'logs':
    case 'exec':
    case 'openSession':
    case 'stats':
    case 'events':
      return deadlines.read;
    default:
      return operation satisfies never;
  }
}
