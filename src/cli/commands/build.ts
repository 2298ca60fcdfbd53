import type { Command } from 'commander';

import { buildKind } from '../kinds/build.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, outputOption, subcommand } from './options.ts';

/** `oo build`. */
export function defineBuild(group: Command): void {
  const list = subcommand(group, 'list', 'ls').description(
    'list the images that are made from repositories, the latest first',
  );
  listOptions(list, buildKind)
    .addOption(atOption())
    .addHelpText('after', examples('oo build list', 'oo build ls -o json', 'oo build ls --at 1h'))
    .action(async (_, command: Command) => {
      await (await import('./build-actions.ts')).listBuilds(command.optsWithGlobals());
    });
  subcommand(group, 'logs <id>', 'log')
    .description('print the end of what a build said, also while it goes on')
    .addOption(outputOption())
    .addHelpText('after', examples('oo build logs build_0123456789abcdef'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./build-actions.ts')).printBuildLog(id, command.optsWithGlobals());
    });
}
