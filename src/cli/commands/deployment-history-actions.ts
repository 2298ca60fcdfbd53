import type { HistoryEntryView } from '../../api/contract/history.ts';
import { type Context, openContext } from '../context.ts';
import { blameKind } from '../kinds/blame.ts';
import { changeKind } from '../kinds/change.ts';
import { historyKind } from '../kinds/history.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { printValue } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { printable } from '../text/table.ts';
import type { ListOptions } from './options.ts';

const LOOK_UP = { lookUp: 'oo deployment list' };

interface HistoryOptions extends ListingOptions {
  readonly limit: number;
  readonly diff?: boolean;
}

/** Prints what was done to a deployment, newest first; with `--diff` every change on a line of its own. */
export async function showHistory(id: string, options: HistoryOptions): Promise<void> {
  const context = await openContext(options);
  const fetch = (): Promise<readonly HistoryEntryView[]> => fetchHistory(context, id, options.limit);
  if (options.diff === true && options.output === 'table') {
    return void context.terminal.stdout.write((await fetch()).map(withDiff).join('\n'));
  }
  await runList(context, options, { kind: historyKind, fetch });
}

async function fetchHistory(context: Context, id: string, limit: number): Promise<readonly HistoryEntryView[]> {
  const input = { params: { id }, query: { limit } };
  return (await context.call(`read the history of ${id}`, 'deploymentHistory', input, LOOK_UP)).body.entries;
}

function withDiff(entry: HistoryEntryView): string {
  const { revision, kind, at, author, reason, changes, tags } = entry;
  const cells = historyKind.columns.filter(({ name }) => name === 'OUTCOME').map(({ cell }) => cell(entry, 0));
  const what = revision === undefined ? kind : `revision ${revision} (${kind})`;
  const named = tags.length === 0 ? '' : ` [${tags.join(', ')}]`;
  const lines = [
    `${what}${named}  ${at}  ${author}  ${printable(cells.join(''))}`,
    ...(reason === undefined ? [] : [`    "${printable(reason)}"`]),
    ...changes.map(({ text }) => `  ${printable(text)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Prints what differs between two revisions; by default between the present one and the one before it. */
export async function diffRevisions(
  id: string,
  given: { readonly from?: string | undefined; readonly to?: string | undefined },
  options: ListingOptions,
): Promise<void> {
  const context = await openContext(options);
  const input = { params: { id }, query: { from: given.from, to: given.to } };
  const { body } = await context.call(`compare revisions of ${id}`, 'diffDeployment', input, {
    lookUp: `oo deployment history ${id}`,
  });
  if (options.output === 'json' || options.output === 'yaml') {
    return printValue(context.terminal, options.output, body);
  }
  if (options.output === 'table' && context.terminal.stdout.isTTY) {
    context.terminal.stderr.write(`revision ${body.from} -> ${body.to}\n`);
  }
  await runList(context, options, { kind: changeKind, fetch: async () => body.changes });
}

/** Prints who set each field. */
export async function blame(id: string, options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  const fetch = async () => {
    return (await context.call(`read who set the fields of ${id}`, 'blameDeployment', { params: { id } }, LOOK_UP)).body
      .fields;
  };
  await runList(context, options, { kind: blameKind, fetch });
}

interface TagOptions extends ListOptions {
  readonly revision?: number;
  readonly message?: string;
}

/** Gives a revision a name. */
export async function tagRevision(id: string, name: string, options: TagOptions): Promise<void> {
  const context = await openContext(options);
  const body = { name, revision: options.revision, reason: options.message };
  const input = { params: { id }, body };
  const answer = await context.call(`tag a revision of ${id}`, 'tagRevision', input, LOOK_UP);
  const { revision } = answer.body;
  if (options.output !== 'table') {
    return printValue(context.terminal, options.output, { id, name, revision, changed: answer.position !== undefined });
  }
  const already = answer.position === undefined ? ' already' : '';
  context.terminal.stdout.write(`revision ${revision} of ${id} is ${name}${already}\n`);
}

/** Takes a name away. */
export async function untagRevision(id: string, name: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  const input = { params: { id }, body: { name } };
  await context.call(`untag ${name} of ${id}`, 'untagRevision', input, { lookUp: `oo deployment history ${id}` });
  context.terminal.stdout.write(`no revision of ${id} is ${name} any more\n`);
}
