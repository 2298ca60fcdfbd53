import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import { exportLine } from '../../domain/audit/export-line.ts';
import { type Context, openContext } from '../context.ts';
import { archiveKind, type ArchiveView } from '../kinds/archive.ts';
import { checkpointKind } from '../kinds/checkpoint.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import type { GlobalOptions } from '../session.ts';

const PAGE = 5_000;

/** Prints the log from a position on, up to where it was when the last page was read. */
export async function exportLog(options: GlobalOptions & { readonly after: number }): Promise<void> {
  const context = await openContext(options);
  const { stdout, stderr } = context.terminal;
  for (let { after } = options; ;) {
    const { body } = await context.call('export the log', 'exportLog', { query: { after, limit: PAGE } });
    const last = body.events.at(-1);
    if (last === undefined) return;
    const written = stdout.write(body.events.map((event) => `${exportLine(event)}\n`).join(''));
    if (!written) await new Promise((resolve) => stdout.once('drain', resolve));
    after = last.position;
    if (stderr.isTTY && !stdout.isTTY)
      stderr.write(`\r${after} of ${body.head} events${after >= body.head ? '\n' : ''}`);
  }
}

/** Prints the signed checkpoints after a position. */
export async function listCheckpoints(options: ListingOptions & { readonly after: number }): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: checkpointKind,
    fetch: async () => fetchCheckpoints(context, options.after),
  });
}

async function fetchCheckpoints(context: Context, start: number): Promise<readonly Checkpoint[]> {
  const items: Checkpoint[] = [];
  for await (const each of everyCheckpoint(context, start)) items.push(each);
  return items;
}

/** The signed checkpoints after a position, in order, as they are needed. */
export async function* everyCheckpoint(context: Context, start = 0): AsyncGenerator<Checkpoint, void> {
  for (let after = start; ;) {
    const { body } = await context.call('list checkpoints', 'listCheckpoints', { query: { after, limit: PAGE } });
    yield* body.checkpoints;
    const last = body.checkpoints.at(-1);
    if (last === undefined || body.checkpoints.length < PAGE) return;
    after = last.position;
  }
}

/** Prints which positions are in which files. */
export async function listArchives(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  const fetch = async (): Promise<readonly ArchiveView[]> =>
    (await context.call('list archives', 'listArchives', {})).body.archives;
  await runList(context, options, { kind: archiveKind, fetch });
}

export async function printKeys(options: GlobalOptions): Promise<void> {
  const context: Context = await openContext(options);
  const { body } = await context.call('read the keys', 'auditKeys', {});
  for (const { id, publicKey, current } of body.keys) {
    context.terminal.stdout.write(`# ${id}${current ? ' (signs now)' : ''}\n${publicKey}`);
  }
}
