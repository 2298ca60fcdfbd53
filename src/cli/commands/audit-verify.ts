import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { linesOf } from '../../archive/lines.ts';
import { BrokenArchive } from '../../archive/verify-archive.ts';
import { checkpoint, type Checkpoint } from '../../domain/audit/checkpoint.ts';
import { rememberedHead, rememberHead, type RememberedHead } from '../audit/remembered-head.ts';
import { verifyArchives } from '../audit/verify-archives.ts';
import { publicKeysIn, verifyExport } from '../audit/verify-export.ts';
import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { plural } from '../fleet/plural.ts';
import type { GlobalOptions } from '../session.ts';
import { everyCheckpoint } from './audit-export.ts';
import { processTerminal } from '../terminal.ts';

interface VerifyOptions extends GlobalOptions {
  readonly after: number;
  readonly checkpoints?: string;
  readonly key?: string;
  readonly archives?: string;
}

/** Events that the server verifies at a time: the progress is told after each part. */
const PART = 100_000;

/** Verifies the server's log, or files that were exported from one. Throws a `Failure` that names the first fault. */
export async function verifyLog(files: readonly string[], options: VerifyOptions): Promise<void> {
  if (files.length > 0) return verifyFiles(files, options);
  if (options.checkpoints !== undefined || options.key !== undefined || options.after > 0)
    throw new Failure('--after, --checkpoints and --key are for a file: oo audit verify FILE', {
      exitCode: EXIT.usage,
    });
  const context = await openContext(options);
  const seen = await rememberedHead(context.environment.url);
  const archived = await verifyArchived(context, options.archives, seen);
  const head = await verifyServer(context, seen, archived);
  // What was seen in a file that is not at hand has still to be compared.
  const compared = seen === undefined || seen.position > archived.until || archived.seenHash !== undefined;
  if (head.position > 0 && compared) await rememberHead(context.environment.url, head);
}

/** What is archived, and what was found of it. */
interface Archived {
  readonly until: number;
  /** The files were read, and hold. */
  readonly read: boolean;
  /** The hash at the position that was seen last, where it is known. */
  readonly seenHash: string | undefined;
}

/** Verifies the files of archives, when a directory is given, and says what is archived. */
async function verifyArchived(
  context: Context,
  directory: string | undefined,
  seen: RememberedHead | undefined,
): Promise<Archived> {
  const { archives } = (await context.call('list archives', 'listArchives', {})).body;
  const last = archives.at(-1);
  if (last === undefined) return { until: 0, read: true, seenHash: undefined };
  const what = `positions 1 to ${last.last} are in ${plural(archives.length, 'archive')}, the last ${last.file}, hash ${last.hash}`;
  if (directory === undefined) {
    context.terminal.stdout.write(`${what}; files were not looked at (--archives DIR)\n`);
    const end = archives.find((each) => each.last === seen?.position);
    return { until: last.last, read: false, seenHash: end?.hash };
  }
  const { keys } = (await context.call('read the keys', 'auditKeys', {})).body;
  const claimed = {
    archives,
    checkpoints: everyCheckpoint(context),
    keys: keys.map(({ publicKey }) => createPublicKey(publicKey)),
    wanted: seen?.position,
  };
  const verified = await verifyArchives(directory, claimed).catch((error: unknown) => {
    throw error instanceof BrokenArchive ? broken(error, ['find a copy of the file that was not changed']) : error;
  });
  context.terminal.stdout.write(
    `${what}; files verified, ${plural(verified.checkpoints, 'checkpoint')} held against them\n`,
  );
  return { until: last.last, read: true, seenHash: verified.wantedHash };
}

async function verifyServer(
  context: Context,
  seen: RememberedHead | undefined,
  archived: Archived,
): Promise<RememberedHead> {
  const { stdout, stderr } = context.terminal;
  const progress = stderr.isTTY;
  let checkpoints = 0;
  let last: Checkpoint | undefined;
  for (let after = archived.until; ;) {
    const { body } = await context.call('verify the log', 'verifyLog', { query: { after, limit: PART } });
    checkpoints += body.checkpoints;
    last = body.lastCheckpoint ?? last;
    if (body.fault !== undefined) throw broken(body.fault, [`oo events --after ${body.fault.position - 1} -n 1`]);
    if (progress)
      stderr.write(`\r${body.until} of ${body.head.position} events${body.until >= body.head.position ? '\n' : ''}`);
    if (body.until >= body.head.position) {
      await compareWithSeen(context, { seen, archived }, body.head);
      const signed =
        last === undefined
          ? 'no checkpoint is signed yet'
          : `${plural(checkpoints, 'signed checkpoint')}, the last at ${last.position}`;
      const [count, from] = archived.read
        ? [body.head.position, '']
        : [body.head.position - archived.until, ` after position ${archived.until}`];
      stdout.write(`${plural(count, 'event')} verified${from}, hash ${body.head.hash}; ${signed}\n`);
      return body.head;
    }
    after = body.until;
  }
}

