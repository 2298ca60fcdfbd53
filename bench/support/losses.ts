import type { LoadTally } from '../../test/support/traffic-load.ts';
import type { Bench, Outcome } from '../benchmark.ts';
import { latencies } from './statistics.ts';

/** What a load comes to of which no request may fail, and at least so many have to be asked. */
export function lossesOf(
  { asked, answered, failed, excepted, latencies: all }: LoadTally,
  least: number,
  say: Bench['say'],
): Pick<Outcome, 'value' | 'conditions'> {
  say(`  ${asked} asked, ${answered} answered, ${failed.length} failed, ${excepted} asked again; ${latencies(all)}`);
  for (const each of failed.slice(0, 5)) say(`  failed: ${each}`);
  return {
    value: failed.length,
    conditions: [
      { text: `${failed.length} failed, aim 0`, met: failed.length === 0 },
      { text: `${asked} were asked, at least ${least}`, met: asked >= least },
    ],
  };
}
