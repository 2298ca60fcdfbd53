import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of all files in the directory; files that go meanwhile count nothing. */
export async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(gone([]));
  let bytes = 0;
  for (const entry of entries) {
    const path = join(directory, entry.name);
    bytes += entry.isDirectory() ? await sizeOf(path) : (await lstat(path).catch(gone({ size: 0 }))).size;
  }
  return bytes;
}

/** Looks at the directory's size until the signal aborts, and calls `onExceeded` once it has grown beyond the limit. */
export async function watchSize(
  directory: string,
  limit: number,
  {
    everyMs,
    signal,
    onExceeded,
  }: { readonly everyMs: number; readonly signal: AbortSignal; readonly onExceeded: () => void },
): Promise<void> {
  while (!signal.aborted) {
    if ((await sizeOf(directory)) > limit) return onExceeded();
    await sleep(everyMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

function gone<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
