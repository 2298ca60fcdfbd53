import { createClient } from '../../api/client.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { type Format, printValue } from '../output.ts';
import { chosenEnvironment, type GlobalOptions } from '../session.ts';
import type { Environment } from '../state/state.ts';
import { loadState } from '../state/state-file.ts';
import { processTerminal, wantsColor } from '../terminal.ts';
import { version } from '../version.ts';
import { checkAccount, checkDefaults } from './account.ts';
import type { Check, CheckStatus } from './check.ts';
import { checkFleet } from './fleet.ts';
import { checkEngine, checkNode, checkStateFile } from './here.ts';
import { checkServer } from './server.ts';

/** Looks at everything from here to the nodes, prints what it finds, and how to mend it. Exit code 1 when something fails. */
export async function runDoctor(options: GlobalOptions & { readonly output: Format }): Promise<void> {
  const checks = await examine(options);
  const terminal = processTerminal();
  const ok = checks.every(({ status }) => status !== 'fail');
  if (options.output !== 'table') await printValue(terminal, options.output, { ok, checks });
  else terminal.stdout.write(textOf(checks, wantsColor(process.env, terminal.stdout)));
  process.exitCode = ok ? EXIT.ok : EXIT.failure;
}

async function examine(options: GlobalOptions): Promise<readonly Check[]> {
  const here = [checkNode(process.version), await checkStateFile(), await checkEngine(process.env)];
  const chosen = await environmentOf(options);
  if (chosen instanceof Failure) {
    const { message, next } = chosen;
    return [...here, { name: 'environment', status: 'fail', found: message, mend: next.join('; ') }];
  }
  const { name, environment } = chosen;
  const url = environment.url.replace(/\/+$/, '');
  const { checks, answers } = await checkServer(url, version());
  const before = [...here, environmentCheck(name, url), ...checks];
  if (!answers) return [...before, { name: 'the rest', status: 'skip', found: 'needs the server' }];
  return [...before, ...(await withServer(environment, options))];
}

async function withServer(environment: Environment, { appHost }: GlobalOptions): Promise<readonly Check[]> {
  const slug = environment.selectedUser ?? '';
  const user = environment.users?.[slug];
  const token = user?.tokensByAppHost[appHost ?? user.selectedAppHost];
  const anybody = createClient({ baseUrl: environment.url });
  if (token === undefined) {
    const nobody: Check = { name: 'token', status: 'fail', found: 'nobody is logged in', mend: 'oo login <slug>' };
    const unseen: Check = { name: 'the rest', status: 'skip', found: 'needs a login' };
    return [nobody, unseen];
  }
  const client = createClient({ baseUrl: environment.url, token });
  const account = await checkAccount(client, token, slug);
  if (account.some(({ status }) => status === 'fail')) return account;
  return [...account, ...(await checkFleet(client)), ...(await checkDefaults(client, anybody))];
}

async function environmentOf(options: GlobalOptions): Promise<ReturnType<typeof chosenEnvironment> | Failure> {
  try {
    return chosenEnvironment(await loadState(), options);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function environmentCheck(name: string, url: string): Check {
  const { protocol, hostname } = new URL(url);
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol === 'https:' || local) return { name: 'environment', status: 'ok', found: `${name}, ${url}` };
  const found = `${name}, ${url}: passwords and tokens go over the network in the clear`;
  return { name: 'environment', status: 'warn', found, mend: `oo env add ${name} https://${hostname}` };
}

const COLORS: Readonly<Record<CheckStatus, number>> = { ok: 32, warn: 33, fail: 31, skip: 90 };

/** A line for each check, and below those that are not well how to mend them. */
function textOf(checks: readonly Check[], color: boolean): string {
  const width = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const painted = (status: CheckStatus): string => {
    const word = status.padEnd(6);
    return color ? `\u001b[${COLORS[status]}m${word}\u001b[0m` : word;
  };
  const lines = checks.flatMap(({ name, status, found, mend }) => [
    `${painted(status)}${name.padEnd(width)}${found}`,
    ...(mend === undefined ? [] : [`${' '.repeat(6 + width)}mend: ${mend}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
