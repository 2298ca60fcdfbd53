import type { Command } from 'commander';

import { archiveKind } from '../kinds/archive.ts';
import { checkpointKind } from '../kinds/checkpoint.ts';
import { listOptions } from '../list/options.ts';
import { count, examples, subcommand } from './options.ts';

/** `oo audit`. */
export function defineAudit(group: Command): void {
  defineVerify(group);
  subcommand(group, 'decisions', 'replay')
    .description('take every recorded decision again with the state that it had; exit 1 when one would be another')
    .option('--after <position>', 'only decisions after this position', count, 0)
    .addHelpText('after', examples('oo audit decisions', 'oo audit decisions --after 1200'))
    .action(async (_, command: Command) => {
      await (await import('./audit-decisions.ts')).replayDecisions(command.optsWithGlobals());
    });
  subcommand(group, 'export', 'x')
    .description('print the log as lines of JSON that anybody can verify without this server')
    .option('--after <position>', 'only events after this position', count, 0)
    .addHelpText('after', examples('oo audit export > log.ndjson', 'oo audit export --after 1200 >> log.ndjson'))
    .action(async (_, command: Command) => {
      await (await import('./audit-export.ts')).exportLog(command.optsWithGlobals());
    });
  defineLists(group);
  subcommand(group, 'key', 'keys')
    .description('print the public keys that checkpoints are signed with')
    .addHelpText('after', examples('oo audit key > audit.pem'))
    .action(async (_, command: Command) => {
      await (await import('./audit-export.ts')).printKeys(command.optsWithGlobals());
    });
}

function defineVerify(group: Command): void {
  subcommand(group, 'verify', 'v')
    .argument(
      '[files...]',
      'exports and archives that follow on one another, instead of the server ("-": standard input)',
    )
    .description('compute every hash of the log again, and check its signed checkpoints; exit 1 at the first fault')
    .option('--archives <dir>', 'also the files of what is archived: with the server they are one chain')
    .option('--after <position>', 'with a file: it begins after this position', count, 0)
    .option('--checkpoints <file>', 'with a file: checkpoints that were kept elsewhere')
    .option(
      '--key <file>',
      'with a file: public keys that checkpoints have to be signed with, as "oo audit key" prints them',
    )
    .addHelpText(
      'after',
      examples(
        'oo audit verify',
        'oo audit verify --archives /srv/archives',
        'oo audit verify log.ndjson',
        'oo audit verify /srv/archives/*.ndjson.gz',
        'oo audit verify log.ndjson --checkpoints checkpoints.ndjson --key audit.pem',
      ),
    )
    .action(async (files: readonly string[], _, command: Command) => {
      await (await import('./audit-verify.ts')).verifyLog(files, command.optsWithGlobals());
    });
}

function defineLists(group: Command): void {
  const list = subcommand(group, 'checkpoints', 'checkpoint')
    .description('list the signed checkpoints: at that time the log had this hash at this position')
    .option('--after <position>', 'only those after this position', count, 0);
  listOptions(list, checkpointKind)
    .addHelpText('after', examples('oo audit checkpoints', 'oo audit checkpoints -o json > checkpoints.json'))
    .action(async (_, command: Command) => {
      await (await import('./audit-export.ts')).listCheckpoints(command.optsWithGlobals());
    });
  const archives = subcommand(group, 'archives', 'archive').description(
    'list the closed ranges of the log that lie in files, with their hashes',
  );
  listOptions(archives, archiveKind)
    .addHelpText('after', examples('oo audit archives', 'oo audit archives -o json'))
    .action(async (_, command: Command) => {
      await (await import('./audit-export.ts')).listArchives(command.optsWithGlobals());
    });
}

/** `oo replay`: `oo audit decisions` by the name that others give it. */
export function defineReplay(command: Command): void {
  command
    .requiredOption('--verify', 'take every recorded decision again, and exit 1 when one would be another')
    .option('--after <position>', 'only decisions after this position', count, 0)
    .addHelpText('after', examples('oo replay --verify', 'oo replay --verify --after 1200'))
    .action(async (_, self: Command) => {
      await (await import('./audit-decisions.ts')).replayDecisions(self.optsWithGlobals());
    });
}
