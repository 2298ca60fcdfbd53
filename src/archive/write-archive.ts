import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A file as it lies on the disk. */
export interface StoredFile {
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  /** It was there already, and nothing was written. */
  readonly adopted: boolean;
}

/**
 * Writes lines to a new file in a directory, gzipped, for its owner alone, and has it on the disk when it returns. A file of that
 * name comes to be whole or not at all; one that is there is left as it is. One process at a time: drafts have a name of their own.
 */
export async function writeArchive(directory: string, name: string, lines: AsyncIterable<string>): Promise<StoredFile> {
  const path = join(directory, name);
  if (await exists(path)) return { path, ...(await fingerprint(path)), adopted: true };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.draft`;
  // What a process left that died here.
  await rm(draft, { force: true });
  try {
    await writeGzipped(draft, lines);
    // Unlike a rename, a link replaces nothing.
    await link(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(directory);
  return { path, ...(await fingerprint(path)), adopted: false };
}

async function writeGzipped(path: string, lines: AsyncIterable<string>): Promise<void> {
  await pipeline(
    Readable.from(lines, { objectMode: true }),
    createGzip(),
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  );
  await using file = await open(path, 'r+');
  await file.sync();
}

/** The name of a new file is on the disk when its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

/** From the bytes as they lie there. */
async function fingerprint(path: string): Promise<Pick<StoredFile, 'sha256' | 'bytes'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
