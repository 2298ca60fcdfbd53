import { type Command, InvalidArgumentError } from 'commander';

import { nodeKind } from '../kinds/node.ts';
import { listOptions } from '../list/options.ts';
import { atOption } from './at-option.ts';
import { examples, longTimeoutOption, outputOption, subcommand } from './options.ts';

/** `oo node`. */
export function defineNode(group: Command): void {
  listOptions(subcommand(group, 'list', 'ls').description('list all nodes'), nodeKind)
    .addOption(atOption())
    .addHelpText(
      'after',
      examples(
        'oo node list -o wide',
        'oo node ls --sort memory-reserved:desc --watch',
        'oo node ls -o json   (with usage and GPUs)',
        'oo node ls --at 1h30m',
      ),
    )
    .action(async (_, command: Command) => {
      await (await import('./node-actions.ts')).listNodes(command.optsWithGlobals());
    });
  defineAdd(group);
  for (const { name, scheduling, does } of SCHEDULING) {
    subcommand(group, `${name} <node>`)
      .description(does)
      .addHelpText('after', examples(`oo node ${name} node_dbOdi5eLQK`, `oo node ${name} unix:///var/run/docker.sock`))
      .action(async (node: string, _, command: Command) => {
        await (await import('./node-actions.ts')).scheduleNode(node, scheduling, command.optsWithGlobals());
      });
  }
  defineDrain(group);
  defineRebalance(group);
  subcommand(group, 'remove <url>', 'rm')
    .description('remove a node by its URL')
    .addHelpText('after', examples('oo node remove unix:///var/run/docker.sock'))
    .action(async (url: string, _, command: Command) => {
      await (await import('./node-actions.ts')).removeNode(url, command.optsWithGlobals());
    });
}

function defineAdd(group: Command): void {
  subcommand(group, 'add <url>')
    .description('register an engine as a node, or change it')
    .option('--cluster <name>', 'the cluster that it belongs to (targetRegions.cluster)')
    .option('--zone <name>', 'the zone in it (targetRegions.zone)')
    .option('--label <key=value...>', 'labels; may be repeated', label)
    .option('--gpu <name=vram>', 'a card, where the host has no nvidia-smi to ask; may be repeated', card)
    .option('--gpu-margin <size>', 'memory of each card that is not given away (128Mi; 0 of a card that --gpu names)')
    .option('--reserve-cpu <cpu>', 'CPU that is not given away (0)')
    .option('--reserve-memory <size>', 'memory that is not given away (0)')
    .option('--id <id>', 'its id; one is made when absent')
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(
        'oo node add unix:///var/run/docker.sock --cluster local-docker',
        'oo node add tcp://10.0.0.7:2376 --cluster us-west1 --zone us-west1-b --label disk=ssd',
        'oo node add tcp://10.0.0.8:2376 --gpu H100=80GB --gpu H100=80GB --reserve-cpu 500m --reserve-memory 1Gi',
      ),
    )
    .action(async (url: string, _, command: Command) => {
      await (await import('./node-actions.ts')).addNode(url, command.optsWithGlobals());
    });
}

function defineDrain(group: Command): void {
  subcommand(group, 'drain <node>')
    .description('move the replicas of a node to others, as far as their strategies allow; shows the plan first')
    .option('-y, --yes', 'do not ask; elsewhere than on a terminal nobody is asked')
    .option('--dry-run', 'show the plan and change nothing')
    .option('--no-wait', 'return as soon as the drain has begun')
    .addOption(longTimeoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(
        'oo node drain node_dbOdi5eLQK',
        'oo node drain unix:///var/run/docker.sock --dry-run',
        'oo node drain node_dbOdi5eLQK --yes --timeout 30m && oo node remove node_dbOdi5eLQK',
        'oo node uncordon node_dbOdi5eLQK   (gives a drain up)',
      ) + DRAIN_CODES,
    )
    .action(async (node: string, _, command: Command) => {
      await (await import('./node-drain.ts')).drainNode(node, command.optsWithGlobals());
    });
}

const DRAIN_CODES = `

Exit codes: 0 drained (or begun, with --no-wait), 1 declined, 3 no such node, 5 given up by somebody meanwhile,
            7 not drained in time: the drain goes on; 130 interrupted: the drain goes on`;

function defineRebalance(group: Command): void {
  subcommand(group, 'rebalance')
    .description('move replicas that would get a better home today; shows the plan first')
    .option('--deployment <id>', 'only replicas of this deployment')
    .option('-y, --yes', 'do not ask; elsewhere than on a terminal nobody is asked')
    .option('--dry-run', 'show the plan and change nothing')
    .option('--no-wait', 'return as soon as the moves have begun')
    .addOption(longTimeoutOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(
        'oo node rebalance --dry-run',
        'oo node add tcp://10.0.0.9:2376 && oo node rebalance --yes',
        'oo node rebalance --deployment depl_myservice123',
      ),
    )
    .action(async (_, command: Command) => {
      await (await import('./node-rebalance.ts')).rebalanceNodes(command.optsWithGlobals());
    });
}

const SCHEDULING = [
  { name: 'cordon', scheduling: 'cordoned', does: 'place nothing new on a node; what runs there stays' },
  { name: 'uncordon', scheduling: 'open', does: 'let a node take replicas again; gives up a drain' },
] as const;

function label(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It is of the form key=value.');
  return { ...before, [key]: value };
}

function card(text: string, before: { name: string; vram: string }[] = []): { name: string; vram: string }[] {
  const [, name, vram] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || vram === undefined) {
    throw new InvalidArgumentError('It is of the form name=memory, like H100=80GB.');
  }
  return [...before, { name, vram }];
}
