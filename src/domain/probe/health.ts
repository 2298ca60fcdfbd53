import type { Probe, ProbePlan } from './plan.ts';
import type { ProbeKind } from './spec.ts';

/** Results in a row: above 0 passes, below 0 failures. */
type Run = number;

/** What the probes of one replica have found so far. */
export interface Health {
  /** `starting`: only the start probe counts. `over`: it has failed, and nothing counts any more. */
  readonly phase: 'starting' | 'started' | 'over';
  readonly inService: boolean;
  /** It was said that it is out of service: once is enough. */
  readonly told: boolean;
  readonly runs: Readonly<Record<ProbeKind, Run>>;
}

/** What follows from a result; undefined: nothing yet. */
export type Turn = 'ready' | 'unready' | 'failed' | undefined;

export interface Result {
  readonly kind: ProbeKind;
  readonly passed: boolean;
  /** Milliseconds since the start was first looked at. */
  readonly elapsedMs: number;
}

const NO_RUNS = { start: 0, ready: 0, live: 0 } as const;

/**
 * How the watch of a replica begins. `known` is what the log says of it, also after its watcher has changed. A replica without
 * start and ready probes is ready at once.
 */
export function beginHealth(
  plan: ProbePlan,
  known: { started: boolean; inService: boolean; told: boolean },
): { health: Health; turn: Turn } {
  const started = known.started || known.inService || plan.start === undefined;
  const inService = known.inService || (started && plan.ready === undefined);
  const health: Health = { phase: started ? 'started' : 'starting', inService, told: known.told, runs: NO_RUNS };
  return { health, turn: inService && !known.inService ? 'ready' : undefined };
}

/**
 * One result further, as Kubernetes has it: until the start has passed, ready and live do not count; a probe turns after so many
 * equal results in a row. The start is asked quickly, so that its budget is time: failureThreshold periods.
 */
export function judge(health: Health, plan: ProbePlan, result: Result): { health: Health; turn: Turn } {
  const { kind, passed } = result;
  const probe = plan[kind];
  const counts = health.phase === (kind === 'start' ? 'starting' : 'started');
  if (probe === undefined || !counts) return { health, turn: undefined };
  const run = passed ? Math.max(0, health.runs[kind]) + 1 : Math.min(0, health.runs[kind]) - 1;
  const next: Health = { ...health, runs: { ...health.runs, [kind]: run } };
  const passes = run >= probe.successThreshold;
  const fails = -run >= probe.failureThreshold;
  switch (kind) {
    case 'start':
      if (passes) return whenStarted(next, plan);
      return fails && result.elapsedMs >= probe.failureThreshold * probe.periodMs
        ? over(next)
        : { health: next, turn: undefined };
    case 'ready':
      return judgeReady(next, probe, { passes, fails, elapsedMs: result.elapsedMs });
    case 'live':
      return fails ? over(next) : { health: next, turn: undefined };
    default:
      return kind satisfies never;
  }
}

/** Who has never been in service is asked quickly: that it stays out of it is told when its failures have had their time. */
function judgeReady(
  health: Health,
  { failureThreshold, periodMs }: Probe,
  { passes, fails, elapsedMs }: { readonly passes: boolean; readonly fails: boolean; readonly elapsedMs: number },
): { health: Health; turn: Turn } {
  if (passes && !health.inService) return { health: { ...health, inService: true, told: false }, turn: 'ready' };
  const late = !health.told && elapsedMs >= failureThreshold * periodMs;
  if (fails && (health.inService || late)) {
    return { health: { ...health, inService: false, told: true }, turn: 'unready' };
  }
  return { health, turn: undefined };
}

function whenStarted(health: Health, { ready }: ProbePlan): { health: Health; turn: Turn } {
  const inService = ready === undefined;
  return { health: { ...health, phase: 'started', inService }, turn: inService ? 'ready' : undefined };
}

function over(health: Health): { health: Health; turn: Turn } {
  return { health: { ...health, phase: 'over', inService: false }, turn: 'failed' };
}
