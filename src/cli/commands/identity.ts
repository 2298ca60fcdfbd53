import type { Command } from 'commander';

import { examples } from './options.ts';

/** `oo su`. */
export function defineSu(command: Command): void {
  command
    .argument('<slug>', 'an account that is logged in to the environment')
    .addHelpText('after', examples('oo su ada', 'oo whoami --all          (who is logged in)'))
    .action(async (slug: string, _, self: Command) => {
      await (await import('./identity-actions.ts')).switchUser(slug, self.optsWithGlobals());
    });
}

/** `oo set-token`. */
export function defineSetToken(command: Command): void {
  command
    .argument('[token]', 'asked for, or read from standard input, when absent')
    .addHelpText(
      'after',
      examples('oo set-token < token.txt', 'oo -e prod set-token eyJhbGciOiJSUzI1NiJ9...  (stays in the history)'),
    )
    .action(async (token: string | undefined, _, self: Command) => {
      await (await import('./identity-actions.ts')).setToken(token, self.optsWithGlobals());
    });
}
