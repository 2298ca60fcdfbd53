import type { Command } from 'commander';

import { examples } from './options.ts';

/** `oo help`. */
export function defineHelp(command: Command): void {
  command
    .argument('[topic...]', 'a command, exit-codes or environment')
    .addHelpText('after', examples('oo help deployment save', 'oo help exit-codes', 'oo help environment'))
    .action(async (topic: string[], _, self: Command) => {
      await (await import('./help-show.ts')).showHelp(topic, self);
    });
}
