import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { Failure } from '../failure.ts';
import { isObject } from '../json.ts';
import { replaceFile } from '../../replace-file.ts';
import { type Environment, INITIAL_STATE, type State, type User } from './state.ts';

/** Where the state is kept: `~/.1backend/cliConfig.yaml`. */
export function stateFile(): string {
  return join(homedir(), '.1backend', 'cliConfig.yaml');
}

/** The state, or the initial one when there is no file yet. Throws a `Failure` when the file cannot be understood. */
export async function loadState(file = stateFile()): Promise<State> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Failure(`cannot read ${file}: ${error.message}`, { cause: error });
  });
  if (text === undefined) return INITIAL_STATE;
  const { parse } = await import('yaml');
  try {
    return toState(parse(text));
  } catch (error) {
    throw new Failure(`cannot understand ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
      next: ['mend the file, or move it away and start again with: oo env add <name> <url>'],
    });
  }
}

/** Replaces the file in one step, so that a crash leaves either state whole. Only its owner may read it: it holds tokens. */
export async function saveState(state: State, file = stateFile()): Promise<void> {
  const { stringify } = await import('yaml');
  await replaceFile(file, stringify(state));
}

function toState(value: unknown): State {
  if (!isObject(value)) throw new Error('it is not a YAML mapping');
  const environments = entries(value['environments'], 'environments').map(([name, environment]) => [
    name,
    toEnvironment(name, environment),
  ]);
  return {
    selectedEnvironment: text(value['selectedEnvironment']) ?? '',
    environments: Object.fromEntries(environments) as State['environments'],
  };
}

function toEnvironment(name: string, value: unknown): Environment {
  const fields = isObject(value) ? value : {};
  const url = text(fields['url']);
  if (url === undefined) throw new Error(`environments.${name} has no url`);
  const users = entries(fields['users'], `environments.${name}.users`).map(([slug, user]) => [
    slug,
    toUser(slug, user),
  ]);
  const optional = { description: text(fields['description']), selectedUser: text(fields['selectedUser']) };
  return {
    url,
    shortName: text(fields['shortName']) ?? name,
    ...(optional.description ? { description: optional.description } : {}),
    ...(optional.selectedUser ? { selectedUser: optional.selectedUser } : {}),
    ...(users.length > 0 ? { users: Object.fromEntries(users) as Record<string, User> } : {}),
  };
}

function toUser(slug: string, value: unknown): User {
  const fields = isObject(value) ? value : {};
  const tokens = entries(fields['tokensByAppHost'], `users.${slug}.tokensByAppHost`);
  return {
    slug: text(fields['slug']) ?? slug,
    selectedAppHost: text(fields['selectedAppHost']) ?? '',
    tokensByAppHost: Object.fromEntries(tokens.map(([host, token]) => [host, text(token) ?? ''])),
  };
}

function entries(value: unknown, where: string): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw new Error(`${where} is not a mapping`);
  return Object.entries(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
