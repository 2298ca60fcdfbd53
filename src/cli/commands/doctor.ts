import { type Command, Option } from 'commander';

import { FORMATS } from '../output.ts';
import { examples } from './options.ts';

/** `oo doctor`. */
export function defineDoctor(command: Command): void {
  command
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(FORMATS).default('table'))
    .addHelpText(
      'after',
      `${examples('oo doctor', 'oo -e prod doctor', 'oo doctor -o json | jq \'.checks[] | select(.status == "fail")\'')}\n\nExit codes: 0 nothing fails (a warning is no failure), 1 something does`,
    )
    .action(async (_, self: Command) => {
      await (await import('../doctor/run.ts')).runDoctor(self.optsWithGlobals());
    });
}
