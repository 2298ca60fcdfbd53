import type { Command } from 'commander';

import { examples, outputOption, subcommand } from './options.ts';

/** `oo worker`. */
export function defineWorker(group: Command): void {
  subcommand(group, 'list', 'ls')
    .description('list the worker processes, and warn of what none of them serves')
    .addOption(outputOption())
    .addHelpText('after', examples('oo worker list', 'oo worker ls -o json'))
    .action(async (_, command: Command) => {
      await (await import('./worker-list.ts')).listWorkers(command.optsWithGlobals());
    });
}
