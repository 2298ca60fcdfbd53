import type { Command } from 'commander';

import { examples } from './options.ts';

/** `oo whoami`. */
export function defineWhoami(command: Command): void {
  command
    .option('-l, --all', 'every account of the environment, the selected one first')
    .addHelpText('after', examples('oo whoami', 'oo whoami --all'))
    .action(async (_, self: Command) => {
      await (await import('./whoami-actions.ts')).whoami(self.optsWithGlobals());
    });
}

/** `oo token`. */
export function defineToken(command: Command): void {
  command
    .addHelpText(
      'after',
      examples('curl -H "Authorization: Bearer $(oo token)" http://127.0.0.1:11337/registry-svc/instances'),
    )
    .action(async (_, self: Command) => {
      await (await import('./whoami-actions.ts')).printToken(self.optsWithGlobals());
    });
}
