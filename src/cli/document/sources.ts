import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';

import type { FileProblem } from './problem.ts';

const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

/** A text and what to call it in messages. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** What could be read, and what could not. */
export interface Sources {
  readonly sources: readonly Source[];
  readonly problems: readonly FileProblem[];
}

/**
 * Reads files, `-` for standard input, and directories with all .yaml, .yml and .json files below them, by name.
 */
export async function readSources(paths: readonly string[], stdin: AsyncIterable<Buffer | string>): Promise<Sources> {
  const sources: Source[] = [];
  const problems: FileProblem[] = [];
  for (const path of paths) {
    try {
      if (path === '-') sources.push({ name: '<stdin>', text: await readAll(stdin as NodeJS.ReadableStream) });
      else sources.push(...(await readPath(path)));
    } catch (error) {
      problems.push({ file: path, field: '', ...whyUnreadable(error as NodeJS.ErrnoException) });
    }
  }
  return { sources, problems };
}

async function readPath(path: string): Promise<Source[]> {
  if (!(await stat(path)).isDirectory()) return [{ name: path, text: await readFile(path, 'utf8') }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const named = entries.filter((entry) => EXTENSIONS.has(extname(entry.name)));
  const kept = await Promise.all(named.map(async (entry) => ((await isFile(entry)) ? [entry] : [])));
  const files = kept
    .flat()
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  if (files.length === 0) throw new Error('holds no .yaml, .yml or .json file');
  return Promise.all(files.map(async (name) => ({ name, text: await readFile(name, 'utf8') })));
}

/** Files, and links to them: mounted configuration consists of links. */
async function isFile(entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return (await stat(join(entry.parentPath, entry.name))).isFile();
}

function whyUnreadable(error: NodeJS.ErrnoException): { message: string; hint?: string } {
  if (error.code === 'ENOENT') return { message: 'no such file or directory' };
  if (error.code === 'EACCES') return { message: 'you may not read it', hint: 'see its permissions with: ls -l' };
  return { message: error.message };
}
