import { EngineError } from '../../engine/engine-error.ts';
import type { ProbeOutcome, WorkerDeps } from '../deps.ts';
import type { Finding } from './ask.ts';
import type { ProbeOptions } from './probe-replica.ts';

/** Tells of each question what came of it. */
export function askTold(asked: ProbeOptions['ask'], onProbe: WorkerDeps['onProbe']): ProbeOptions['ask'] {
  if (onProbe === undefined) return asked;
  return async (probe, signal) => {
    try {
      const finding = await asked(probe, signal);
      if (finding !== undefined) onProbe(probe.check.type, outcomeOf(finding));
      return finding;
    } catch (error) {
      if (error instanceof EngineError) onProbe(probe.check.type, 'engine_failed');
      throw error;
    }
  };
}

function outcomeOf(finding: Finding): ProbeOutcome {
  if (finding.passed) return 'passed';
  return finding.silent ? 'silent' : 'failed';
}
