import { ServerUnreachable } from '../../api/client-error.ts';
import { type Context, openContext } from '../context.ts';
import { logFeed } from '../logs/feed.ts';
import { renderLine, renderNotice, type RenderOptions } from '../logs/render.ts';
import type { GlobalOptions } from '../session.ts';

interface LogOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: string;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly grep?: RegExp;
  readonly prefix?: boolean;
  readonly output: 'text' | 'ndjson' | 'json';
}

/** Prints output of containers: lines to stdout; what happens to their containers to stderr. */
export async function printLogs(id: string, options: LogOptions): Promise<void> {
  const context = await openContext(options);
  const { stdout, stderr } = context.terminal;
  const { grep, since, tail, previous, follow = false } = options;
  const feed = logFeed(context.client, {
    id,
    follow,
    query: { tail, since, previous },
    tailed: since === undefined,
    signal: AbortSignal.any([]),
    onBreak: (error) => void stderr.write(`-- ${breakOf(error)}; trying again\n`),
    onReturn: () => void stderr.write('-- connected again\n'),
  });
  const render = renderOptions(context, id, options);
  let said = false;
  try {
    for await (const record of feed) {
      said = true;
      if (record.type === 'notice') stderr.write(renderNotice(record));
      else if (grep === undefined || grep.test(record.text)) {
        const text = options.output === 'text' ? renderLine(record, render) : `${JSON.stringify(record)}\n`;
        // A pipe that is slow makes the server wait, and not this process grow.
        if (!stdout.write(text)) await new Promise<void>((resolve) => stdout.once('drain', resolve));
      }
    }
  } catch (error) {
    throw context.failure(error, `read the output of ${id}`, 'oo deployment list');
  }
  if (!said && stderr.isTTY) stderr.write(`Nothing there. What runs: oo describe ${id}\n`);
}

function renderOptions({ terminal }: Context, id: string, options: LogOptions): RenderOptions {
  const shown = terminal.stdout.isTTY === true;
  const color = shown && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return { id, prefix: options.prefix !== false, timestamps: options.timestamps === true, color, terminal: shown };
}

function breakOf(error: unknown): string {
  if (error instanceof ServerUnreachable) return error.message;
  return error instanceof Error ? error.message : String(error);
}
