import { v7 as uuidv7 } from 'uuid';

import { pause } from '../../clock.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Engine } from '../../engine/engine.ts';
import type { WorkerDeps } from '../deps.ts';
import { failAttempt } from '../fail-attempt.ts';
import { probeFailure } from '../failure.ts';
import { givenSecrets } from '../given-secrets.ts';
import { cleaner } from '../redact.ts';
import { record } from '../replica-log.ts';
import type { Verdict } from './probe-replica.ts';

const AGAIN_MS = 500;

/** Records what the probes of a replica have led to. What is in the way, as a database that is away, is waited for. */
export async function carryOut(
  deps: WorkerDeps,
  engine: Engine,
  replica: ReplicaState,
  verdict: Verdict,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await once(deps, engine, replica, verdict, signal);
    } catch (error) {
      if (signal.aborted) return;
      const { id: replicaId } = replica;
      deps.log.warn('a change of health could not be recorded; trying again', { replicaId, error: String(error) });
      await pause(deps.clock, AGAIN_MS, signal);
    }
  }
}

async function once(
  deps: WorkerDeps,
  engine: Engine,
  { id: replicaId, deploymentId, generation, containerId = '' }: ReplicaState,
  verdict: Verdict,
  signal: AbortSignal,
): Promise<void> {
  const ids = { replicaId, deploymentId, generation };
  const attempt = { replicaId, generation, cause: { correlationId: uuidv7() } };
  switch (verdict.turn) {
    case 'ready':
      await record(deps, attempt, () => [{ type: 'ReplicaReady', data: ids }]);
      return;
    case 'unready': {
      const silent = verdict.finding?.passed === false && verdict.finding.silent;
      // A probe's answer may hold what the container was given, as its logs may.
      const { known, complete } = await givenSecrets(deps, attempt);
      const reason = complete ? cleaner(known)(reasonOf(verdict)) : `${verdict.kind} probe failed`;
      await record(deps, attempt, () => [{ type: 'ReplicaUnready', data: { ...ids, reason, silent } }]);
      return;
    }
    case 'failed': {
      // One that has ended is told of by the engine, with its exit code; and an engine that does not
      // answer proves nothing. One that somebody has paused serves nobody either.
      const phase = (await engine.inspect(containerId, signal))?.phase;
      if (phase !== 'running' && phase !== 'paused') return;
      await failAttempt(deps, attempt, await probeFailure(engine, containerId, reasonOf(verdict), deps.log));
      return;
    }
    default:
      verdict.turn satisfies never;
  }
}

/** `ready probe failed 3 times in a row, every 10 s: GET /ready on port 8080 answered 503`. */
export function reasonOf({ kind, probe, finding }: Pick<Verdict, 'kind' | 'probe' | 'finding'>): string {
  const { failureThreshold: times, periodMs, check } = probe;
  const what = finding?.passed === false ? finding.reason : 'it has not answered';
  // The engine has counted by the image's own numbers.
  if (check.type === 'healthcheck') return what;
  const seconds = periodMs / 1_000;
  if (kind === 'start') return `start probe has not passed for ${times * seconds} s: ${what}`;
  const often = times === 1 ? 'once' : `${times} times in a row, every ${seconds} s`;
  return `${kind} probe failed ${often}: ${what}`;
}
