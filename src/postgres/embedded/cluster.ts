import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

const run = promisify(execFile);

export type Cluster = {
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly logger?: { info(message: string): unknown } | undefined;
};

/** PostgreSQL's own data directory within the data folder. */
export function clusterOf(dataDir: string): string {
  return join(dataDir, 'cluster');
}

/** The superuser's URL. Other users of this machine can reach the port; the file with the password is what keeps them out. */
export async function serverUrl(dataDir: string, port: number): Promise<string> {
  const password = (await readFile(join(clusterOf(dataDir), 'superuser-password'), 'utf8')).trim();
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

/** Runs initdb unless the cluster is there. It appears whole or not at all, also when killed in between or run twice at once. */
export async function initialise(cluster: Cluster): Promise<void> {
  const { dataDir, account, logger } = cluster;
  const target = clusterOf(dataDir);
  if (await exists(join(target, 'PG_VERSION'))) return;
  logger?.info(`creating a PostgreSQL database in ${dataDir}`);
  const suffix = `${process.pid}-${randomBytes(3).toString('hex')}`;
  const partial = `${target}.${suffix}`;
  const passwordFile = join(dataDir, `password.${suffix}`);
  try {
    await mkdir(partial, { mode: 0o700 });
    await writeFile(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
    if (account) await Promise.all([partial, passwordFile].map((path) => chown(path, account.uid, account.gid)));
    await initdb(cluster, partial, passwordFile);
    await rename(passwordFile, join(partial, 'superuser-password'));
    await rename(partial, target);
  } catch (error) {
    if (!(await exists(join(target, 'PG_VERSION')))) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

async function initdb({ binaries, account }: Cluster, folder: string, passwordFile: string): Promise<void> {
  const options = [
    `--pgdata=${folder}`,
    `--pwfile=${passwordFile}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    // The built-in collation sorts alike everywhere, whatever locales the machine has.
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ];
  try {
    await run(binaries.initdb, options, { ...account, cwd: folder, env: serverEnvironment() });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new Error(`initdb failed in ${folder}: ${said === '' ? String(cause) : said}`, { cause });
  }
}

/** The caller's environment may carry PG* variables and locales that this server must not see. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
