import { FILE_KINDS, type FileKind, type JsonSchema, shapeOf } from '../../api/contract/file-kinds.ts';
import { nearest } from '../../domain/nearest.ts';
import { GROUPS } from '../groups.ts';

export const KINDS = Object.keys(FILE_KINDS) as FileKind[];

/** A field of a kind of file; the kind itself where the path has one part. */
export interface Field {
  /** `deployment.strategy.maxSurge`. */
  readonly path: string;
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** A path that leads nowhere: from where on, and what was most likely meant. */
export interface Missing {
  /** The part of the path that exists, empty when not even the kind does. */
  readonly known: string;
  /** The part that does not. */
  readonly unknown: string;
  /** A whole path, where one is near. */
  readonly meant: string | undefined;
  /** What is there instead. */
  readonly choices: readonly string[];
}

/** The field of that path. Lists are passed through without a word: `deployment.targetRegions.zone`. */
export function findField(path: string): Field | Missing {
  const [first = '', ...rest] = path.replaceAll(/\[\w*\]/g, '').split('.');
  const kind = kindOf(first);
  if (kind === undefined) return { known: '', unknown: first, meant: nearestPath(KINDS, path), choices: KINDS };
  let field = rootOf(kind);
  for (const name of rest) {
    const next = fieldsOf(field).find((each) => each.name === name) ?? freeField(field, name);
    if (next === undefined) {
      const choices = fieldsOf(field).map((each) => each.name);
      const near = nearest(name, choices);
      const meant = near === undefined ? nearestPath([kind], path) : `${field.path}.${near}`;
      return { known: field.path, unknown: name, meant, choices };
    }
    field = next;
  }
  return field;
}

/** What may stand below the field, in a mapping or in each entry of a list. */
export function fieldsOf({ path, schema }: Field): readonly Field[] {
  const { properties = {}, required = [] } = contentOf(schema);
  return Object.entries(properties).map(([name, own]) => ({
    path: `${path}.${name}`,
    name,
    schema: own,
    required: required.includes(name),
  }));
}

/** The shape that matters of one that may also be null, or of a list of such. */
export function contentOf(schema: JsonSchema): JsonSchema {
  const { items } = presentOf(schema);
  return items === undefined ? presentOf(schema) : contentOf(items);
}

/** The shape beside null. */
export function presentOf(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
}

export function rootOf(kind: FileKind): Field {
  return { path: kind, name: kind, schema: shapeOf(kind), required: true };
}

/** `deployment`, in any of the names that its commands have. */
function kindOf(word: string): FileKind | undefined {
  const group = GROUPS.find(({ name, aliases }) => name === word || aliases.includes(word));
  return KINDS.find((kind) => kind === group?.name);
}

/** A key that the user chooses: the name of a variable, of a label. */
function freeField({ path, schema }: Field, name: string): Field | undefined {
  const free = contentOf(schema).additionalProperties;
  if (typeof free !== 'object' || free.$ref !== undefined || name === '') return undefined;
  return { path: `${path}.${name}`, name, schema: free, required: false };
}

/** The path that ends as this one does, or nearly. */
function nearestPath(kinds: readonly FileKind[], path: string): string | undefined {
  const paths = kinds.flatMap((kind) => pathsBelow(rootOf(kind)));
  const last = path.split('.').at(-1) ?? '';
  const names = [...new Set(paths.map((each) => each.split('.').at(-1) ?? ''))];
  const name = nearest(last, names);
  return paths.find((each) => each.endsWith(`.${name}`) || each === name);
}

function pathsBelow(field: Field): readonly string[] {
  return [field.path, ...fieldsOf(field).flatMap(pathsBelow)];
}
