import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const CLIENTS = join(import.meta.dirname, 'clients');
/** Out of the way of what checks the sources, and no part of the repository. */
const CACHE = join(ROOT, '.data/conformance-clients');

/** A version of the published client, by its alias in `clients/package.json`. */
export type ClientVersion = '0.9' | '0.3';

/** What a client exports: its APIs and its errors are classes. */
export type ClientModule = Readonly<Record<string, new (...args: unknown[]) => object>>;

/**
 * The published client of that version, installed as `clients/package-lock.json` says unless that has been done. Throws with
 * npm's words when it cannot be had: a suite that cannot run has not passed.
 */
export async function loadClient(version: ClientVersion): Promise<ClientModule> {
  const { folder, exports } = await packageOf(version);
  return (await import(pathToFileURL(join(folder, exports['.'].import)).href)) as ClientModule;
}

/** The version that an alias really is: `@1backend/client 0.9.18`. */
export async function clientName(version: ClientVersion): Promise<string> {
  const found = await packageOf(version);
  return `${found.name} ${found.version}`;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly exports: { readonly '.': { readonly import: string } };
}

async function packageOf(version: ClientVersion): Promise<Package & { readonly folder: string }> {
  const folder = join(await installedClients(), 'node_modules', `client-${version}`);
  return { ...(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Package), folder };
}

/** One folder for each lock; what it is renamed to is whole. Two at once do the work twice, and one of them wins. */
async function installedClients(): Promise<string> {
  const lock = await readFile(join(CLIENTS, 'package-lock.json'));
  const folder = join(CACHE, createHash('sha256').update(lock).digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(join(CACHE, 'installing-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) await cp(join(CLIENTS, name), join(fresh, name));
    await install(fresh);
    await rename(fresh, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

async function install(folder: string): Promise<void> {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm runs by whichever node comes first: that of the project's packages, as everywhere.
  const path = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  await run('npm', args, { cwd: folder, env: { ...process.env, PATH: path } }).catch((error: unknown) => {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`the conformance clients cannot be installed; is npm's registry reachable?\n${words}`, {
      cause: error,
    });
  });
}
