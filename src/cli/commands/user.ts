import type { Command } from 'commander';

import { appKind } from '../kinds/app.ts';
import { userKind } from '../kinds/user.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { count, examples, subcommand } from './options.ts';

/** `oo user`. */
export function defineUser(group: Command): void {
  const list = subcommand(group, 'list', 'ls')
    .description('list accounts, the newest first')
    .addOption(atOption())
    .option('-u, --userId <id>', 'the one of that id')
    .option('-c, --contactId <id>', 'the one with that contact')
    .option('-l, --limit <number>', 'so many at most; all of them when absent', count);
  listOptions(list, userKind)
    .addHelpText('after', examples('oo user list', 'oo u ls -c ada@shop.example', 'oo u ls -l 20 -o json'))
    .action(async (_, command: Command) => {
      await (await import('./user-actions.ts')).listUsers(command.optsWithGlobals());
    });
  subcommand(group, 'change-password')
    .description('change one’s own password; every other login of the account ends')
    .addHelpText(
      'after',
      examples(
        'oo user change-password                        (asks for both passwords, without showing them)',
        'printf \'%s\\n\' "$OLD" "$NEW" | oo user change-password',
      ),
    )
    .action(async (_, command: Command) => {
      await (await import('./user-actions.ts')).changePassword(command.optsWithGlobals());
    });
}

/** `oo app`. */
export function defineApp(group: Command): void {
  subcommand(group, 'save <host>', 's')
    .description('make the app of a host, if it is new')
    .addHelpText('after', examples('oo app save shop.example'))
    .action(async (host: string, _, command: Command) => {
      await (await import('./user-actions.ts')).saveApp(host, command.optsWithGlobals());
    });
  const list = subcommand(group, 'list [hosts...]', 'ls').description('list apps: those of the hosts, or all');
  listOptions(list, appKind)
    .addHelpText('after', examples('oo app list', 'oo app ls shop.example -o json'))
    .action(async (hosts: string[], _, command: Command) => {
      await (await import('./user-actions.ts')).listApps(hosts, command.optsWithGlobals());
    });
}
