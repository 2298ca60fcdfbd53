import { type Command, InvalidArgumentError, Option } from 'commander';

import { deploymentKind } from '../kinds/deployment.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { defineHistory } from './deployment-history.ts';
import { definePlan, planPositionOption } from './deployment-plan.ts';
import { defineRollout } from './deployment-rollout.ts';
import { examples, outputOption, subcommand, timeoutOption } from './options.ts';

/** `oo deployment`. */
export function defineDeployment(group: Command): void {
  defineSave(group);
  definePlan(group);
  defineRollout(group);
  defineHistory(group);
  const list = subcommand(group, 'list', 'ls')
    .description('list all deployments')
    .option('--full', 'print details whole instead of their first 75 bytes');
  listOptions(list, deploymentKind({ full: false }))
    .addOption(atOption())
    .addHelpText(
      'after',
      examples(
        'oo deployment list -o wide --sort age',
        "oo deployment list --full --filter 'status=E*'",
        'oo depl ls -o json | jq ".[].id"',
        'oo depl ls --watch',
        'oo depl ls --at 10m',
      ),
    )
    .action(async (_, command: Command) => {
      await (await import('./deployment-list.ts')).listDeployments(command.optsWithGlobals());
    });
  subcommand(group, 'remove <id>', 'rm')
    .description('stop every replica of a deployment and remove it')
    .addHelpText('after', examples('oo deployment remove depl_myservice123'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-remove.ts')).removeDeployment(id, command.optsWithGlobals());
    });
  defineGet(group);
  subcommand(group, 'watch <id>', 'status')
    .description('follow a rollout until it is up or known to have failed')
    .addOption(timeoutOption())
    .addOption(outputOption())
    .addHelpText('after', examples('oo deployment watch depl_myservice123 --timeout 10m'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-watch.ts')).watchDeployment(id, command.optsWithGlobals());
    });
}

function defineGet(group: Command): void {
  subcommand(group, 'get <id>')
    .description('show one deployment with its replicas')
    .addOption(outputOption())
    .addOption(atOption())
    .addHelpText(
      'after',
      examples(
        'oo deployment get depl_myservice123',
        'oo deployment get depl_myservice123 -o yaml',
        'oo deployment get depl_myservice123 --at 2026-11-23T03:12:00Z',
      ),
    )
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-get.ts')).getDeployment(id, command.optsWithGlobals());
    });
}

function defineSave(group: Command): void {
  subcommand(group, 'save', 's')
    .description('create deployments from files, or change them')
    .argument('<files...>', 'YAML or JSON files, directories of them, or - for standard input; several objects each')
    .option('-m, --message <text>', 'why; it is kept in the history')
    .addOption(new Option('--if-revision <number>', 'only while that is its revision').argParser(version))
    .option('--wait', 'follow the rollout to its end (the default on a terminal)')
    .option('--detach', 'return as soon as it is saved (the default elsewhere)')
    .addOption(planPositionOption())
    .addOption(timeoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(
        'oo deployment save ./my-deployment.yaml',
        'oo deployment save ./my-deployment.yaml --if-revision 3 -m "more memory"',
        'oo deployment save ./deployments/ --wait --timeout 10m',
        'oo deployment save ./my-deployment.yaml --plan-position 1234',
        'cat my-deployment.yaml | oo deployment save - -o json',
      ),
    )
    .action(async (files: string[], _, command: Command) => {
      await (await import('./deployment-save.ts')).saveDeployments(files, command.optsWithGlobals());
    });
}

/** Reads `3`, or `3.1`: revision 3 after one more save. */
function version(text: string): string {
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new InvalidArgumentError('It is a revision like 3, or 3.1 after one more save.');
  return text;
}
