import type { Problem } from '../../domain/problem.ts';
import { isObject, type Json } from '../json.ts';
import { conform, type Misfit } from './conform.ts';
import { parseText } from './parse.ts';
import { type FileProblem, invalidFiles } from './problem.ts';
import type { Schema } from './schema.ts';
import { readSources, type Source } from './sources.ts';
import { entryOf, locate, type Tree } from './tree.ts';

/** One valid object of a file, with its tree to find its fields again. */
export interface Loaded<T> {
  readonly file: string;
  readonly tree: Tree;
  readonly value: T;
}

/** How a kind of document is read. */
export interface DocumentKind<T> {
  readonly schema: Schema;
  /** Brings other spellings of it into the one of the schema. */
  readonly normalise: (tree: Tree) => Tree;
  /** What the domain says of it. */
  readonly judge: (value: Json) => Judged<T>;
  /** Two objects of one id are two things: the id alone does not tell them apart. */
  readonly repeatsIds?: true;
}

/** A value, which is a T when there are no problems. */
export interface Judged<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

/**
 * Every object in the files, directories and standard input (`-`). Throws one `Failure` with all that is wrong in all
 * of them, so that nothing is sent unless everything is right.
 */
export async function loadDocuments<T>(
  paths: readonly string[],
  stdin: AsyncIterable<Buffer | string>,
  kind: DocumentKind<T>,
): Promise<readonly Loaded<T>[]> {
  const { sources, problems: unreadable } = await readSources(paths, stdin);
  const read = sources.map((source) => loadSource(source, kind));
  const loaded = read.flatMap((one) => one.loaded);
  const problems = [
    ...unreadable,
    ...read.flatMap((one) => one.problems),
    ...(kind.repeatsIds === true ? [] : repeated(read.flatMap((one) => one.objects))),
  ];
  if (problems.length > 0) throw invalidFiles(problems);
  return loaded;
}

/** The problem, reported against a value, at the place in its file that it speaks of. */
export function placeProblem(loaded: Loaded<unknown>, problem: Problem): FileProblem {
  return { ...problem, file: loaded.file, at: locate(loaded.tree, problem.field) };
}

interface LoadedSource<T> {
  /** Those without problems. */
  readonly loaded: readonly Loaded<T>[];
  readonly objects: readonly Loaded<T>[];
  readonly problems: readonly FileProblem[];
}

function loadSource<T>({ name: file, text }: Source, kind: DocumentKind<T>): LoadedSource<T> {
  const parsed = parseText(text);
  const objects = parsed.trees.flatMap((tree) => (tree.kind === 'list' ? tree.items : [tree])).map(kind.normalise);
  const conformed = objects.map((tree) => ({ tree, ...conform(tree, kind.schema) }));
  const misfits = conformed.flatMap((one) => one.misfits);
  const syntax = parsed.problems.map(({ at, message }) => ({
    file,
    at,
    field: '',
    message: `not valid YAML: ${message}`,
  }));
  if (syntax.length > 0) {
    // What was understood of a broken text is not worth more words, except where its indentation explains why it is broken.
    const explaining = misfits.filter(({ misindented }) => misindented === true);
    return { loaded: [], objects: [], problems: [...syntax, ...explaining.map((misfit) => toProblem(file, misfit))] };
  }
  if (objects.length === 0) return { loaded: [], objects: [], problems: [{ file, field: '', message: 'is empty' }] };
  const read = conformed.map(({ tree, value, misfits: own }) => {
    const judged = kind.judge(value);
    const loaded: Loaded<T> = { file, tree, value: judged.value };
    const found = judged.problems.map((problem) => placeProblem(loaded, problem));
    return { loaded, problems: [...own.map((misfit) => toProblem(file, misfit)), ...found] };
  });
  return {
    loaded: read.filter(({ problems }) => problems.length === 0).map(({ loaded }) => loaded),
    objects: read.map(({ loaded }) => loaded),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function toProblem(file: string, { at, field, message, hint }: Misfit): FileProblem {
  return { file, at, field, message, ...(hint === undefined ? {} : { hint }) };
}

/** Of two objects with one id the second would silently win. */
function repeated(loaded: readonly Loaded<unknown>[]): FileProblem[] {
  const first = new Map<string, Loaded<unknown>>();
  return loaded.flatMap((one) => {
    const id = isObject(one.value) ? one.value['id'] : undefined;
    if (typeof id !== 'string') return [];
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, one);
      return [];
    }
    const { line, column } = locate(before.tree, 'id');
    const at = entryOf(one.tree, 'id')?.value.at ?? one.tree.at;
    return [{ file: one.file, at, field: 'id', message: `"${id}" is also the id in ${before.file}:${line}:${column}` }];
  });
}
