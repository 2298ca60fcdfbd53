import type { Command } from 'commander';

import { workerKind } from '../kinds/worker.ts';
import { listOptions } from '../list/options.ts';
import { examples, subcommand } from './options.ts';

/** `oo worker`. */
export function defineWorker(group: Command): void {
  const list = subcommand(group, 'list', 'ls').description(
    'list the worker processes, and warn of what none of them serves',
  );
  listOptions(list, workerKind)
    .addHelpText('after', examples('oo worker list', 'oo worker ls -o json'))
    .action(async (_, command: Command) => {
      await (await import('./worker-list.ts')).listWorkers(command.optsWithGlobals());
    });
}
