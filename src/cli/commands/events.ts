import type { Command } from 'commander';

import { eventKind } from '../kinds/event.ts';
import { LIST_FORMATS, listOptions } from '../list/options.ts';
import { count, examples } from './options.ts';

/** `oo events`. */
export function defineEvents(command: Command): void {
  command
    .option(
      '--of <id>',
      'only events of what has this id: a deployment with its replicas, a replica, node, definition …',
    )
    .option('--actor <actor>', 'only what this actor caused: user/usr_x')
    .option('--correlation <id>', 'only events of this request, with what came of it')
    .option('--since <moment>', 'only events after it: 10m (ago), a time, a position, or the id of an event')
    .option('--until <moment>', 'only events up to it')
    .option('--after <position>', 'only events after this position', count)
    .option('-n, --limit <number>', 'so many at most (without --follow)', count, 100)
    .option('--type <type...>', 'only events of these types; * and ? match any')
    .option('-f, --follow', 'go on with events as they happen');
  listOptions(command, eventKind, { watch: false });
  command.options
    .find(({ long }) => long === '--output')
    ?.choices([...LIST_FORMATS, 'cloudevents'])
    .default('table');
  command
    .addHelpText(
      'after',
      examples(
        'oo events --of depl_myservice123',
        'oo events -f --after 1200',
        "oo events -f --filter 'type=Replica*' -o ndjson | jq .data",
        "oo events --type 'Replica*' --since 10m",
        'oo events -f -o cloudevents      (CloudEvents 1.0, one in each line)',
        'oo events --actor user/usr_x --since 2026-11-23T03:00:00Z --until 2026-11-23T04:00:00Z',
      ),
    )
    .action(async (_, self: Command) => {
      await (await import('./events-actions.ts')).printEvents(self.optsWithGlobals());
    });
}
