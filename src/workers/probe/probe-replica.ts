import { pause, type Clock } from '../../clock.ts';
import { beginHealth, judge, type Health, type Turn } from '../../domain/probe/health.ts';
import { startPaceMs } from '../../domain/probe/pace.ts';
import type { Probe, ProbePlan } from '../../domain/probe/plan.ts';
import type { ProbeKind } from '../../domain/probe/spec.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { Finding } from './ask.ts';
import type { Doorbell } from '../../doorbell.ts';

/** An engine that loses the event of a flip is asked all the same. */
const HEALTHCHECK_MS = 30_000;

/** What a change of a replica's health was found by. */
export interface Verdict {
  readonly turn: NonNullable<Turn>;
  readonly kind: ProbeKind;
  readonly probe: Probe;
  /** What was found last; undefined where nothing had to be asked. */
  readonly finding: Finding | undefined;
}

export interface ProbeOptions {
  readonly plan: ProbePlan;
  /** As the log has it. */
  readonly known: { readonly started: boolean; readonly inService: boolean; readonly told: boolean };
  /** From 0 to 1: where in the period of a probe the first question of a watch that is taken over falls. */
  readonly phase: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Rings when the engine has told of a change of the container's health. */
  readonly bell: Doorbell;
  /** Throws EngineError when the engine cannot be asked. */
  readonly ask: (probe: Probe, signal: AbortSignal) => Promise<Finding | undefined>;
  /** Carries out what follows, to its end. */
  readonly onTurn: (verdict: Verdict) => Promise<void>;
}

interface Course {
  readonly options: ProbeOptions;
  health: Health;
  /** It has been in service: from then on it is asked by its period, not quickly. */
  served: boolean;
  readonly since: number;
}

/** Asks one replica what its probes say, until the signal aborts or it has failed. */
export async function probeReplica(options: ProbeOptions): Promise<void> {
  const { plan, known, onTurn } = options;
  const { health, turn } = beginHealth(plan, known);
  const course: Course = { options, health, served: known.inService || known.started, since: performance.now() };
  const first = plan.ready ?? plan.start ?? plan.live;
  if (turn !== undefined && first !== undefined)
    await onTurn({ turn, kind: 'ready', probe: first, finding: undefined });
  if (plan.start !== undefined && health.phase === 'starting') await askOn(course, plan.start, ['start']);
  const { ready, live } = plan;
  // While it is asked quickly for ready, live has its own pace; an engine's word is one word.
  const together = course.served || ready?.check.type === 'healthcheck';
  if (together && ready !== undefined && live !== undefined && isOneQuestion(ready, live)) {
    return askOn(course, ready, ['live', 'ready']);
  }
  await Promise.all([
    ready === undefined ? undefined : askOn(course, ready, ['ready']),
    live === undefined ? undefined : askOn(course, live, ['live']),
  ]);
}

/** One answer serves both, each with its own threshold. */
function isOneQuestion(left: Probe, right: Probe): boolean {
  const question = ({ check, periodMs, timeoutMs }: Probe): string => JSON.stringify([check, periodMs, timeoutMs]);
  return question(left) === question(right);
}

async function askOn(course: Course, probe: Probe, kinds: readonly ProbeKind[]): Promise<void> {
  const { options } = course;
  const { signal, plan, onTurn } = options;
  const phase = kinds.includes('start') ? 'starting' : 'started';
  for (let asked = 0; !signal.aborted && course.health.phase === phase; asked += 1) {
    await rest(course, probe, kinds, asked);
    if (signal.aborted) return;
    const finding = await findingOf(options, probe);
    if (finding === undefined) continue;
    for (const kind of kinds) {
      const elapsedMs = performance.now() - course.since;
      const { health, turn } = judge(course.health, plan, { kind, passed: finding.passed, elapsedMs });
      course.health = health;
      course.served ||= health.inService;
      if (turn !== undefined) await onTurn({ turn, kind, probe: plan[kind] ?? probe, finding });
    }
  }
}

async function rest(
  { options, served }: Course,
  probe: Probe,
  kinds: readonly ProbeKind[],
  asked: number,
): Promise<void> {
  const { clock, signal, bell, phase } = options;
  const { check, periodMs } = probe;
  if (check.type === 'healthcheck') {
    if (asked > 0) await bell.wait(clock, HEALTHCHECK_MS, signal);
    return;
  }
  const quick = !served && !kinds.includes('live');
  const first = served ? periodMs * phase : periodMs;
  const ms = quick ? startPaceMs(asked, periodMs) : asked === 0 ? first : periodMs;
  await pause(clock, ms, signal);
}

/** What the engine fails at says nothing of the replica. */
async function findingOf({ ask, signal }: ProbeOptions, probe: Probe): Promise<Finding | undefined> {
  try {
    return await ask(probe, signal);
  } catch (error) {
    if (signal.aborted || error instanceof EngineError) return undefined;
    throw error;
  }
}
