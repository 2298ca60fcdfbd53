import type { Command } from 'commander';

import { routerKind } from '../kinds/router.ts';
import { listOptions } from '../list/options.ts';
import { examples, subcommand } from './options.ts';

/** `oo router`. */
export function defineRouter(group: Command): void {
  const list = subcommand(group, 'list', 'ls').description(
    'list what carries requests, with how far each has come in the log',
  );
  listOptions(list, routerKind)
    .addHelpText('after', examples('oo router list', 'oo router ls -o json'))
    .action(async (_, command: Command) => {
      await (await import('./router-list.ts')).listRouters(command.optsWithGlobals());
    });
}
