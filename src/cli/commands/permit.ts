import type { Command } from 'commander';

import { enrollKind, permitKind } from '../kinds/grant.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, subcommand } from './options.ts';

/** `oo permit`. */
export function definePermit(group: Command): void {
  subcommand(group, 'save', 's')
    .description('give permissions to accounts and roles, as files say; all of them or none')
    .argument('<files...>', 'YAML or JSON files, directories of them, or - for standard input; several objects each')
    .addHelpText('after', examples('oo permit save ./permits.yaml', 'oo p s ./permits/'))
    .action(async (files: string[], _, command: Command) => {
      await (await import('./permit-actions.ts')).savePermits(files, command.optsWithGlobals());
    });
  const list = subcommand(group, 'list', 'ls')
    .description('list who was given which permissions')
    .addOption(atOption())
    .option('--permission <permission>', 'those that give it')
    .option('--slug <slug>', 'those that give it to the account');
  listOptions(list, permitKind)
    .addHelpText(
      'after',
      examples('oo permit list', 'oo p ls --slug shop-svc --at 2026-11-23T03:12:00Z', 'oo p ls -o json'),
    )
    .action(async (_, command: Command) => {
      await (await import('./permit-actions.ts')).listPermits(command.optsWithGlobals());
    });
  subcommand(group, 'remove <ids...>', 'rm')
    .description('take permits back; it counts within a second')
    .addHelpText('after', examples('oo permit remove perm_0aB1cD2eF3'))
    .action(async (ids: string[], _, command: Command) => {
      await (await import('./permit-actions.ts')).removePermits(ids, command.optsWithGlobals());
    });
}

/** `oo enroll`. */
export function defineEnroll(group: Command): void {
  subcommand(group, 'save', 's')
    .description('give roles to accounts and contacts, as files say; all of them or none')
    .argument('<files...>', 'YAML or JSON files, directories of them, or - for standard input; several objects each')
    .addHelpText('after', examples('oo enroll save ./enrolls.yaml', 'oo enr s ./enrolls/'))
    .action(async (files: string[], _, command: Command) => {
      await (await import('./permit-actions.ts')).saveEnrolls(files, command.optsWithGlobals());
    });
  const list = subcommand(group, 'list', 'ls')
    .description('list who was given which roles')
    .addOption(atOption())
    .option('--role <role>', 'those in the role')
    .option('-u, --userId <id>', 'those of the account')
    .option('-c, --contactId <id>', 'those of the contact');
  listOptions(list, enrollKind)
    .addHelpText('after', examples('oo enroll list', 'oo enr ls --role shop-svc:editor', 'oo enr ls -o json'))
    .action(async (_, command: Command) => {
      await (await import('./permit-actions.ts')).listEnrolls(command.optsWithGlobals());
    });
  subcommand(group, 'remove <ids...>', 'rm')
    .description('take roles back; it counts within a second')
    .addHelpText('after', examples('oo enroll remove enr_0aB1cD2eF3'))
    .action(async (ids: string[], _, command: Command) => {
      await (await import('./permit-actions.ts')).removeEnrolls(ids, command.optsWithGlobals());
    });
}
