import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Account } from './account.ts';

const SHARED_DATA = '/var/lib/deploy-svc';

/**
 * The folder that stands for `folder`: itself, or one under /var/lib/deploy-svc when the server's own user may not
 * pass through its parents (as in root's home, which is closed to others on every distribution).
 */
export async function reachableFolder(
  folder: string,
  account: Account | undefined,
  logger?: { info(message: string): unknown },
): Promise<string> {
  if (await isReachable(dirname(folder), account)) return folder;
  const other = join(SHARED_DATA, createHash('sha256').update(folder).digest('hex').slice(0, 12));
  logger?.info(`the user postgres may not enter ${dirname(folder)}: the database is kept in ${other}`);
  return other;
}

/** True when `account` may pass through `path` and all its parents; a path that is still to be created counts as its parent. */
export async function isReachable(path: string, account: Account | undefined): Promise<boolean> {
  if (!account) return true;
  for (let at = await deepestExisting(path); ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function deepestExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (path === dirname(path)) throw error;
    return deepestExisting(dirname(path));
  }
}
