import { type Command, Option } from 'commander';

import type { ScaleOptions, StepOptions } from './deployment-rollout-actions.ts';
import { count, examples, outputOption, subcommand, timeoutOption } from './options.ts';

/** `oo deployment pause|resume|promote|abort|restart|scale`. */
export function defineRollout(group: Command): void {
  step(group, 'pause', 'stop a rollout where it is; what runs is looked after')
    .addHelpText('after', examples('oo deployment pause depl_myservice123 -m "watching the first one"'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-rollout-actions.ts')).tellRollout('pause', id, command.optsWithGlobals());
    });
  followed(step(group, 'resume', 'go on with a rollout that was paused'))
    .addHelpText('after', examples('oo deployment resume depl_myservice123 --wait'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-rollout-actions.ts')).tellRollout('resume', id, command.optsWithGlobals());
    });
  followed(step(group, 'promote', 'let a BlueGreen or Canary release go a step further'))
    .option('--full', 'straight to its end')
    .addHelpText('after', examples('oo deployment promote depl_myservice123', 'oo depl promote depl_x --full --wait'))
    .action(async (id: string, _, command: Command) => {
      const options: StepOptions & { readonly full?: boolean } = command.optsWithGlobals();
      await (await import('./deployment-rollout-actions.ts')).promoteDeployment(id, options);
    });
  followed(step(group, 'abort', 'take a rollout back to the last revision that was OK'))
    .addHelpText('after', examples('oo deployment abort depl_myservice123 -m "too slow" --wait'))
    .action(async (id: string, _, command: Command) => {
      await (await import('./deployment-rollout-actions.ts')).tellRollout('abort', id, command.optsWithGlobals());
    });
  followed(step(group, 'restart', 'make every container anew, within the limits of the strategy'))
    .option('--now', 'all at once, whatever the limits say')
    .addHelpText('after', examples('oo deployment restart depl_myservice123', 'oo depl restart depl_x --now --wait'))
    .action(async (id: string, _, command: Command) => {
      const options: StepOptions & { readonly now?: boolean } = command.optsWithGlobals();
      await (await import('./deployment-rollout-actions.ts')).restartDeployment(id, options);
    });
  followed(step(group, 'scale', 'change the number of replicas, as a save of the deployment does'))
    .argument('<replicas>', 'how many; 0 for none', count)
    .addHelpText('after', examples('oo deployment scale depl_myservice123 5', 'oo depl scale depl_x 0 -m "over night"'))
    .action(async (id: string, replicas: number, _, command: Command) => {
      const options: ScaleOptions = { ...command.optsWithGlobals<StepOptions>(), replicas };
      await (await import('./deployment-rollout-actions.ts')).scaleDeployment(id, options);
    });
}

function step(group: Command, name: string, does: string): Command {
  return subcommand(group, `${name} <id>`)
    .description(does)
    .addOption(new Option('-m, --message <text>', 'why; it is kept in the log'))
    .addOption(outputOption());
}

function followed(command: Command): Command {
  return command
    .option('--wait', 'follow it to its end (the default on a terminal)')
    .option('--detach', 'return at once (the default elsewhere)')
    .addOption(timeoutOption());
}
