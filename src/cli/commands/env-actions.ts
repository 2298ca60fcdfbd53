import { connect } from 'node:net';

import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { environmentKind, type ListedEnvironment } from '../kinds/environment.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { chosenEnvironment, type GlobalOptions, noSuchEnvironment } from '../session.ts';
import { withEnvironment, withoutEnvironment } from '../state/state.ts';
import { loadState, saveState } from '../state/state-file.ts';
import { processTerminal } from '../terminal.ts';
import { renderTable } from '../text/table.ts';

const DIAL_TIMEOUT = 2000;

/** Adds an environment or changes it, and selects it. */
export async function addEnvironment(name: string, url: string, description: string | undefined): Promise<void> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Failure(`"${url}" is not the URL of a server`, {
      exitCode: EXIT.usage,
      next: [`oo env add ${name} http://127.0.0.1:11337`],
    });
  }
  await saveState(withEnvironment(await loadState(), name, url, description));
}

/** Forgets an environment. */
export async function removeEnvironment(name: string): Promise<void> {
  const state = await loadState();
  if (state.environments[name] === undefined) throw noSuchEnvironment(state, name);
  await saveState(withoutEnvironment(state, name));
}

/** Makes an environment the one that commands use. */
export async function selectEnvironment(name: string): Promise<void> {
  const state = await loadState();
  if (state.environments[name] === undefined) throw noSuchEnvironment(state, name);
  await saveState({ ...state, selectedEnvironment: name });
}

/** Prints all environments by name, and whether a connection to each can be made. */
export async function listEnvironments(options: ListingOptions): Promise<void> {
  const place = { terminal: processTerminal() };
  await runList(place, options, { kind: environmentKind, fetch: readEnvironments });
}

async function readEnvironments(): Promise<readonly ListedEnvironment[]> {
  const { selectedEnvironment, environments } = await loadState();
  const named = Object.entries(environments).toSorted(([a], [b]) => a.localeCompare(b));
  return Promise.all(
    named.map(async ([name, { url, description = '' }]) => ({
      name,
      selected: name === selectedEnvironment,
      url,
      description,
      reachable: await isReachable(url),
    })),
  );
}

/** Prints the selected environment. */
export async function currentEnvironment(options: GlobalOptions): Promise<void> {
  const { environment } = chosenEnvironment(await loadState(), options);
  const row = ['*', environment.shortName, environment.url, environment.description ?? ''];
  const header = ['SELECTED', 'USERS', 'URL', 'DESCRIPTION'];
  process.stdout.write(renderTable(header, [row], { closedRows: true }));
}

/** Whether something accepts connections there. */
async function isReachable(url: string): Promise<boolean> {
  if (!URL.canParse(url)) return false;
  const { hostname, port, protocol } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    timeout: DIAL_TIMEOUT,
  });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  socket.once('timeout', () => resolve(false));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
