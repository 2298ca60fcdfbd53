import { cloudEventPage } from '../../api/client-events.ts';
import type { CloudEvent } from '../../domain/cloud-event.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { cloudEventFeed } from '../rollout/event-feed.ts';
import { type EventOptions, MAX_PAGE, queryOf, refuseForFollowing } from './events-actions.ts';

/** Prints events as CloudEvents, one in each line; with `--follow` as they happen. Throws a `Failure`. */
export async function printCloudEvents(context: Context, options: EventOptions): Promise<void> {
  for (const [name, given] of [
    ['--filter', options.filter],
    ['--sort', options.sort],
    ['--columns', options.columns],
  ] as const) {
    if (given === undefined) continue;
    throw new Failure(`${name} is for the columns of a table; a CloudEvent has none`, {
      exitCode: EXIT.usage,
      next: ['choose events by --of, --type, --actor, --correlation, --since, --until'],
    });
  }
  if (options.follow === true) refuseForFollowing(options);
  const events = options.follow === true ? followed(context, options) : listed(context, options);
  try {
    for await (const event of events) context.terminal.stdout.write(`${JSON.stringify(event)}\n`);
  } catch (error) {
    throw context.failure(error, options.follow === true ? 'follow events' : 'list events');
  }
}

function followed(context: Context, options: EventOptions): AsyncGenerator<CloudEvent, void> {
  const signal = AbortSignal.any([]);
  return cloudEventFeed(context.client, { after: options.after ?? 0, query: queryOf(options), signal });
}

async function* listed(context: Context, options: EventOptions): AsyncGenerator<CloudEvent, void> {
  let { after } = options;
  for (let left = options.limit; left > 0;) {
    const limit = Math.min(left, MAX_PAGE);
    const { events, position } = await cloudEventPage(context.client, { ...queryOf(options), after, limit });
    yield* events;
    if (events.length < limit) return;
    after = position;
    left -= events.length;
  }
}
