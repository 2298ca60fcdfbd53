import type { Command } from 'commander';

import { secretKind } from '../kinds/secret.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, subcommand } from './options.ts';

/** `oo secret`. */
export function defineSecret(group: Command): void {
  defineReading(group);
  defineChanging(group);
  subcommand(group, 'encrypt <name> [value]', 'e')
    .description('seal a value, for a file that is saved later; without a value it is asked for')
    .addHelpText(
      'after',
      examples('oo secret encrypt db-password > db-password.yaml', 'oo secret save db-password.yaml'),
    )
    .action(async (name: string, value: string | undefined, _, command: Command) => {
      await (await import('./secret-sealing.ts')).encryptSecret(name, value, command.optsWithGlobals());
    });
  subcommand(group, 'is-secure', 'is')
    .description('whether the server seals secrets with a key of its own; exit code 1 when it does not')
    .addHelpText('after', examples('oo secret is-secure'))
    .action(async (_, command: Command) => {
      await (await import('./secret-sealing.ts')).isSecure(command.optsWithGlobals());
    });
}

function defineReading(group: Command): void {
  const list = subcommand(group, 'list [name]', 'ls')
    .description('list secrets, without their values')
    .addOption(atOption())
    .option('--show', 'with their values')
    .option('-l, --all-apps', 'those of every app (administrators)')
    .option('-v, --verbose', 'everything about them, as YAML');
  listOptions(list, secretKind)
    .addHelpText(
      'after',
      examples('oo secret list', 'oo secret ls db-password --show', 'oo secret ls --at 2h', 'oo secret ls -o json'),
    )
    .action(async (name: string | undefined, _, command: Command) => {
      await (await import('./secret-list.ts')).listSecrets(name, command.optsWithGlobals());
    });
  subcommand(group, 'read [name]', 'get')
    .description('print secrets with their values, as YAML that can be saved again')
    .addHelpText('after', examples('oo secret get db-password', 'oo secret read > all-secrets.yaml'))
    .action(async (name: string | undefined, _, command: Command) => {
      await (await import('./secret-list.ts')).readSecrets(name, command.optsWithGlobals());
    });
}

function defineChanging(group: Command): void {
  subcommand(group, 'save <name|path> [value|paths...]', 's')
    .description('create or change a secret, or those of YAML or JSON files; whoever uses one is rolled out anew')
    .addHelpText(
      'after',
      examples(
        'oo secret save db-password              (asks for the value, or reads it from standard input)',
        "oo secret save db-password 'S3cr3t'     (stays in the history of the shell)",
        'oo secret save ./secrets.yaml           (id and value of each, or a list of them)',
        'oo secret save ./secrets/ ./more.yaml   (directories and files; all of them or none)',
      ),
    )
    .action(async (nameOrPath: string, more: string[], _, command: Command) => {
      await (await import('./secret-save.ts')).saveSecrets(nameOrPath, more, command.optsWithGlobals());
    });
  subcommand(group, 'remove [names...]', 'rm')
    .description('remove secrets; what runs with them goes on until it has to be started again')
    .option('-i, --id <names...>', 'the same')
    .addHelpText('after', examples('oo secret remove db-password', 'oo secret rm -i db-password -i api-key'))
    .action(async (names: string[], _, command: Command) => {
      await (await import('./secret-save.ts')).removeSecrets(names, command.optsWithGlobals());
    });
  subcommand(group, 'copy')
    .description('copy the secrets of one environment to another')
    .requiredOption('-f, --from <environment>', 'where they are')
    .requiredOption('-t, --to <environment>', 'where they are saved')
    .addHelpText('after', examples('oo secret copy --from staging --to prod'))
    .action(async (_, command: Command) => {
      await (await import('./secret-save.ts')).copySecrets(command.optsWithGlobals());
    });
}
