import type { ProbeSpec, ProbesSpec } from './spec.ts';

/** What is asked of a replica. Ports are the container's own. */
export type Check =
  /** `expectStatus` absent: any from 200 to 399. */
  | { readonly type: 'http'; readonly path: string; readonly port: number; readonly expectStatus?: number | undefined }
  | { readonly type: 'tcp'; readonly port: number }
  | { readonly type: 'exec'; readonly command: readonly string[] }
  /** What the engine says of the image's own HEALTHCHECK. */
  | { readonly type: 'healthcheck' };

/** A probe with nothing left open. Times in milliseconds. */
export interface Probe {
  readonly check: Check;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** Failures in a row that turn it. */
  readonly failureThreshold: number;
  /** Passes in a row that turn it. */
  readonly successThreshold: number;
  /** Nobody wrote it: its failures count from its first pass on. */
  readonly byDefault?: true;
}

/** The probes of one replica; a kind that is absent is not asked. */
export interface ProbePlan {
  readonly start: Probe | undefined;
  readonly ready: Probe | undefined;
  readonly live: Probe | undefined;
}

/** What is known of a replica whose container has started. */
export interface Started {
  /** The container's own ports, the first first. */
  readonly ports: readonly number[];
  /** Its image has a HEALTHCHECK. */
  readonly healthcheck: boolean;
  /** Its first port accepted a connection when it started. */
  readonly answered: boolean;
}

const PERIOD_SECONDS = 10;
const TIMEOUT_SECONDS = 1;
const FAILURES = 3;
/** By default a port that is silent takes a replica out of service after 3 failures, and has it replaced after 6: a minute. */
const FAILURES_UNTIL_REPLACED = 6;

/**
 * Every probe that a replica is asked. Where nobody wrote a ready or a live probe, the image's HEALTHCHECK stands in; without
 * one a connection to the first port does, but only where that port answered once: what serves nothing owes no answer.
 */
export function probePlanOf(probes: ProbesSpec | undefined, { ports, healthcheck, answered }: Started): ProbePlan {
  const [first = 0] = ports;
  const own = (spec: ProbeSpec | undefined): Probe | undefined => spec && settled(spec, first);
  const fallback = (failureThreshold: number): Probe | undefined => {
    // The engine has counted its failures by the image's own numbers.
    if (healthcheck) return { ...settled({}, first), check: { type: 'healthcheck' }, failureThreshold: 1 };
    return answered ? { ...settled({ tcp: {} }, first), failureThreshold, byDefault: true } : undefined;
  };
  return {
    start: own(probes?.start),
    ready: own(probes?.ready) ?? fallback(FAILURES),
    live: own(probes?.live) ?? fallback(FAILURES_UNTIL_REPLACED),
  };
}

/** True when the first look at a container decides whether it is ready: nobody wrote what else would have to be asked. */
export function isReadyOnceUp(probes: ProbesSpec | undefined, healthcheck: boolean): boolean {
  return probes?.start === undefined && probes?.ready === undefined && !healthcheck;
}

function settled(spec: ProbeSpec, firstPort: number): Probe {
  return {
    check: checkOf(spec, firstPort),
    periodMs: (spec.periodSeconds ?? PERIOD_SECONDS) * 1_000,
    timeoutMs: (spec.timeoutSeconds ?? TIMEOUT_SECONDS) * 1_000,
    failureThreshold: spec.failureThreshold ?? FAILURES,
    successThreshold: spec.successThreshold ?? 1,
  };
}

function checkOf({ http, tcp, exec }: ProbeSpec, firstPort: number): Check {
  if (http !== undefined) return { type: 'http', path: http.path, port: http.port ?? firstPort };
  if (exec !== undefined) return { type: 'exec', command: exec.command };
  return { type: 'tcp', port: tcp?.port ?? firstPort };
}
