import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { type Pack, pack } from 'tar-stream';

import { InvalidInput } from '../domain/problem.ts';
import { isFinished } from './checkouts.ts';
import { type Ignore, parseIgnore } from './ignore.ts';

/** Bytes of a container file or a list of what to ignore. */
const MAX_RECIPE = 1_048_576;

/** What to build from: a directory in the root of all checkouts, and the container file in it. */
export interface BuildSource {
  readonly root: string;
  readonly directory: string;
  /** Relative to the directory; `Dockerfile` when absent. */
  readonly containerFile?: string | undefined;
}

/**
 * The build context as the tar that an engine takes, with the container file as `Dockerfile` at its root. Links are packed
 * as links, so nothing outside of the directory gets in. Throws InvalidInput when a path leads out of the root or is not there.
 */
export async function openBuildContext(source: BuildSource): Promise<AsyncIterable<Uint8Array>> {
  const { root, directory, containerFile = 'Dockerfile' } = source;
  const at = await inside(root, directory);
  if (at === undefined || !isFinished(relative(await realpath(root), at))) {
    throw outside('contextPath', 'the dir of a checkout: oo post /source-svc/repo/checkout');
  }
  const recipe = await readInside(at, containerFile);
  if (recipe === undefined) throw outside('dockerfilePath', 'a file in contextPath, relative to it');
  const ignore = parseIgnore((await readInside(at, '.dockerignore'))?.toString() ?? '');
  const tar = pack();
  // What goes wrong on the way is thrown to whoever reads the tar.
  packAll(tar, at, ignore, recipe).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return tar as AsyncIterable<Uint8Array>;
}

function outside(field: string, hint: string): InvalidInput {
  return new InvalidInput([{ field, message: 'is not there, or leads out of where it has to be', hint }]);
}

/** The real path of what lies in the directory, links followed; undefined when it is not there or leads out. */
async function inside(directory: string, path: string): Promise<string | undefined> {
  const [base, real] = await Promise.all([realpath(directory).catch(absent), realpath(path).catch(absent)]);
  if (base === undefined || real === undefined) return undefined;
  const way = relative(base, real);
  return way === '' || way === '..' || way.startsWith(`..${sep}`) ? undefined : real;
}

/** A file of the checkout. A link to a device, or to a file of the machine, is none. */
async function readInside(directory: string, path: string): Promise<Buffer | undefined> {
  const file = await inside(directory, join(directory, path));
  if (file === undefined) return undefined;
  const { size, isFile } = await lstat(file).then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
  return isFile && size <= MAX_RECIPE ? readFile(file) : undefined;
}

/** What realpath says of paths that name nothing. */
const ABSENT: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'];

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && ABSENT.includes(error.code)) return undefined;
  throw error;
}

async function packAll(tar: Pack, root: string, ignore: Ignore, recipe: Uint8Array): Promise<void> {
  await add(tar, { name: 'Dockerfile', mode: 0o644 }, recipe);
  for await (const path of pathsIn(root)) {
    if (path === 'Dockerfile' || ignore(path)) continue;
    const stat = await lstat(join(root, path));
    const header = { name: path, mode: stat.mode & 0o777 };
    if (stat.isDirectory()) await add(tar, { ...header, type: 'directory' });
    else if (stat.isSymbolicLink()) {
      await add(tar, { ...header, type: 'symlink', linkname: await readlink(join(root, path)) });
    } else if (stat.isFile()) {
      await pipeline(createReadStream(join(root, path)), tar.entry({ ...header, size: stat.size }));
    }
  }
}

async function add(
  tar: Pack,
  header: Parameters<Pack['entry']>[0],
  content: Uint8Array = Buffer.alloc(0),
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tar.entry(header, Buffer.from(content), (error) => (error ? reject(error) : resolve()));
  });
}

/** Every path below, directories before what is in them. Links are not followed. */
async function* pathsIn(root: string, at = ''): AsyncGenerator<string> {
  const entries = await readdir(join(root, at), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    yield path;
    if (entry.isDirectory()) yield* pathsIn(root, path);
  }
}
