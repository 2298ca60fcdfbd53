import { lstat, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { SourceError } from './source-error.ts';

/** A checkout that nobody has asked for in this time is removed. */
const LIFE_MS = 24 * 3_600_000;
/** What a process that was killed has left is removed after this time: no fetch takes so long, and keys may be in it. */
const FETCH_MS = 3_600_000;
/** What the names of finished ones begin with. */
const FINISHED = 'repo-';

/** Where the checkouts of this account lie: they can be fetched again, so they are temporary files. */
export function checkoutsRoot(): string {
  return join(tmpdir(), `deploy-svc-checkouts-${userInfo().uid}`);
}

/** True for the name of a finished checkout: what is being fetched has keys beside it. */
export function isFinished(name: string): boolean {
  return name.startsWith(FINISHED);
}

/** The directory of a commit: its content never changes, so whoever works in it is never disturbed. */
export function directoryOf(root: string, url: string, commit: string): string {
  return join(root, `${FINISHED}${url.replace(/[^A-Za-z0-9.-]+/g, '_').slice(0, 120)}-${commit}`);
}

/** Makes the root, for this account alone, and removes what is old in it. Throws SourceError when others may write there. */
export async function tidyCheckouts(root: string, now: number): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(root);
  // Anybody may make a directory of that name among temporary files.
  if (uid !== userInfo().uid || (mode & 0o022) !== 0 || (mode & 0o170000) !== 0o040000) {
    throw new SourceError('failed', `${root} belongs to another account, or others may write to it: remove it`);
  }
  for (const name of await readdir(root)) {
    const path = join(root, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > (isFinished(name) ? LIFE_MS : FETCH_MS)) await rm(path, { recursive: true, force: true });
  }
}

/** True when it is there; it counts as used by that. */
export async function touchCheckout(directory: string, now: number): Promise<boolean> {
  try {
    await utimes(directory, now / 1000, now / 1000);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Puts a finished checkout into its place, unless somebody else was first: then theirs is as good. */
export async function settleCheckout(from: string, directory: string, now: number): Promise<void> {
  try {
    await rename(from, directory);
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST'].includes(String(error.code));
    if (!taken) throw error;
  }
  await touchCheckout(directory, now);
}
