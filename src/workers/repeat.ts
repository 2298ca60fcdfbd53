import { pause } from '../clock.ts';
import type { WorkerDeps } from './deps.ts';
import type { Membership } from './membership.ts';

/** Work that is repeated for as long as a life lasts. */
export interface Repeated {
  /** Milliseconds from the end of a round to the next. */
  readonly everyMs: number;
  /** What the log says of a round that failed; the next one makes up for it. */
  readonly late: string;
}

/** Does a round of the work again and again until the life ends. */
export async function repeat(
  deps: Pick<WorkerDeps, 'clock' | 'log'>,
  life: Membership,
  { everyMs, late }: Repeated,
  round: () => Promise<void>,
): Promise<void> {
  while (!life.ended.aborted) {
    try {
      await round();
    } catch (error) {
      if (!life.ended.aborted) deps.log.warn(late, { error: String(error) });
    }
    await pause(deps.clock, everyMs, life.ended);
  }
}