/** Whoever can write the whole log anew, checkpoints and all, cannot change what was seen of it from here. */
async function compareWithSeen(
  context: Context,
  { seen, archived }: { readonly seen: RememberedHead | undefined; readonly archived: Archived },
  head: RememberedHead,
): Promise<void> {
  if (seen === undefined) return;
  if (seen.position > head.position)
    throw broken(
      { position: head.position + 1, what: `the log ends here, and from here it was verified up to ${seen.position}` },
      OTHER_LOG,
    );
  const hash = seen.position > archived.until ? await hashAt(context, seen.position) : archived.seenHash;
  if (hash === undefined && seen.position <= archived.until) {
    context.terminal.stdout.write(
      `what was verified from here last, up to ${seen.position}, is archived: it is compared with --archives DIR\n`,
    );
    return;
  }
  if (hash !== seen.hash)
    throw broken(
      { position: seen.position, what: 'when it was verified from here last, it had another hash' },
      OTHER_LOG,
    );
}

async function hashAt(context: Context, position: number): Promise<string | undefined> {
  const query = { after: position - 1, limit: 1 };
  return (await context.call('verify the log', 'exportLog', { query })).body.events[0]?.hash;
}

const OTHER_LOG = ['when this is another installation at the same address, remove ~/.1backend/auditHeads.json'];

function broken(
  { position, what }: { readonly position: number; readonly what: string },
  next: readonly string[],
): Failure {
  return new Failure(`the log does not hold at position ${position}: ${what}`, { next });
}

async function verifyFiles(files: readonly string[], options: VerifyOptions): Promise<void> {
  if (options.archives !== undefined)
    throw new Failure('--archives is for the server: give the files themselves, in order', { exitCode: EXIT.usage });
  const { stdout } = processTerminal();
  const evidence = {
    after: options.after,
    checkpoints: options.checkpoints === undefined ? [] : await readCheckpoints(options.checkpoints),
    keys: options.key === undefined ? [] : publicKeysIn(await read(options.key)),
  };
  if (options.key !== undefined && evidence.keys.length === 0)
    throw new Failure(`${options.key} holds no public key`, {
      exitCode: EXIT.usage,
      next: ['oo audit key > audit.pem'],
    });
  const verdict = await verifyExport(linesOfAll(files), evidence);
  const { events, last, checkpoints, fault } = verdict;
  if (fault !== undefined) throw broken(fault, [`compare with the server: oo audit verify`]);
  const from = options.after > 0 ? ` after position ${options.after}` : '';
  const hash = last.hash === undefined ? '' : `, hash ${last.hash.toString('hex')}`;
  stdout.write(`${plural(events, 'event')} verified${from}${hash}; ${signedText(checkpoints, evidence.keys.length)}\n`);
}

/** The lines of files that follow on one another. */
async function* linesOfAll(files: readonly string[]): AsyncGenerator<string, void> {
  for (const file of files) {
    try {
      yield* linesOf(file === '-' ? processTerminal().stdin : file);
    } catch (error) {
      throw unreadable(file, error);
    }
  }
}

function signedText(checkpoints: number, keys: number): string {
  if (checkpoints === 0) return 'no checkpoint was held against it';
  return `${plural(checkpoints, 'checkpoint')} held against it${keys === 0 ? ', their signatures were not (--key)' : ''}`;
}

/** From lines of JSON, as a worker keeps them, or a list, as `oo audit checkpoints -o json` prints it. */
async function readCheckpoints(file: string): Promise<readonly Checkpoint[]> {
  const text = await read(file);
  try {
    const list: unknown = text.trimStart().startsWith('[')
      ? JSON.parse(text)
      : text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line): unknown => JSON.parse(line));
    return z.array(checkpoint).parse(list);
  } catch (error) {
    throw new Failure(
      `${file} does not hold checkpoints: ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`,
      {
        exitCode: EXIT.usage,
        next: ['oo audit checkpoints -o json > checkpoints.json'],
        cause: error,
      },
    );
  }
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

function unreadable(file: string, error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  return new Failure(`cannot read ${file}: ${why}`, { exitCode: EXIT.usage, cause: error });
}
