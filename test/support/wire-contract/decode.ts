import { type Kind, type Model, MODELS } from './models.ts';

/** Whole numbers beyond these do not fit. */
const LIMITS = { int32: 2 ** 31, int64: Number.MAX_SAFE_INTEGER } as const;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Why the strict client would refuse the value: nothing when it reads it. Optional fields and lists may be null. */
export function refusals(value: unknown, kind: Kind, at = ''): readonly string[] {
  const wrong = (why: string): readonly string[] => [`${at || '/'}: ${why}`];
  if (typeof kind === 'object') return compound(value, kind, at);
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? [] : wrong('no text');
    case 'flag':
      return typeof value === 'boolean' ? [] : wrong('no boolean');
    case 'time':
      return typeof value === 'string' && RFC_3339.test(value) ? [] : wrong('no RFC 3339 time');
    case 'object':
      return isObject(value) ? [] : wrong('no object');
    case 'number':
      return typeof value === 'number' ? [] : wrong('no number');
    case 'int32':
    case 'int64':
      return Number.isInteger(value) && Math.abs(Number(value)) <= LIMITS[kind] ? [] : wrong(`no ${kind}`);
    default:
      return kind satisfies never;
  }
}

function compound(value: unknown, kind: Exclude<Kind, string>, at: string): readonly string[] {
  if ('model' in kind) return ofModel(value, kind.model, at);
  if ('oneOf' in kind) return kind.oneOf.includes(value as string) ? [] : [`${at}: ${String(value)} is no valid value`];
  if ('list' in kind) {
    if (!Array.isArray(value)) return [`${at}: no list`];
    if (kind.filled === true && value.length === 0) return [`${at}: empty`];
    return value.flatMap((item, index) => refusals(item, kind.list, `${at}/${index}`));
  }
  if (!isObject(value)) return [`${at}: no map`];
  return Object.entries(value).flatMap(([key, each]) => refusals(each, kind.map, `${at}/${key}`));
}

function ofModel(value: unknown, name: string, at: string): readonly string[] {
  const { tolerant = false, required, fields } = modelOf(name);
  if (!isObject(value)) return [`${at || '/'}: no object`];
  const missing = required.filter((key) => !Object.hasOwn(value, key)).map((key) => `${at}: no value given for ${key}`);
  const known = Object.entries(value).flatMap(([key, each]) => {
    const kind = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (kind === undefined) return tolerant ? [] : [`${at}: unknown field "${key}"`];
    return each === null && (!required.includes(key) || isList(kind)) ? [] : refusals(each, kind, `${at}/${key}`);
  });
  return [...missing, ...known];
}

/** Throws for a name that is none: a model that nobody wrote down would check nothing. */
export function modelOf(name: string): Model {
  const model = MODELS[name];
  if (model === undefined) throw new Error(`there is no model ${name}`);
  return model;
}

function isList(kind: Kind): boolean {
  return typeof kind === 'object' && 'list' in kind;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
