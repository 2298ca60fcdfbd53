import type { Command } from 'commander';

import { count, examples, outputOption } from './options.ts';

/** `oo events`. */
export function defineEvents(command: Command): void {
  command
    .option('--of <id>', 'only events of this deployment, with its replicas')
    .option('--after <position>', 'only events after this position', count)
    .option('-n, --limit <number>', 'so many at most (without --follow)', count, 100)
    .option('-f, --follow', 'go on with events as they happen')
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples('oo events --of depl_myservice123', 'oo events -f --after 1200', 'oo events -f -o json | jq .type'),
    )
    .action(async (_, self: Command) => {
      await (await import('./events-actions.ts')).printEvents(self.optsWithGlobals());
    });
}
