import { createHash } from 'node:crypto';

import type { Archive } from '../domain/archive/archive.ts';
import { type ChainState, type ExportedEvent, followChain, readLine } from '../domain/audit/export-line.ts';
import { linesOf } from './lines.ts';

/** Where a file is not what was archived, and how. */
export class BrokenArchive extends Error {
  readonly position: number;
  readonly what: string;

  constructor(position: number, what: string, cause?: unknown) {
    super(`the archives do not hold at position ${position}: ${what}`, { cause });
    this.name = 'BrokenArchive';
    this.position = position;
    this.what = what;
  }
}

/** What a file has to be. Without `sha256` its events alone count, however they were compressed. */
export type ExpectedArchive = Pick<Archive, 'first' | 'last' | 'before' | 'hash'> & Partial<Pick<Archive, 'sha256'>>;

/**
 * The events of an archive's file, each held against the chain, from the hash before it to the hash at its end; after the last one the
 * bytes are held against their hash. Throws BrokenArchive at the first position that does not hold.
 */
export async function* archiveEvents(path: string, expected: ExpectedArchive): AsyncGenerator<ExportedEvent, void> {
  const bytes = createHash('sha256');
  let state: ChainState = { position: expected.first - 1, hash: Buffer.from(expected.before, 'hex') };
  const broken = (what: string, cause?: unknown): BrokenArchive =>
    new BrokenArchive(state.position + 1, `${path}: ${what}`, cause);
  const lines = linesOf(path, bytes);
  for (;;) {
    const line = await lines.next().catch((error: unknown) => {
      throw broken(`it cannot be read on from here: ${error instanceof Error ? error.message : String(error)}`, error);
    });
    if (line.done === true) break;
    const step = take(state, line.value, expected);
    if ('what' in step) throw broken(step.what);
    state = step.next;
    yield step.event;
  }
  if (state.position < expected.last) throw broken(`it ends here, and the archive goes on to ${expected.last}`);
  if (expected.sha256 === undefined || bytes.digest('hex') === expected.sha256) return;
  const what = `its events hold, and its bytes are not those that were archived (SHA-256 ${expected.sha256})`;
  throw new BrokenArchive(expected.first, `${path}: ${what}`);
}

/** The first fault of an archive's file; undefined: all of it holds. */
export async function archiveFault(path: string, expected: ExpectedArchive): Promise<BrokenArchive | undefined> {
  try {
    for await (const _ of archiveEvents(path, expected));
    return undefined;
  } catch (error) {
    if (error instanceof BrokenArchive) return error;
    throw error;
  }
}

type Step = { readonly what: string } | { readonly next: ChainState; readonly event: ExportedEvent };

function take(state: ChainState, line: string, { first, last, hash }: ExpectedArchive): Step {
  const event = readLine(line);
  if (event === undefined) return { what: `line ${state.position + 2 - first} is no exported event` };
  if (state.position >= last) return { what: `the archive ends at ${last}, and more follows` };
  const step = followChain(state, event);
  if ('broken' in step) return { what: step.broken };
  if (event.position === last && event.hash !== hash)
    return { what: 'the archive ends here, by what is said of it with another hash' };
  return { next: step.next, event };
}
