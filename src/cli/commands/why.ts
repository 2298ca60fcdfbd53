import { type Command, Option } from 'commander';

import { atOption } from './at-option.ts';
import { examples } from './options.ts';

const output = (): Option =>
  new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text');

/** `oo why`. */
export function defineWhy(command: Command): void {
  command
    .argument('<id>', 'of a deployment, replica, instance, container, node, definition, build or event, or a position')
    .addOption(atOption())
    .addOption(output())
    .addHelpText('after', examples('oo why web-r2-0', 'oo why 3f2a9c1b7d04', 'oo why 1042 -o json'))
    .action(async (id: string, _, self: Command) => {
      await (await import('./why-actions.ts')).why(id, self.optsWithGlobals());
    });
}

/** `oo why-not`. */
export function defineWhyNot(command: Command): void {
  command
    .argument('<id>', 'of a deployment, or of a replica or an instance of it')
    .addOption(output())
    .addHelpText('after', examples('oo why-not depl_myservice123', 'oo why-not web-r2-0 -o json'))
    .action(async (id: string, _, self: Command) => {
      await (await import('./why-actions.ts')).whyNot(id, self.optsWithGlobals());
    });
}

/** `oo trace`. */
export function defineTrace(command: Command): void {
  command
    .argument('<event>', 'its id or its position')
    .addOption(atOption())
    .addOption(output())
    .addHelpText('after', examples('oo trace 1042', 'oo trace 1042 -o json'))
    .action(async (id: string, _, self: Command) => {
      await (await import('./why-actions.ts')).trace(id, self.optsWithGlobals());
    });
}

/** `oo report`. */
export function defineReport(command: Command): void {
  command
    .addOption(new Option('--correlation <id>', 'what one request led to').conflicts('deployment'))
    .option('--deployment <id>', 'what befell a deployment')
    .addOption(atOption())
    .option('--since <time>', 'only from this time on: RFC 3339, or how long ago, as 2h')
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices(['markdown', 'json', 'yaml']).default('markdown'),
    )
    .addHelpText(
      'after',
      examples('oo report --deployment depl_myservice123 --since 2h > incident.md', 'oo report --correlation 0198c7aa'),
    )
    .action(async (_, self: Command) => {
      await (await import('./why-actions.ts')).report(self.optsWithGlobals());
    });
}
