import { savingFailure } from '../commands/saving-failure.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { plural } from '../fleet/plural.ts';
import type { Loaded } from './load.ts';

/** How objects of files are saved, one after the other. */
export interface Saving<T> {
  /** `deployment` */
  readonly noun: string;
  readonly name: (value: T) => string;
  /** Answers with the log's position of the save, undefined when it changed nothing. */
  readonly send: (value: T) => Promise<{ readonly position: number | undefined }>;
}

/** What came of one object. */
export interface Saved<T> {
  readonly value: T;
  /** Absent when the save changed nothing. */
  readonly position: number | undefined;
}

/**
 * Saves every object in its turn; tells a person the sum when there are several. Throws a `Failure` for the first that the
 * server refuses, which says what had been saved before it.
 */
export async function saveAll<T>(
  context: Context,
  loaded: readonly Loaded<T>[],
  saving: Saving<T>,
): Promise<readonly Saved<T>[]> {
  const { noun, name, send } = saving;
  const saved: Saved<T>[] = [];
  for (const one of loaded) {
    const { value } = one;
    const { position } = await send(value).catch((error: unknown) => {
      const failure = savingFailure(context, error, `save ${noun} ${name(value)}`, one);
      throw loaded.length === 1
        ? failure
        : amid(
            failure,
            saved.map((before) => name(before.value)),
            loaded.length,
          );
    });
    saved.push({ value, position });
  }
  const { stderr } = context.terminal;
  if (saved.length > 1 && stderr.isTTY) stderr.write(`${summary(noun, loaded, saved)}\n`);
  return saved;
}

/** With how far it had come: what was saved stays saved. */
function amid(failure: unknown, before: readonly string[], count: number): unknown {
  if (!(failure instanceof Failure)) return failure;
  const done =
    before.length === 0
      ? `nothing of the ${count} was saved`
      : `saved before it: ${before.join(', ')}; the other ${count - before.length} of ${count} were not`;
  const { message, exitCode, details, next, cause } = failure;
  return new Failure(`${message}; ${done}`, { exitCode, details, next, cause });
}

/** `3 deployments of 2 files saved, 1 of them as it was` */
function summary(noun: string, loaded: readonly Loaded<unknown>[], saved: readonly Saved<unknown>[]): string {
  const files = new Set(loaded.map(({ file }) => file)).size;
  const same = saved.filter(({ position }) => position === undefined).length;
  const of = `${plural(saved.length, noun)} of ${plural(files, 'file')} saved`;
  return same === 0 ? of : `${of}, ${same} of them as before`;
}
