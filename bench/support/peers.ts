import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = resolve(import.meta.dirname, '../peers');
const STAMP = join(FOLDER, 'node_modules/.bench-lock');

/** Installs the peers as their own lock says, unless that has been done. Throws with npm's words when it cannot. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const lock = createHash('sha256')
    .update(await readFile(join(FOLDER, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && (await readFile(STAMP, 'utf8')) === lock) return;
  say('installing the peers (npm ci in bench/peers)');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', args, { cwd: FOLDER });
  await writeFile(STAMP, lock);
}

/** A module of the peers' own packages. They are no dependency of the product, so their types are stated by the caller. */
export async function peerModule<Module>(name: string): Promise<Module> {
  const path = createRequire(join(FOLDER, 'package.json')).resolve(name);
  return (await import(pathToFileURL(path).href)) as Module;
}

/** `name version` of an installed peer. */
export async function peerVersion(name: string): Promise<string> {
  const text = await readFile(join(FOLDER, 'node_modules', name, 'package.json'), 'utf8');
  return `${name} ${(JSON.parse(text) as { version: string }).version}`;
}
