import type { Command } from 'commander';

import { deploymentKind } from '../kinds/deployment.ts';
import { listOptions } from '../list/options.ts';
import { definePlan, planPositionOption } from './deployment-plan.ts';
import { defineRollout } from './deployment-rollout.ts';
import { examples, outputOption, subcommand, timeoutOption } from './options.ts';

/** `oo deployment`. */
export function defineDeployment(group: Command): void {
  defineSave(group);
  definePlan(group);
  defineRollout(group);
  const list = subcommand(group, 'list', 'ls')
    .description('list all deployments')
    .option('--full', 'print details whole instead of their first 75 bytes');
  listOptions(list, deploymentKind({ full: false }))
    .addHelpText(
      'after',
      examples(
        'oo deployment list -o wide --sort age',
        "oo deployment list --full --filter 'status=E*'",
        'oo depl ls -o json | jq ".[].id"',
        'oo depl ls --watch',
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
  subcommand(group, 'get <id>')
    .description('show one deployment with its replicas')
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples('oo deployment get depl_myservice123', 'oo deployment get depl_myservice123 -o yaml'),
    )
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-get.ts')).getDeployment(id, command.optsWithGlobals());
    });
  subcommand(group, 'watch <id>', 'status')
    .description('follow a rollout until it is up or known to have failed')
    .addOption(timeoutOption())
    .addOption(outputOption())
    .addHelpText('after', examples('oo deployment watch depl_myservice123 --timeout 10m'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-watch.ts')).watchDeployment(id, command.optsWithGlobals());
    });
}

function defineSave(group: Command): void {
  subcommand(group, 'save', 's')
    .description('create deployments from files, or change them')
    .argument('<files...>', 'YAML or JSON files, directories of them, or - for standard input; several objects each')
    .option('--wait', 'follow the rollout to its end (the default on a terminal)')
    .option('--detach', 'return as soon as it is saved (the default elsewhere)')
    .addOption(planPositionOption())
    .addOption(timeoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(
        'oo deployment save ./my-deployment.yaml',
        'oo deployment save ./deployments/ --wait --timeout 10m',
        'oo deployment save ./my-deployment.yaml --plan-position 1234',
        'cat my-deployment.yaml | oo deployment save - -o json',
      ),
    )
    .action(async (files: string[], _, command: Command) => {
      await (await import('./deployment-save.ts')).saveDeployments(files, command.optsWithGlobals());
    });
}
