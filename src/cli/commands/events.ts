import { type Command, Option } from 'commander';

import { FORMATS } from '../output.ts';
import { count, examples } from './options.ts';

/** `oo events`. */
export function defineEvents(command: Command): void {
  command
    .option('--of <id>', 'only events of this deployment, with its replicas')
    .option('--after <position>', 'only events after this position', count)
    .option('-n, --limit <number>', 'so many at most (without --follow)', count, 100)
    .option('--type <type...>', 'only events of these types')
    .option('-f, --follow', 'go on with events as they happen')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices([...FORMATS, 'ndjson']).default('table'))
    .addHelpText(
      'after',
      examples(
        'oo events --of depl_myservice123',
        'oo events -f --after 1200',
        'oo events -f -o ndjson | jq .type',
        'oo events --type ReplicaExecuted',
      ),
    )
    .action(async (_, self: Command) => {
      await (await import('./events-actions.ts')).printEvents(self.optsWithGlobals());
    });
}
