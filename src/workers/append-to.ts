import type { DomainEvent } from '../domain/event.ts';
import type { Cause } from '../jobs/catalogue.ts';
import { VersionConflict } from '../store/command.ts';
import { workerContext } from './context.ts';
import type { WorkerDeps } from './deps.ts';

/** Where, after which version and because of what. */
export interface AppendTo {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly cause: Cause;
}

/** Appends to one stream in the worker's name. False when somebody else was first: look again, then decide again. */
export async function appendTo(
  { store, membership }: Pick<WorkerDeps, 'store' | 'membership'>,
  { stream, expectedVersion, cause }: AppendTo,
  events: readonly DomainEvent[],
): Promise<boolean> {
  const { fence } = membership.present;
  try {
    await store.append({ context: workerContext(fence, cause), fence, appends: [{ stream, expectedVersion, events }] });
    return true;
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    return false;
  }
}
