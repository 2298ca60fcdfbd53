import type { Command } from 'commander';

import { instanceKind } from '../kinds/instance.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, subcommand } from './options.ts';

/** `oo instance`. */
export function defineInstance(group: Command): void {
  listOptions(subcommand(group, 'list', 'ls').description('list the running instances'), instanceKind)
    .addOption(atOption())
    .addHelpText(
      'after',
      examples('oo instance list --filter deployment-id=depl_myservice123', 'oo i ls -o json', 'oo i ls --at 10m'),
    )
    .action(async (_, command: Command) => {
      await (await import('./instance-actions.ts')).listInstances(command.optsWithGlobals());
    });
  subcommand(group, 'remove <id>', 'rm')
    .description('take an instance out of the registry')
    .addHelpText('after', examples('oo instance remove inst_1'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./instance-actions.ts')).removeInstance(id, command.optsWithGlobals());
    });
}
