import { type Command, Option } from 'commander';

import { atOption } from './at-option.ts';
import { examples } from './options.ts';

/** `oo describe`. */
export function defineDescribe(command: Command): void {
  command
    .argument('<id>', 'of a deployment, definition, replica, instance, node or container')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text'))
    .addOption(atOption())
    .addHelpText(
      'after',
      examples(
        'oo describe depl_myservice123',
        'oo describe node_x',
        'oo describe web-r1-0 -o yaml',
        'oo describe depl_myservice123 --at 1200',
      ),
    )
    .action(async (id: string, _, self: Command) => {
      await (await import('./describe-actions.ts')).describe(id, self.optsWithGlobals());
    });
}
