import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { checkpoint } from '../../domain/audit/checkpoint.ts';
import type { Db } from '../../postgres/database.ts';
import { readCheckpoints } from '../../store/audit.ts';

const PAGE = 1_000;
/** A line has some 350 bytes. */
const TAIL_BYTES = 4_096;

/** Adds the checkpoints that the file lacks, a line of JSON for each, and has them on the disk when it returns. */
export async function appendToFile(db: Db, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await using file = await open(path, 'a+', 0o644);
  for (;;) {
    const missing = await readCheckpoints(db, await lastPosition(file, path), PAGE);
    if (missing.length === 0) return;
    await file.appendFile(missing.map((each) => `${JSON.stringify(each)}\n`).join(''));
    await file.sync();
  }
}

/** The position of the file's last line, 0 for an empty file. Throws when that line is no checkpoint: nobody writes after what he cannot read. */
async function lastPosition(file: FileHandle, path: string): Promise<number> {
  const { size } = await file.stat();
  if (size === 0) return 0;
  const length = Math.min(size, TAIL_BYTES);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  const line = buffer.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
  const parsed = checkpoint.safeParse(parseJson(line));
  if (parsed.success) return parsed.data.position;
  throw new Error(
    `the last line of ${path} is no checkpoint: move the file away, and a new one is written from the first on`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
