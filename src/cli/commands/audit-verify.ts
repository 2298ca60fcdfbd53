import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';

import { checkpoint, type Checkpoint } from '../../domain/audit/checkpoint.ts';
import { rememberedHead, rememberHead, type RememberedHead } from '../audit/remembered-head.ts';
import { publicKeysIn, verifyExport } from '../audit/verify-export.ts';
import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { plural } from '../fleet/plural.ts';
import type { GlobalOptions } from '../session.ts';
import { processTerminal } from '../terminal.ts';

interface VerifyOptions extends GlobalOptions {
  readonly after: number;
  readonly checkpoints?: string;
  readonly key?: string;
}

/** Events that the server verifies at a time: the progress is told after each part. */
const PART = 100_000;

/** Verifies the server's log, or a file that was exported from one. Throws a `Failure` that names the first fault. */
export async function verifyLog(file: string | undefined, options: VerifyOptions): Promise<void> {
  if (file !== undefined) return verifyFile(file, options);
  if (options.checkpoints !== undefined || options.key !== undefined || options.after > 0)
    throw new Failure('--after, --checkpoints and --key are for a file: oo audit verify FILE', {
      exitCode: EXIT.usage,
    });
  const context = await openContext(options);
  const seen = await rememberedHead(context.environment.url);
  const head = await verifyServer(context, seen);
  if (head.position > 0) await rememberHead(context.environment.url, head);
}

async function verifyServer(context: Context, seen: RememberedHead | undefined): Promise<RememberedHead> {
  const { stdout, stderr } = context.terminal;
  const progress = stderr.isTTY;
  let checkpoints = 0;
  let last: Checkpoint | undefined;
  for (let after = 0; ;) {
    const { body } = await context.call('verify the log', 'verifyLog', { query: { after, limit: PART } });
    checkpoints += body.checkpoints;
    last = body.lastCheckpoint ?? last;
    if (body.fault !== undefined) throw broken(body.fault, [`oo events --after ${body.fault.position - 1} -n 1`]);
    if (progress)
      stderr.write(`\r${body.until} of ${body.head.position} events${body.until >= body.head.position ? '\n' : ''}`);
    if (body.until >= body.head.position) {
      await compareWithSeen(context, seen, body.head);
      const signed =
        last === undefined
          ? 'no checkpoint is signed yet'
          : `${plural(checkpoints, 'signed checkpoint')}, the last at ${last.position}`;
      stdout.write(`${plural(body.head.position, 'event')} verified, hash ${body.head.hash}; ${signed}\n`);
      return body.head;
    }
    after = body.until;
  }
}

/** Whoever can write the whole log anew, checkpoints and all, cannot change what was seen of it from here. */
async function compareWithSeen(
  context: Context,
  seen: RememberedHead | undefined,
  head: RememberedHead,
): Promise<void> {
  if (seen === undefined) return;
  if (seen.position > head.position)
    throw broken(
      { position: head.position + 1, what: `the log ends here, and from here it was verified up to ${seen.position}` },
      OTHER_LOG,
    );
  const query = { after: seen.position - 1, limit: 1 };
  const { body } = await context.call('verify the log', 'exportLog', { query });
  if (body.events[0]?.hash !== seen.hash)
    throw broken(
      { position: seen.position, what: 'when it was verified from here last, it had another hash' },
      OTHER_LOG,
    );
}

const OTHER_LOG = ['when this is another installation at the same address, remove ~/.1backend/auditHeads.json'];

function broken(
  { position, what }: { readonly position: number; readonly what: string },
  next: readonly string[],
): Failure {
  return new Failure(`the log does not hold at position ${position}: ${what}`, { next });
}

async function verifyFile(file: string, options: VerifyOptions): Promise<void> {
  const { stdin, stdout } = processTerminal();
  const input = file === '-' ? stdin : createReadStream(file);
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
  const lines = createInterface({ input, crlfDelay: Infinity });
  const verdict = await verifyExport(lines, evidence).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const { events, last, checkpoints, fault } = verdict;
  if (fault !== undefined) throw broken(fault, [`compare with the server: oo audit verify`]);
  const from = options.after > 0 ? ` after position ${options.after}` : '';
  const hash = last.hash === undefined ? '' : `, hash ${last.hash.toString('hex')}`;
  stdout.write(`${plural(events, 'event')} verified${from}${hash}; ${signedText(checkpoints, evidence.keys.length)}\n`);
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
