import type { Command } from 'commander';

import { eventKind } from '../kinds/event.ts';
import { listOptions } from '../list/options.ts';
import { count, examples } from './options.ts';

/** `oo events`. */
export function defineEvents(command: Command): void {
  command
    .option('--of <id>', 'only events of this deployment, with its replicas')
    .option('--after <position>', 'only events after this position', count)
    .option('-n, --limit <number>', 'so many at most (without --follow)', count, 100)
    .option('--type <type...>', 'only events of these types')
    .option('-f, --follow', 'go on with events as they happen');
  listOptions(command, eventKind, { watch: false })
    .addHelpText(
      'after',
      examples(
        'oo events --of depl_myservice123',
        'oo events -f --after 1200',
        "oo events -f --filter 'type=Replica*' -o ndjson | jq .data",
        'oo events --type ReplicaExecuted',
      ),
    )
    .action(async (_, self: Command) => {
      await (await import('./events-actions.ts')).printEvents(self.optsWithGlobals());
    });
}
