import type { EventView } from '../../api/contract/deploy-schemas.ts';
import { type Context, openContext } from '../context.ts';
import { printListing, toYaml } from '../output.ts';
import { eventFeed } from '../rollout/event-feed.ts';
import { printable } from '../text/table.ts';
import type { ListOptions } from './options.ts';

interface EventOptions extends ListOptions {
  readonly of?: string;
  readonly after?: number;
  readonly limit: number;
  readonly follow?: boolean;
}

const DATA_LENGTH = 100;

/** Prints events; with `--follow` as they happen, one JSON object for each line when JSON is wanted. */
export async function printEvents(options: EventOptions): Promise<void> {
  const context = await openContext(options);
  if (options.follow === true) return follow(context, options);
  const query = { after: options.after, limit: options.limit, deploymentId: options.of };
  const { body } = await context.call('list events', 'listEvents', { query });
  await printListing(context.terminal, options.output, {
    items: body.events,
    header: ['POSITION', 'TIME', 'TYPE', 'STREAM', 'ACTOR', 'DATA'],
    row: (event) => [...cellsOf(event)],
    whenEmpty: 'No events there.',
  });
}

async function follow(context: Context, options: EventOptions): Promise<void> {
  const signal = AbortSignal.any([]);
  const feed = eventFeed(context.client, { after: options.after ?? 0, deploymentId: options.of, signal });
  try {
    for await (const event of feed) context.terminal.stdout.write(await lineOf(event, options.output));
  } catch (error) {
    throw context.failure(error, 'follow events');
  }
}

async function lineOf(event: EventView, format: EventOptions['output']): Promise<string> {
  if (format === 'json') return `${JSON.stringify(event)}\n`;
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
