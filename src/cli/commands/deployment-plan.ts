import { type Command, CommanderError, Option } from 'commander';

import { ONE_FOR_EVERY_ERROR } from '../exit-codes.ts';
import type { PlanOptions } from './deployment-plan-actions.ts';
import { count, examples, outputOption, subcommand } from './options.ts';

/** `oo deployment plan`. */
export function definePlan(group: Command): void {
  subcommand(group, 'plan')
    .description('show what saving a file would do, or what would happen to a deployment; changes nothing')
    .argument('<files...>', 'files as for save, or ids of deployments that there are')
    .option('--without-node <node>', 'as if this node were lost; repeatable', gathered, [])
    .option('--with-nodes <file>', 'as if there were these nodes too: a YAML list of name, cpu, memory and more')
    .option('--at <moment>', 'in the state of that position of the log, or of that time')
    .addOption(outputOption())
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new CommanderError(1, ONE_FOR_EVERY_ERROR, error.message);
    })
    .addHelpText(
      'after',
      [
        '',
        'Exit codes of this command: 0 nothing would change, 2 something would, 1 any error, wrong options among them.',
        examples(
          'oo deployment plan ./my-deployment.yaml',
          'oo deployment plan depl_myservice123 --without-node node_a --without-node node_b',
          'oo deployment plan ./my-deployment.yaml --with-nodes ./two-more.yaml',
          'oo deployment plan ./my-deployment.yaml --at 2026-01-31T03:12:00Z -o json',
        ),
      ].join('\n'),
    )
    .action(async (what: string[], _, command: Command) => {
      await (
        await import('./deployment-plan-actions.ts')
      ).planDeployments(what, command.optsWithGlobals<PlanOptions>());
    });
}

/** `--plan-position` of a save. */
export function planPositionOption(): Option {
  return new Option(
    '--plan-position <position>',
    'save only if what oo deployment plan showed at this position is still what would be done',
  ).argParser(count);
}

function gathered(one: string, before: readonly string[]): readonly string[] {
  return [...before, one];
}
