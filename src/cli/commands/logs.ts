import { type Command, InvalidArgumentError, Option } from 'commander';

import { parseDuration } from '../text/duration.ts';
import { count, examples } from './options.ts';

/** `oo logs`. */
export function defineLogs(command: Command): void {
  command
    .argument('<id>', 'a deployment (all of its replicas), a replica, an instance or a container')
    .option('-f, --follow', 'go on with lines as they are written, also of replicas that start later')
    .option('--tail <number>', 'the last so many lines of each container (default: 100; all with --since)', count)
    .option('--since <time>', 'lines of the last 90s, 10m, 1h30m, or since 2026-01-31T12:00:00Z', instant)
    .option('-p, --previous', 'of the generation before the present one: why it failed')
    .option('-t, --timestamps', 'say when each line was written')
    .option('--grep <pattern>', 'only lines that match this regular expression', pattern)
    .option('--no-prefix', 'do not say whose line it is')
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices(['text', 'ndjson', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      examples(
        'oo logs depl_myservice123',
        'oo logs depl_myservice123 -f --since 10m --grep "error|timeout"',
        'oo logs depl_myservice123 --previous',
        'oo logs inst_web-r1-0-g1 --tail 20 --timestamps',
        'oo logs depl_myservice123 -f -o ndjson | jq -r .text',
      ),
    )
    .action(async (id: string, _, self: Command) => {
      await (await import('./logs-actions.ts')).printLogs(id, self.optsWithGlobals());
    });
}

/** `10m` ago, or a time itself, as RFC 3339. */
function instant(text: string): string {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return new Date(Date.now() - milliseconds).toISOString();
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('It is a time like 90s, 10m, 1h30m or 2026-01-31T12:00:00Z.');
  return new Date(at).toISOString();
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new InvalidArgumentError(
      `It is no regular expression: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
