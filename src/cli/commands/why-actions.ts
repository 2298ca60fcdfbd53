import type { Explanation, Obstacles, Trace } from '../../api/contract/why.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { printValue } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { parseDuration } from '../text/duration.ts';
import { printable } from '../text/table.ts';
import { traceLines } from '../text/trace-tree.ts';

interface Output extends GlobalOptions {
  readonly output: 'text' | 'json' | 'yaml';
}

const EVENTS = { lookUp: 'oo events -o wide' };

/** Prints why something is as it is. */
export async function why(id: string, { output, ...options }: Output): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call(`explain ${id}`, 'why', { params: { id } }, { lookUp: 'oo deployment list' });
  if (output !== 'text') return printValue(context.terminal, output, body);
  context.terminal.stdout.write(lines(whyLines(body)));
}

/** Prints why something is not up. */
export async function whyNot(id: string, { output, ...options }: Output): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call(`look at ${id}`, 'whyNot', { params: { id } }, { lookUp: 'oo deployment list' });
  if (output !== 'text') return printValue(context.terminal, output, body);
  context.terminal.stdout.write(lines(whyNotLines(body)));
}

/** Prints what led to an event and what it led to. */
export async function trace(eventId: string, { output, ...options }: Output): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call(`trace ${eventId}`, 'trace', { params: { eventId } }, EVENTS);
  if (output !== 'text') return printValue(context.terminal, output, body);
  context.terminal.stdout.write(lines([...traceLines(body), ...truncation(body), ...unseen(body.hidden)]));
}

interface ReportOptions extends GlobalOptions {
  readonly correlation?: string;
  readonly deployment?: string;
  readonly since?: string;
  readonly output: 'markdown' | 'json' | 'yaml';
}

/** Prints what happened, for the review of an incident. */
export async function report({ correlation, deployment, since, output, ...options }: ReportOptions): Promise<void> {
  const correlationId = correlation ?? deployment;
  if (correlationId === undefined)
    throw new Failure('say what to report on: --correlation ID or --deployment ID', { exitCode: EXIT.usage });
  const context = await openContext(options);
  const query = {
    of: correlation === undefined ? ('deployment' as const) : ('correlation' as const),
    ...(since === undefined ? {} : { since: timeOf(since, Date.now()) }),
  };
  const { body } = await context.call(
    `report on ${correlationId}`,
    'report',
    { params: { correlationId }, query },
    EVENTS,
  );
  if (output !== 'markdown') return printValue(context.terminal, output, body);
  context.terminal.stdout.write(lines(body.markdown.trimEnd().split('\n')));
}

function timeOf(text: string, now: number): string {
  const ago = parseDuration(text);
  const at = ago === undefined ? Date.parse(text) : now - ago;
  if (Number.isNaN(at))
    throw new Failure(`--since ${text} is no time: give RFC 3339 as 2025-01-31T12:00:00Z, or how long ago as 2h`, {
      exitCode: EXIT.usage,
    });
  return new Date(at).toISOString();
}

function whyLines({ kind, id, standing, sentences, hidden }: Explanation): readonly string[] {
  if (sentences.length === 0) return [`The log says nothing of ${kind} ${id}.`];
  const told = sentences.map(({ at, text, position }) => `${at.slice(11, 23)}  ${text} [${position}]`);
  const stands = standing === undefined ? [] : [...standing, '', 'How it came to be so:'];
  return [`${kind} ${id}:`, ...stands, ...told, ...unseen(hidden)];
}

function unseen(hidden = 0): readonly string[] {
  return hidden === 0 ? [] : [`${hidden} more ${hidden === 1 ? 'event' : 'events'} led to it; you may not see them.`];
}

function whyNotLines({ summary, blocks, nodes, suggestions }: Obstacles): readonly string[] {
  return [
    summary,
    ...section(
      'In the way:',
      blocks.map(({ what, next }) => `${what}${next === undefined ? '' : ` -> ${next}`}`),
    ),
    ...section(
      'Nodes:',
      nodes.map(
        ({ nodeId, lacks }) =>
          `${nodeId}: ${lacks.map(({ filter, need, have }) => `${filter} needs ${need}, has ${have}`).join(' and ')}`,
      ),
    ),
    ...section('Any of these would let it fit:', suggestions),
  ];
}

function section(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : ['', title, ...items.map((item) => `  ${item}`)];
}

function truncation({ truncated, events }: Trace): readonly string[] {
  return truncated ? [`Only ${events.length} events are shown: the request led to more than are looked at.`] : [];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${printable(text)}\n`).join('');
}
