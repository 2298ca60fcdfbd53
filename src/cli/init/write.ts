import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** Writes new files into a folder, which is made: all of them or none. What is there already is never touched. */
export async function writeNew(folder: string, texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(texts)) {
      const path = join(folder, name);
      await using file = await open(path, 'wx');
      written.push(path);
      await file.writeFile(text);
    }
    return written;
  } catch (error) {
    await Promise.all(written.map((path) => rm(path)));
    throw failureOf(error as NodeJS.ErrnoException, folder);
  }
}

function failureOf(error: NodeJS.ErrnoException, folder: string): Error {
  const path = error.path ?? folder;
  switch (error.code) {
    case 'EEXIST':
      return new Failure(`${path} exists already; nothing was written`, {
        exitCode: EXIT.conflict,
        next: ['oo init ANOTHER-FOLDER'],
      });
    case 'ENOTDIR':
      return new Failure(`${path} is no folder; nothing was written`, { exitCode: EXIT.usage });
    case 'EACCES':
    case 'EROFS':
      return new Failure(`you may not write to ${path}; nothing was written`, { next: [`ls -ld ${folder}`] });
    default:
      return error;
  }
}
