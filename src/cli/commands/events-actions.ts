import type { EventQuery } from '../../api/client-events.ts';
import type { EventView } from '../../api/contract/deploy-schemas.ts';
import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { eventKind } from '../kinds/event.ts';
import type { ListFormat, ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { arrange, columnsOf, selectionOf } from '../list/select.ts';
import { toYaml } from '../output.ts';
import { eventFeed } from '../rollout/event-feed.ts';
import { momentOf } from '../text/moment.ts';
import { printable } from '../text/table.ts';

export interface EventOptions extends Omit<ListingOptions, 'output'> {
  readonly output: ListFormat | 'cloudevents';
  readonly type?: readonly string[];
  readonly of?: string;
  readonly actor?: string;
  readonly correlation?: string;
  readonly since?: string;
  readonly until?: string;
  readonly after?: number;
  readonly limit: number;
  readonly follow?: boolean;
}

/** The longest page that the server gives. */
export const MAX_PAGE = 1_000;

/** Prints events; with `--follow` as they happen, one JSON object for each line when JSON is wanted. */
export async function printEvents(options: EventOptions): Promise<void> {
  const context = await openContext(options);
  const { output } = options;
  if (output === 'cloudevents') return (await import('./cloud-events-actions.ts')).printCloudEvents(context, options);
  const listing = { ...options, output };
  if (options.follow === true) return follow(context, listing);
  await runList(context, listing, { kind: eventKind, fetch: () => listed(context, options) });
}

/** One page of the server holds 1000: pages are read until there are enough, or no more. */
async function listed(context: Context, options: EventOptions): Promise<readonly EventView[]> {
  const wanted = queryOf(options);
  const found: EventView[] = [];
  for (let { after } = options; ;) {
    const limit = Math.min(options.limit - found.length, MAX_PAGE);
    if (limit === 0) return found;
    const { body } = await context.call('list events', 'listEvents', { query: { ...wanted, after, limit } });
    found.push(...body.events);
    if (body.events.length < limit) return found;
    after = body.position;
  }
}

/** What the server is to look for. */
export function queryOf({ of, type, actor, correlation, since, until }: EventOptions): EventQuery {
  return {
    entity: of,
    type: type?.join(','),
    actor,
    correlationId: correlation,
    since: since === undefined ? undefined : momentOf(since),
    until: until === undefined ? undefined : momentOf(until),
  };
}

/** What lists one thing at a time cannot be put in order, and does not end. Throws a `Failure`. */
export function refuseForFollowing(options: Pick<EventOptions, 'sort' | 'until'>): void {
  if (options.sort !== undefined) {
    throw new Failure('--sort and --follow exclude each other: events come in their own order', {
      exitCode: EXIT.usage,
    });
  }
  if (options.until !== undefined) {
    throw new Failure('--until and --follow exclude each other: what follows has no end', { exitCode: EXIT.usage });
  }
}

type Listed = EventOptions & { readonly output: ListFormat };

async function follow(context: Context, options: Listed): Promise<void> {
  refuseForFollowing(options);
  const selection = selectionOf(eventKind.columns, options);
  const columns = columnsOf(eventKind.columns, selection, options.output, []);
  const signal = AbortSignal.any([]);
  const feed = eventFeed(context.client, { after: options.after, query: queryOf(options), signal });
  try {
    for await (const event of feed) {
      const now = Date.now();
      if (arrange([event], selection, now).length === 0) continue;
      const cells = columns.map(({ name, cell }) => [name, cell(event, now)] as const);
      context.terminal.stdout.write(await lineOf(event, options.output, cells));
    }
  } catch (error) {
    throw context.failure(error, 'follow events');
  }
}

type Cells = readonly (readonly [name: string, cell: string])[];

async function lineOf(event: EventView, format: ListFormat, cells: Cells): Promise<string> {
  switch (format) {
    case 'json':
    case 'ndjson':
      return `${JSON.stringify(event)}\n`;
    case 'yaml':
      return `---\n${await toYaml(event)}`;
    case 'name':
      return `${event.id}\n`;
    case 'table':
    case 'wide':
      return `${printable(cells.map(aligned).join('  '))}\n`;
    default:
      return format satisfies never;
  }
}

/** Lines come one by one: only what is nearly as wide each time stands in columns. */
function aligned([name, cell]: Cells[number]): string {
  if (name === 'POSITION') return cell.padStart(6);
  return name === 'TYPE' ? cell.padEnd(24) : cell;
}
