import type { Check, Probe } from '../../domain/probe/plan.ts';
import type { Engine } from '../../engine/engine.ts';
import { askSimulated } from '../../engine/simulated/answer.ts';
import { accepts } from '../start/when-up.ts';
import { getStatus } from './http.ts';

/** Characters of a command's output that a reason shows. */
const OUTPUT_SHOWN = 200;

/** Where a replica is asked. */
export interface Target {
  readonly engine: Engine;
  readonly containerId: string;
  /** Where its published ports are reached; undefined for a simulated host. */
  readonly host: string | undefined;
  readonly ports: readonly { readonly internal: number; readonly host: number }[];
}

/** What came of a question. `silent`: nobody answered, where a wrong answer is one. */
export type Finding =
  | { readonly passed: true }
  | { readonly passed: false; readonly reason: string; readonly silent: boolean };

/**
 * Asks once. Undefined: there is no result yet, as while a HEALTHCHECK has not come to one. Throws EngineError when the engine
 * cannot be asked, which says nothing of the replica.
 */
export async function ask(target: Target, probe: Probe, signal: AbortSignal): Promise<Finding | undefined> {
  const { check, timeoutMs } = probe;
  const { engine, containerId } = target;
  const within = `within ${timeoutMs / 1_000} s`;
  switch (check.type) {
    case 'healthcheck': {
      const health = (await engine.inspect(containerId, signal))?.health;
      if (health === 'healthy') return { passed: true };
      if (health !== 'unhealthy') return undefined;
      return { passed: false, reason: "the image's HEALTHCHECK says unhealthy", silent: false };
    }
    case 'exec': {
      const { exitCode, output } = await engine.exec(containerId, check.command, { timeoutMs, signal });
      if (exitCode === 0) return { passed: true };
      const said = output === '' ? '' : `: ${storable(output)}`;
      const ended = exitCode === undefined ? `did not end ${within}` : `exited with code ${exitCode}${said}`;
      return { passed: false, reason: `"${check.command.join(' ')}" ${ended}`, silent: exitCode === undefined };
    }
    case 'tcp': {
      if (await connects(target, check, timeoutMs, signal)) return { passed: true };
      return { passed: false, reason: `port ${check.port} accepts no connection ${within}`, silent: true };
    }
    case 'http': {
      const question = `GET ${check.path} on port ${check.port}`;
      const status = await statusOf(target, check, timeoutMs, signal);
      if (typeof status === 'string') return { passed: false, reason: `${question}: ${status}`, silent: true };
      if (status === undefined) return { passed: false, reason: `${question}: no answer ${within}`, silent: true };
      const { expectStatus } = check;
      if (expectStatus === undefined ? status >= 200 && status < 400 : status === expectStatus) return { passed: true };
      const expected = expectStatus === undefined ? '' : `, not ${expectStatus}`;
      return { passed: false, reason: `${question} answered ${status}${expected}`, silent: false };
    }
    default:
      return check satisfies never;
  }
}

type Network<T extends Check['type']> = Extract<Check, { type: T }>;

async function connects(
  { engine, containerId, host, ports }: Target,
  check: Network<'tcp'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (host !== undefined) return accepts(host, publishedOf(ports, check.port), timeoutMs);
  return (await askSimulated(engine.url, containerId, check, { timeoutMs, signal })) !== undefined;
}

/** The status; undefined: no answer in time; a text: why there was none. */
async function statusOf(
  { engine, containerId, host, ports }: Target,
  check: Network<'http'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<number | string | undefined> {
  if (host === undefined) return (await askSimulated(engine.url, containerId, check, { timeoutMs, signal }))?.code;
  try {
    return await getStatus({ host, port: publishedOf(ports, check.port), path: check.path }, timeoutMs, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return error instanceof Error ? error.message || error.name : String(error);
  }
}

/** A container on the host's own network publishes nothing: its ports are the host's. */
function publishedOf(ports: Target['ports'], internal: number): number {
  return ports.find((port) => port.internal === internal)?.host ?? internal;
}

/** PostgreSQL's JSON holds neither NUL nor half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').slice(0, OUTPUT_SHOWN).toWellFormed();
}
