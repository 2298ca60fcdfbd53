import type { Trace } from '../../api/contract/why.ts';
import { formatElapsed } from './duration.ts';

type Traced = Trace['events'][number];

/** A trace as a tree, one line for each event: what it led to stands below it. The one that was asked for is marked. */
export function traceLines({ events, eventId }: Pick<Trace, 'events' | 'eventId'>): readonly string[] {
  const known = new Set(events.map((event) => event.eventId));
  const children = Map.groupBy(events, ({ causationId }) => (known.has(causationId ?? '') ? causationId : undefined));
  const out: string[] = [];
  // A rollout's chain is as long as it has replicas: no recursion, which would end with the stack.
  const open = (children.get(undefined) ?? []).map((event) => ({ event, prefix: '', branch: '' })).toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { event, prefix, branch } = next;
    out.push(`${prefix}${branch}${lineOf(event)}${event.eventId === eventId ? '  <- this one' : ''}`);
    const below = children.get(event.eventId) ?? [];
    const indent = `${prefix}${branch === '' ? '' : branch === LAST ? '   ' : '│  '}`;
    open.push(
      ...below
        .map((each, index) => ({ event: each, prefix: indent, branch: index === below.length - 1 ? LAST : '├─ ' }))
        .toReversed(),
    );
  }
  return out;
}

const LAST = '└─ ';

function lineOf({ position, type, afterMs, text }: Traced): string {
  return `[${position}] +${formatElapsed(afterMs)} ${type}: ${text}`;
}
