import { type Command, Option } from 'commander';

import { examples } from './options.ts';

/** `oo top`. */
export function defineTop(command: Command): void {
  command
    .argument('[kind]', 'node, deployment or replica', 'replica')
    .option('-w, --watch', 'show it again every two seconds')
    .addOption(
      new Option('-o, --output <format>', 'how to print it').choices(['table', 'wide', 'json']).default('table'),
    )
    .addHelpText('after', examples('oo top', 'oo top node -w', 'oo top deployment', 'oo top replica -o wide'))
    .action(async (kind: string, _, self: Command) => {
      await (await import('./top-actions.ts')).top(kind, self.optsWithGlobals());
    });
}
