import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { nearest } from '../../domain/nearest.ts';
import type { Json } from '../json.ts';
import { conform } from './conform.ts';
import { type Entity, ENTITIES } from './entities.ts';
import { type Loaded, placeProblem } from './load.ts';
import { mergedMeta, type Meta, metaOf, type Transport, withoutMeta } from './meta.ts';
import { parseText } from './parse.ts';
import { type FileProblem, invalidFiles } from './problem.ts';
import { readSources, type Source } from './sources.ts';
import { entryOf, type Tree } from './tree.ts';

const FOLDER_META = ['_meta.yaml', '_meta.yml'];

/** An object of a file that knows where it goes. */
export interface Savable extends Loaded<Json> {
  /** Undefined: it goes where its transport says. */
  readonly entity: { readonly name: string; readonly save: Entity['save'] } | undefined;
  readonly transport: Transport;
}

/**
 * Every object in the files and folders, with what its `_meta` and the `_meta.yaml` of the folders above it say of it. In the
 * order in which they are saved. Throws one `Failure` with all that is wrong in all of them.
 */
export async function loadSavables(
  paths: readonly string[],
  stdin: AsyncIterable<Buffer | string>,
): Promise<readonly Savable[]> {
  const { sources, problems: unreadable } = await readSources(paths, stdin);
  const problems: FileProblem[] = [...unreadable];
  const metas = await folderMetas(sources, problems);
  const objects = sources.filter((source) => !isFolderMeta(source));
  const savables = objects.flatMap((source) => savablesOf(source, metas, problems));
  if (problems.length === 0 && objects.length === 0) {
    problems.push({ file: paths.join(', '), field: '', message: 'holds nothing but _meta' });
  }
  if (problems.length > 0) throw invalidFiles(problems);
  const names = [...ENTITIES.keys()];
  const rank = ({ entity }: Savable): number => (entity === undefined ? names.length : names.indexOf(entity.name));
  return savables.toSorted((a, b) => rank(a) - rank(b));
}

function isFolderMeta({ name }: Source): boolean {
  return FOLDER_META.includes(basename(name));
}

/** Folder -> what its `_meta.yaml` says. Also of the folders of files that were named one by one, and of those above them. */
async function folderMetas(sources: readonly Source[], problems: FileProblem[]): Promise<ReadonlyMap<string, Meta>> {
  const files = sources.filter((source) => !isFolderMeta(source)).map(({ name }) => name);
  const folders = new Set(files.filter((name) => name !== '<stdin>').flatMap(foldersAbove));
  const paths = [...folders].flatMap((folder) =>
    FOLDER_META.map((name) => join(folder, name))
      .filter((path) => existsSync(path))
      .slice(0, 1),
  );
  const read = await readSources(paths, noInput());
  problems.push(...read.problems);
  return new Map(
    read.sources.map(({ name, text }): [string, Meta] => {
      const { trees, problems: syntax } = parseText(text);
      problems.push(...syntax.map(({ at, message }) => notYaml(name, at, message)));
      const [tree] = trees;
      return [dirname(name), tree === undefined ? {} : metaOf(name, tree, '', problems)];
    }),
  );
}

/** The nearest first. Relative paths end where they begin. */
function foldersAbove(file: string): string[] {
  const folders = [dirname(file)];
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) folders.push(dirname(folder));
  return folders;
}

function savablesOf(source: Source, metas: ReadonlyMap<string, Meta>, problems: FileProblem[]): Savable[] {
  const { name: file, text } = source;
  const parsed = parseText(text);
  if (parsed.problems.length > 0) {
    problems.push(...parsed.problems.map(({ at, message }) => notYaml(file, at, message)));
    return [];
  }
  const trees = parsed.trees.flatMap((tree) => (tree.kind === 'list' ? tree.items : [tree]));
  if (trees.length === 0) problems.push({ file, field: '', message: 'is empty' });
  const above = file === '<stdin>' ? [] : foldersAbove(file).flatMap((folder) => metas.get(folder) ?? []);
  return trees.flatMap((tree) => savableOf(file, tree, above, problems));
}

function savableOf(file: string, tree: Tree, above: readonly Meta[], problems: FileProblem[]): Savable[] {
  const { content, meta } = withoutMeta(tree);
  const count = problems.length;
  const own = meta === undefined ? {} : metaOf(file, meta, '_meta', problems);
  if (problems.length > count) return [];
  const { entity: name, transport } = mergedMeta([own, ...above]);
  if (transport?.endpoint !== undefined) {
    const { value } = conform(content, {});
    return [{ file, tree: content, value, entity: undefined, transport }];
  }
  const entity = name === undefined ? undefined : ENTITIES.get(name);
  if (name === undefined || entity === undefined) {
    problems.push({ file, at: entryOf(tree, '_meta')?.keyAt ?? tree.at, ...unknownEntity(name) });
    return [];
  }
  const { value, misfits } = conform(entity.kind.normalise(content), entity.kind.schema);
  const loaded: Loaded<Json> = { file, tree: content, value };
  problems.push(
    ...misfits.map((misfit) => ({ file, ...misfit })),
    ...entity.kind.judge(value).problems.map((problem) => placeProblem(loaded, problem)),
  );
  return [{ ...loaded, entity: { name, save: entity.save }, transport: {} }];
}

function unknownEntity(name: string | undefined): { field: string; message: string; hint: string } {
  const names = [...ENTITIES.keys()];
  if (name === undefined) {
    const hint = `_meta: {entity: user-svc:permit}, here or in a _meta.yaml of the folder (there without the key _meta); known: ${names.join(', ')}`;
    return { field: '_meta', message: 'does not say what it is', hint };
  }
  const guess = nearest(name, names);
  const hint = guess === undefined ? `known: ${names.join(', ')}; or say transport.endpoint` : `did you mean ${guess}?`;
  return { field: '_meta.entity', message: `${JSON.stringify(name)} is not known`, hint };
}

function notYaml(file: string, at: FileProblem['at'], message: string): FileProblem {
  return { file, ...(at === undefined ? {} : { at }), field: '', message: `not valid YAML: ${message}` };
}

async function* noInput(): AsyncGenerator<string> {}
