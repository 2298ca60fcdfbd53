import { decodeJwt } from 'jose';

import { createClient } from '../../api/client.ts';
import { nearest } from '../../domain/nearest.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { ask } from '../prompt.ts';
import type { GlobalOptions } from '../session.ts';
import { chosenEnvironment } from '../session.ts';
import { withSelectedUser, withToken } from '../state/state.ts';
import { loadState, saveState } from '../state/state-file.ts';

/** Makes an account that is logged in already the one that commands act as. Prints nothing. */
export async function switchUser(slug: string, options: GlobalOptions): Promise<void> {
  const state = await loadState();
  const { name, environment } = chosenEnvironment(state, options);
  const users = Object.keys(environment.users ?? {});
  if (!users.includes(slug)) {
    const guess = nearest(slug, users);
    throw new Failure(
      `"${slug}" is not logged in to "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`}`,
      {
        exitCode: EXIT.unauthorized,
        next: [`oo login ${slug}`, 'oo whoami --all'],
      },
    );
  }
  await saveState(withSelectedUser(state, name, slug));
}

/** Keeps a token that somebody else was given, after asking the server whose it is. Prints nothing. */
export async function setToken(given: string | undefined, options: GlobalOptions): Promise<void> {
  const context = await openContext({ env: options.env });
  const asked = given ?? (await ask(context.terminal, 'Token: ', { secret: true }));
  const token = asked.trim().replace(/^Bearer\s+/i, '');
  if (token === '') throw new Failure('a token is needed', { exitCode: EXIT.usage, next: ['oo set-token <token>'] });
  const client = createClient({ baseUrl: context.environment.url, token });
  const { body } = await client.call('refreshToken', {}).catch((error: unknown) => {
    throw context.failure(error, `set the token at ${context.environment.url}`);
  });
  const slug = decodeJwt(body.token.token)['1sl'];
  if (typeof slug !== 'string') throw new Failure('the server does not say whose token it is');
  await saveState(withToken(await loadState(), context.environmentName, { slug, appHost: body.token.app.host, token }));
}
