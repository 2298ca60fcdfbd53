import { type Command, Option } from 'commander';

import { blameKind } from '../kinds/blame.ts';
import { changeKind } from '../kinds/change.ts';
import { historyKind } from '../kinds/history.ts';
import { listOptions } from '../list/options.ts';
import type { StepOptions } from './deployment-rollout-actions.ts';
import { atOption } from './at-option.ts';
import { count, examples, outputOption, subcommand, timeoutOption } from './options.ts';

const message = (): Option => new Option('-m, --message <text>', 'why; it is kept in the history');

/** `oo deployment history|diff|blame|tag|untag|rollback`. */
export function defineHistory(group: Command): void {
  const history = subcommand(group, 'history <id>')
    .description('what was done to a deployment, newest first: who, why, what changed, what became of it')
    .addOption(atOption())
    .option('-n, --limit <number>', 'so many at most', count, 50)
    .option('--diff', 'every change on a line of its own');
  listOptions(history, historyKind)
    .addHelpText(
      'after',
      examples(
        'oo deployment history depl_myservice123 --diff',
        "oo depl history depl_x -o wide --filter 'outcome=failed*'",
      ),
    )
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-history-actions.ts')).showHistory(id, command.optsWithGlobals());
    });
  const diff = subcommand(group, 'diff <id> [from] [to]')
    .description(
      'what differs between two revisions, by number or tag (default: the present one and the one before it)',
    )
    .addOption(atOption());
  listOptions(diff, changeKind, { watch: false })
    .addHelpText('after', examples('oo deployment diff depl_myservice123', 'oo deployment diff depl_x 3 v1.4 -o json'))
    .action(async (id: string, from: string | undefined, to: string | undefined, _, command: Command) => {
      const actions = await import('./deployment-history-actions.ts');
      await actions.diffRevisions(id, { from, to }, command.optsWithGlobals());
    });
  const blame = subcommand(group, 'blame <id>')
    .description('who set each field of a deployment, when and why')
    .addOption(atOption());
  listOptions(blame, blameKind)
    .addHelpText(
      'after',
      examples('oo deployment blame depl_myservice123', "oo depl blame depl_x --filter 'field=resources.*'"),
    )
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-history-actions.ts')).blame(id, command.optsWithGlobals());
    });
  defineTags(group);
  defineRollback(group);
}

function defineTags(group: Command): void {
  subcommand(group, 'tag <id> <name>')
    .description('give a revision a name; another one that has the name loses it')
    .option('--revision <number>', 'which one (default: the latest)', count)
    .addOption(message())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples('oo deployment tag depl_myservice123 v1.4', 'oo depl tag depl_x before-sale --revision 3'),
    )
    .action(async (id: string, name: string, _, command: Command) => {
      await (await import('./deployment-history-actions.ts')).tagRevision(id, name, command.optsWithGlobals());
    });
  subcommand(group, 'untag <id> <name>')
    .description('take the name of a revision away')
    .addHelpText('after', examples('oo deployment untag depl_myservice123 v1.4'))
    .action(async (id: string, name: string, _, command: Command) => {
      await (await import('./deployment-history-actions.ts')).untagRevision(id, name, command.optsWithGlobals());
    });
}

function defineRollback(group: Command): void {
  subcommand(group, 'rollback <id>')
    .description('roll out a new revision from the spec, the template and the image of an earlier one')
    .option('--to <revision>', 'a number or a tag (default: the last one before the present that was OK)')
    .addOption(message())
    .option('--wait', 'follow it to its end (the default on a terminal)')
    .option('--detach', 'return at once (the default elsewhere)')
    .addOption(timeoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples('oo deployment rollback depl_myservice123', 'oo depl rollback depl_x --to v1.4 -m "slow" --wait'),
    )
    .action(async (id: string, _, command: Command) => {
      const options: StepOptions & { readonly to?: string } = command.optsWithGlobals();
      await (await import('./deployment-rollout-actions.ts')).rollbackDeployment(id, options);
    });
}
