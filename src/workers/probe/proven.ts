import type { ProbeOptions } from './probe-replica.ts';

/**
 * A port that nobody said anything of owes no answer before it has given one to this watch: on a busy machine the engine's own
 * proxy may have passed for it at the start.
 */
export function askProven(asked: ProbeOptions['ask'], proven: boolean): ProbeOptions['ask'] {
  let answers = proven;
  return async (probe, signal) => {
    const finding = await asked(probe, signal);
    if (probe.byDefault !== true) return finding;
    answers ||= finding?.passed === true;
    return answers ? finding : undefined;
  };
}
