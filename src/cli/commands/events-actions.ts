import type { EventView } from '../../api/contract/deploy-schemas.ts';
import { type Context, openContext } from '../context.ts';
import { type Format, printListing, toYaml } from '../output.ts';
import { eventFeed } from '../rollout/event-feed.ts';
import { printable } from '../text/table.ts';
import type { GlobalOptions } from '../session.ts';

interface EventOptions extends GlobalOptions {
  readonly output: Format | 'ndjson';
  readonly type?: readonly string[];
  readonly of?: string;
  readonly after?: number;
  readonly limit: number;
  readonly follow?: boolean;
}

const DATA_LENGTH = 100;
/** The longest page that the server gives. */
const MAX_PAGE = 1_000;

/** Prints events; with `--follow` as they happen, one JSON object for each line when JSON is wanted. */
export async function printEvents(options: EventOptions): Promise<void> {
  const context = await openContext(options);
  if (options.follow === true) return follow(context, options);
  const items = await listed(context, options);
  if (options.output === 'ndjson') {
    for (const event of items) context.terminal.stdout.write(`${JSON.stringify(event)}\n`);
    return;
  }
  await printListing(context.terminal, options.output, {
    items,
    header: ['POSITION', 'TIME', 'TYPE', 'STREAM', 'ACTOR', 'DATA'],
    row: (event) => [...cellsOf(event)],
    whenEmpty: 'No events there.',
  });
}

/** Events of some types stand among others: pages are read until there are enough, or no more. */
async function listed(context: Context, options: EventOptions): Promise<readonly EventView[]> {
  const { limit, type: types } = options;
  const page = types === undefined ? limit : MAX_PAGE;
  const found: EventView[] = [];
  for (let { after } = options; ;) {
    const query = { after, limit: page, deploymentId: options.of };
    const { body } = await context.call('list events', 'listEvents', { query });
    found.push(...body.events.filter(({ type }) => types?.includes(type) ?? true));
    if (types === undefined || found.length >= limit || body.events.length < page) return found.slice(0, limit);
    after = body.position;
  }
}

async function follow(context: Context, options: EventOptions): Promise<void> {
  const signal = AbortSignal.any([]);
  const feed = eventFeed(context.client, { after: options.after ?? 0, deploymentId: options.of, signal });
  try {
    for await (const event of feed) {
      if (options.type?.includes(event.type) ?? true)
        context.terminal.stdout.write(await lineOf(event, options.output));
    }
  } catch (error) {
    throw context.failure(error, 'follow events');
  }
}

async function lineOf(event: EventView, format: EventOptions['output']): Promise<string> {
  if (format === 'json' || format === 'ndjson') return `${JSON.stringify(event)}\n`;
  if (format === 'yaml') return `---\n${await toYaml(event)}`;
  const [position = '', at = '', type = '', stream = '', actor = '', data = ''] = cellsOf(event);
  return `${printable([position.padStart(6), at, type.padEnd(24), stream, actor, data].join('  '))}\n`;
}

function cellsOf({ position, at, type, stream, actor, data }: EventView): string[] {
  const text = JSON.stringify(data);
  return [
    String(position),
    at,
    type,
    stream,
    actor,
    text.length > DATA_LENGTH ? `${text.slice(0, DATA_LENGTH)}…` : text,
  ];
}
