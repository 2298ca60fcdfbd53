import type { DomainEvent, RecordedEvent } from '../domain/event.ts';
import type { Cause } from '../jobs/catalogue.ts';
import { VersionConflict, type StreamAppend } from '../store/command.ts';
import { workerContext } from './context.ts';
import type { WorkerDeps } from './deps.ts';

/** Where, after which version and because of what. */
export interface AppendTo {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly cause: Cause;
  /** What is appended with it to other streams, all or nothing. */
  readonly beside?: readonly StreamAppend[];
}

/** Appends to one stream in the worker's name. False when somebody else was first: look again, then decide again. */
export async function appendTo(
  deps: Pick<WorkerDeps, 'store' | 'membership'>,
  place: AppendTo,
  events: readonly DomainEvent[],
): Promise<boolean> {
  return (await appendedTo(deps, place, events)) !== undefined;
}

/** The same; resolves with the stream's events as they were recorded, or with undefined when somebody else was first. */
export async function appendedTo(
  { store, membership }: Pick<WorkerDeps, 'store' | 'membership'>,
  { stream, expectedVersion, cause, beside = [] }: AppendTo,
  events: readonly DomainEvent[],
): Promise<readonly RecordedEvent[] | undefined> {
  const { fence } = membership.present;
  try {
    const appends = [{ stream, expectedVersion, events }, ...beside];
    const appended = await store.append({ context: workerContext(fence, cause), fence, appends });
    return appended.events.filter((event) => event.stream === stream);
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    return undefined;
  }
}
