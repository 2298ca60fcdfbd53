import type { Command } from 'commander';

import { examples } from './options.ts';

/** `oo login`. */
export function defineLogin(command: Command): void {
  command
    .argument('[slug]', 'the account; asked for when absent')
    .argument('[password]', 'asked for, or read from standard input, when absent')
    .addHelpText('after', examples('oo login 1backend', 'oo login 1backend < password.txt', 'oo -e prod login ada'))
    .action(async (slug: string | undefined, password: string | undefined, _, self: Command) => {
      await (await import('./login-actions.ts')).enter('login', slug, password, self.optsWithGlobals());
    });
}

/** `oo register`. */
export function defineRegister(command: Command): void {
  command
    .argument('[slug]', 'the name of the new account; asked for when absent')
    .argument('[password]', 'asked for, or read from standard input, when absent')
    .option('-i, --contact-id <id>', 'how to reach the account; it can log in with it as well')
    .option('-p, --contact-platform <platform>', 'what kind of contact that is: email, phone')
    .addHelpText('after', examples('oo register ada', 'oo register ada -i ada@shop.example -p email'))
    .action(async (slug: string | undefined, password: string | undefined, _, self: Command) => {
      await (await import('./login-actions.ts')).enter('register', slug, password, self.optsWithGlobals());
    });
}
