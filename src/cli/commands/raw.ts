import type { Command } from 'commander';

import { flagsText, RAW_EXAMPLES } from '../raw/examples.ts';
import { type RawCall } from '../raw/verb.ts';
import { examples } from './options.ts';

/** `oo get`, `post`, `put` and `delete`, for the help alone: raw calls are taken apart before any option is looked for. */
export function defineRaw(command: Command, method: RawCall['method']): void {
  command
    .usage('<path> [--key=value ...]')
    .argument('<path>', 'the path of the call; words are joined with /')
    .addHelpText('after', `\n${flagsText(method)}\n${examples(...RAW_EXAMPLES[method])}`);
}
