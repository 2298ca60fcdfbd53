import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { ask } from '../prompt.ts';
import type { GlobalOptions } from '../session.ts';
import { DEFAULT_APP_HOST, withToken } from '../state/state.ts';
import { loadState, saveState } from '../state/state-file.ts';

/** Logs in or registers, and keeps the token for the environment. */
export async function enter(
  operation: 'login' | 'register',
  slug: string | undefined,
  password: string | undefined,
  options: GlobalOptions & { readonly contactId?: string; readonly contactPlatform?: string },
): Promise<void> {
  const context = await openContext({ env: options.env });
  const name = slug ?? (await ask(context.terminal, 'Slug: ', { secret: false }));
  const secret = password ?? (await ask(context.terminal, 'Password: ', { secret: true }));
  if (name === '' || secret === '') {
    throw new Failure(`a ${name === '' ? 'slug' : 'password'} is needed`, {
      exitCode: EXIT.usage,
      next: [`oo ${operation} <slug> <password>`],
    });
  }
  const appHost = options.appHost ?? DEFAULT_APP_HOST;
  const what = `${operation === 'login' ? 'log in' : 'register'} "${name}" at ${context.environment.url}`;
  const { contactId: id, contactPlatform: platform } = options;
  const contact = id === undefined ? {} : { contact: { id, ...(platform === undefined ? {} : { platform }) } };
  const body = { appHost, device: 'cli', password: secret, slug: name, ...contact };
  const answer = await context.call(what, operation, { body });
  const login = { slug: name, appHost: answer.body.token.app?.host ?? appHost, token: answer.body.token.token };
  await saveState(withToken(await loadState(), context.environmentName, login));
}
