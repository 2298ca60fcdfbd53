import { abortReason } from '../../abort-reason.ts';
import { raceAbort } from '../race-abort.ts';

/** The one signal of a call, aborted by its caller, its engine handle or its timer, whichever is first. */
export interface Guard {
  readonly signal: AbortSignal;
  /** (Re)starts the timer; `failure` becomes the signal's reason when it expires. */
  arm(milliseconds: number, failure: () => Error): void;
  disarm(): void;
  /** Settles with the work or, whatever the work does, rejects once the signal aborts. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Stops the timer and lets go of the parents. */
  end(): void;
}

/** A guard under the given parent signals. */
export function createGuard(parents: readonly (AbortSignal | undefined)[]): Guard {
  const controller = new AbortController();
  const present = parents.filter((parent) => parent !== undefined);
  const follow = (event: Event): void => controller.abort(abortReason(event.target as AbortSignal));
  for (const parent of present) {
    if (parent.aborted) controller.abort(abortReason(parent));
    else parent.addEventListener('abort', follow, { once: true });
  }
  let timer: NodeJS.Timeout | undefined;
  const disarm = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    arm(milliseconds, failure) {
      disarm();
      timer = setTimeout(() => controller.abort(failure()), milliseconds);
    },
    disarm,
    race: (work) => raceAbort(work, controller.signal),
    end() {
      disarm();
      for (const parent of present) parent.removeEventListener('abort', follow);
    },
  };
}
