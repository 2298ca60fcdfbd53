import { type Command, CommanderError, Option } from 'commander';

import { ONE_FOR_EVERY_ERROR } from '../exit-codes.ts';
import { differenceKind } from '../kinds/difference.ts';
import { listOptions } from '../list/options.ts';
import type { DiffOptions } from './diff-actions.ts';
import { count, examples } from './options.ts';

/** `oo diff`. */
export function defineDiff(command: Command): void {
  command
    .addOption(
      new Option(
        '--from <moment>',
        'the one moment: 10m (ago), 2026-11-23T03:12:00Z, a position, or the id of an event',
      ).makeOptionMandatory(),
    )
    .option('--to <moment>', 'the other one; now by default')
    .option('--of <id>', 'only what has this id or belongs to it: a deployment, a definition, a node …')
    .option('-n, --limit <number>', 'so many at most', count, 10_000);
  listOptions(command, differenceKind, { watch: false })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new CommanderError(1, ONE_FOR_EVERY_ERROR, error.message);
    })
    .addHelpText(
      'after',
      [
        '',
        'Exit codes of this command: 0 nothing differs, 2 something does, 1 any error, wrong options among them.',
        examples(
          'oo diff --from 10m',
          'oo diff --from 2026-11-23T03:00:00Z --to 2026-11-23T04:00:00Z --of depl_myservice123',
          "oo diff --from 1200 --to 1300 --filter 'kind=replica' -o wide",
          "oo diff --from 1h -o json | jq '.differences[].text'",
        ),
      ].join('\n'),
    )
    .action(async (_, self: Command) => {
      await (await import('./diff-actions.ts')).diffFleet(self.optsWithGlobals<DiffOptions>());
    });
}
