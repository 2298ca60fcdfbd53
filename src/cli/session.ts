import { type Client, createClient } from '../api/client.ts';
import { nearest } from '../domain/nearest.ts';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import type { Environment, State } from './state/state.ts';
import { loadState } from './state/state-file.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly env?: string | undefined;
  readonly appHost?: string | undefined;
  /** Of reads that take `--at`: as of that moment. */
  readonly at?: string | undefined;
}

/** Which server a command speaks to, and as whom. */
export interface Session {
  readonly environmentName: string;
  readonly environment: Environment;
  /** Absent when nobody is logged in. */
  readonly token: string | undefined;
  readonly client: Client;
}

/** The session of the selected environment, or of the one that `--env` names. */
export async function openSession(options: GlobalOptions): Promise<Session> {
  const { name, environment } = chosenEnvironment(await loadState(), options);
  const user = environment.users?.[environment.selectedUser ?? ''];
  const token = user?.tokensByAppHost[options.appHost ?? user.selectedAppHost];
  if (user !== undefined && token === undefined && options.appHost !== undefined) {
    throw new Failure(`${user.slug} is not logged in to the app "${options.appHost}"`, {
      exitCode: EXIT.unauthorized,
      next: [`oo --app-host ${options.appHost} login ${user.slug}`],
    });
  }
  return { environmentName: name, environment, token, client: createClient({ baseUrl: environment.url, token }) };
}

/** The selected environment, or the one that `--env` names. Throws a `Failure` when there is none. */
export function chosenEnvironment(state: State, { env }: GlobalOptions): { name: string; environment: Environment } {
  const name = env ?? state.selectedEnvironment;
  const environment = state.environments[name];
  if (environment !== undefined) return { name, environment };
  if (name === '') throw new Failure('no environment is selected', { next: ['oo env ls', 'oo env select <name>'] });
  throw noSuchEnvironment(state, name);
}

/** The failure for a name that no environment has, with the nearest one that exists. */
export function noSuchEnvironment(state: State, name: string): Failure {
  const guess = nearest(name, Object.keys(state.environments));
  return new Failure(`there is no environment "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    exitCode: EXIT.notFound,
    next: ['oo env ls', `oo env add ${name} <url>`],
  });
}
