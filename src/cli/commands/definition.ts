import type { Command } from 'commander';

import { definitionKind } from '../kinds/definition.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, outputOption, subcommand } from './options.ts';

/** `oo definition`. */
export function defineDefinition(group: Command): void {
  subcommand(group, 'save', 's')
    .description('create definitions from files, or change them')
    .argument('<files...>', 'YAML or JSON files, directories of them, or - for standard input; several objects each')
    .addOption(outputOption())
    .addHelpText('after', examples('oo definition save ./my-service-def.yaml', 'oo def s ./definitions/'))
    .action(async (files: string[], _, command: Command) => {
      await (await import('./definition-save.ts')).saveDefinitions(files, command.optsWithGlobals());
    });
  listOptions(subcommand(group, 'list', 'ls').description('list all definitions'), definitionKind)
    .addOption(atOption())
    .addHelpText('after', examples('oo definition list', 'oo def ls -o wide', 'oo def ls -o yaml', 'oo def ls --at 1h'))
    .action(async (_, command: Command) => {
      await (await import('./definition-list.ts')).listDefinitions(command.optsWithGlobals());
    });
  subcommand(group, 'remove <id>', 'rm')
    .description('remove a definition')
    .addHelpText('after', examples('oo definition remove def_myservice456'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./definition-list.ts')).removeDefinition(id, command.optsWithGlobals());
    });
}
