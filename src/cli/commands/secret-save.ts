import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import type { SecretInput } from '../../api/contract/secret.ts';
import { openContext } from '../context.ts';
import { loadDocuments } from '../document/load.ts';
import { secretFile } from '../document/secret-file.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { ask } from '../prompt.ts';
import type { GlobalOptions } from '../session.ts';
import { processTerminal } from '../terminal.ts';
import { fetchSecrets, savable } from './secret-list.ts';

/** Saves one secret, or all of files and folders: all of them or none. Tells a person how many where there are several. */
export async function saveSecrets(nameOrPath: string, more: readonly string[], options: GlobalOptions): Promise<void> {
  const words = [nameOrPath, ...more];
  const [value] = more;
  const secrets = arePaths(words)
    ? (await loadDocuments(words, process.stdin, secretFile)).map((loaded) => loaded.value)
    : [{ id: nameOrPath, value: value ?? (await askValue(nameOrPath)) }];
  if (!arePaths(words) && more.length > 1) {
    throw new Failure(`which of ${more.length} values? one secret has one`, {
      exitCode: EXIT.usage,
      next: [`oo secret save ${nameOrPath} VALUE`, 'oo secret save FILE...'],
    });
  }
  const context = await openContext(options);
  const what = secrets.length === 1 ? `save secret ${secrets[0]?.id}` : `save ${secrets.length} secrets`;
  await context.call(what, 'saveSecrets', { body: { secrets } });
  const { stderr } = context.terminal;
  if (secrets.length > 1 && stderr.isTTY) stderr.write(`${secrets.length} secrets saved\n`);
}

/** Removes secrets. Names that do not exist are no error. Prints nothing. */
export async function removeSecrets(
  names: readonly string[],
  options: GlobalOptions & { readonly id?: readonly string[] },
): Promise<void> {
  const ids = [...names, ...(options.id ?? [])];
  if (ids.length === 0) {
    throw new Failure('which secrets? none was named', {
      exitCode: EXIT.usage,
      next: ['oo secret list', 'oo secret remove <name>'],
    });
  }
  const context = await openContext(options);
  await context.call(`remove ${ids.join(', ')}`, 'removeSecrets', { body: { ids } });
}

/** Saves what one environment has in another one. Prints nothing. */
export async function copySecrets(
  options: GlobalOptions & { readonly from: string; readonly to: string },
): Promise<void> {
  const from = await openContext({ ...options, env: options.from });
  const to = await openContext({ ...options, env: options.to });
  const secrets = (await fetchSecrets(from, undefined, false)).map((one) => savable(one) as unknown as SecretInput);
  if (secrets.length === 0) {
    throw new Failure(`${options.from} has no secrets that you may read`, {
      next: [`oo -e ${options.from} secret list`],
    });
  }
  await to.call(`save ${secrets.length} secrets`, 'saveSecrets', { body: { secrets } });
}

/** The value of a secret, not echoed on a terminal; elsewhere all of standard input but the line break at its end. */
export async function askValue(name: string): Promise<string> {
  const terminal = processTerminal();
  const value = terminal.stdin.isTTY
    ? await ask(terminal, `Value of ${name}: `, { secret: true })
    : (await text(terminal.stdin)).replace(/\r?\n$/, '');
  if (value !== '') return value;
  throw new Failure(`no value was given for ${name}`, { exitCode: EXIT.usage, next: [`oo secret save ${name} VALUE`] });
}

/** One word is a path also when it only exists. Of several each has to look like one, as the second may be a value. */
function arePaths(words: readonly string[]): boolean {
  const looks = words.every((word) => word === '-' || /[/\\]|\.(?:ya?ml|json)$/.test(word));
  const [first = ''] = words;
  if (words.length === 1) return looks || existsSync(first);
  return looks && (first === '-' || existsSync(first));
}
