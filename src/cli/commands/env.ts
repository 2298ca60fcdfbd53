import type { Command } from 'commander';

import { environmentKind } from '../kinds/environment.ts';
import { listOptions } from '../list/options.ts';
import { examples, subcommand } from './options.ts';

/** `oo env`. */
export function defineEnv(group: Command): void {
  subcommand(group, 'add <name> <url> [description]')
    .description('add a server, or change it, and select it')
    .addHelpText('after', examples('oo env add prod https://deploy.example.com "the real thing"'))
    .action(async (name: string, url: string, description: string | undefined) => {
      await (await import('./env-actions.ts')).addEnvironment(name, url, description);
    });
  subcommand(group, 'remove <name>', 'rm')
    .description('forget a server and the tokens for it')
    .addHelpText('after', examples('oo env remove prod'))
    .action(async (name: string) => {
      await (await import('./env-actions.ts')).removeEnvironment(name);
    });
  const list = subcommand(group, 'list', 'ls').description('list the servers, and whether each can be reached');
  listOptions(list, environmentKind)
    .addHelpText('after', examples('oo env list'))
    .action(async (_, command: Command) => {
      await (await import('./env-actions.ts')).listEnvironments(command.optsWithGlobals());
    });
  subcommand(group, 'current', 'c')
    .description('show the selected server')
    .addHelpText('after', examples('oo env current'))
    .action(async (_, command: Command) => {
      await (await import('./env-actions.ts')).currentEnvironment(command.optsWithGlobals());
    });
  subcommand(group, 'select <name>', 's')
    .description('use another server from now on')
    .addHelpText('after', examples('oo env select prod'))
    .action(async (name: string) => {
      await (await import('./env-actions.ts')).selectEnvironment(name);
    });
}
