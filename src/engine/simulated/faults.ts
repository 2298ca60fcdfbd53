import type { Engine } from '../engine.ts';
import type { EngineErrorCode } from '../engine-error.ts';

/** What can be asked of an engine. */
export type Operation = Exclude<keyof Engine, 'url' | typeof Symbol.asyncDispose>;

/** What goes wrong at a call. */
export type Fault =
  /** Fails with the code; with `afterEffect` what was asked for happens all the same, and only the answer is lost. */
  | { readonly kind: 'fail'; readonly code: EngineErrorCode; readonly message?: string; readonly afterEffect?: boolean }
  /** Accepts and never answers: the call ends at its deadline. */
  | { readonly kind: 'hang' };

/** The faults that lie in wait, first in, first out for each operation. */
export interface Faults {
  add(operation: Operation, fault: Fault, times: number): void;
  take(operation: Operation): Fault | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  const waiting = new Map<Operation, Fault[]>();
  return {
    add(operation, fault, times) {
      const faults = waiting.get(operation) ?? [];
      for (let count = 0; count < times; count += 1) faults.push(fault);
      waiting.set(operation, faults);
    },
    take: (operation) => waiting.get(operation)?.shift(),
    clear: () => waiting.clear(),
  };
}
