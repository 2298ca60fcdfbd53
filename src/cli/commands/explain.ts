import type { Command } from 'commander';

import { examples, outputOption } from './options.ts';

/** `oo explain`. */
export function defineExplain(command: Command): void {
  command
    .argument('[path]', 'a kind of file, or a field of it: deployment.strategy.maxSurge')
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples(
        'oo explain',
        'oo explain deployment',
        'oo explain deployment.strategy.maxSurge',
        'oo explain definition -o json',
      ),
    )
    .action(async (path: string | undefined, _, self: Command) => {
      await (await import('./explain-actions.ts')).explain(path, self.optsWithGlobals());
    });
}
