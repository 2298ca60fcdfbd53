import type { Command } from 'commander';

import { deadJobKind } from '../kinds/job.ts';
import { listOptions } from '../list/options.ts';
import { examples, subcommand } from './options.ts';

/** `oo job`. */
export function defineJob(group: Command): void {
  const list = subcommand(group, 'list', 'ls')
    .description('list the jobs that were given up, with what their last attempt failed at')
    .option('--dead', 'those that were given up, which wait for a person; others take care of themselves', true);
  listOptions(list, deadJobKind)
    .addHelpText('after', examples('oo job list --dead', 'oo job ls --dead -o json'))
    .action(async (_, command: Command) => {
      await (await import('./job-actions.ts')).listDeadJobs(command.optsWithGlobals());
    });
  subcommand(group, 'retry')
    .description('send jobs that were given up back to their queues, with all their attempts anew')
    .argument('[id...]', 'ids as "oo job list --dead" shows them')
    .option('--all', 'all of them')
    .addHelpText('after', examples('oo job retry 0f5a3c52-6c2e-4a53-9b43-0d1f6a3f8a11', 'oo job retry --all'))
    .action(async (ids: readonly string[], _, command: Command) => {
      await (await import('./job-actions.ts')).retryDeadJobs(ids, command.optsWithGlobals());
    });
}
