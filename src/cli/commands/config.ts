import type { Command } from 'commander';

import { configKind } from '../kinds/config.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, subcommand } from './options.ts';

/** `oo config`. */
export function defineConfig(group: Command): void {
  subcommand(group, 'save', 's')
    .description('lay the data of files over configs; the administrator says whose they are, with id and appHost')
    .argument('<files...>', 'YAML or JSON files, directories of them, or - for standard input; several objects each')
    .addHelpText('after', examples('oo config save ./my-svc-config.yaml', 'oo co s ./configs/'))
    .action(async (files: string[], _, command: Command) => {
      await (await import('./config-actions.ts')).saveConfigs(files, command.optsWithGlobals());
    });
  const list = subcommand(group, 'list [id]', 'ls')
    .description('list the configs of the app, or the one of that id')
    .addOption(atOption())
    .option('--branch <name>', 'the branch of them; main when absent');
  listOptions(list, configKind(''))
    .addHelpText(
      'after',
      examples('oo config list', 'oo co ls my-svc -o yaml --at 2h', 'oo --app-host shop.example config list'),
    )
    .action(async (id: string | undefined, _, command: Command) => {
      await (await import('./config-actions.ts')).listConfigs(id, command.optsWithGlobals());
    });
}
