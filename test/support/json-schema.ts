/** A JSON Schema of draft 2020-12. */
export type Schema = boolean | SchemaObject;
export type SchemaObject = Readonly<Record<string, unknown>>;

/** Which parts of a value a schema has spoken of, for `unevaluatedProperties`. */
interface Verdict {
  readonly problems: readonly string[];
  readonly seen: ReadonlySet<string>;
}

/** A schema with an id of its own, in which fragments are looked up. */
interface Resource {
  readonly id: string;
  readonly root: Schema;
  readonly anchors: ReadonlyMap<string, Schema>;
  readonly dynamic: ReadonlyMap<string, Schema>;
}

interface Place {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly resource: Resource;
  /** From the outermost on. */
  readonly path: readonly Resource[];
  readonly at: string;
}

/** Not judged here: what is only said, and formats, which are annotations in this draft. */
const ANNOTATIONS: ReadonlySet<string> = new Set(
  '$schema $id $anchor $dynamicAnchor $vocabulary $comment $defs definitions title description default examples deprecated readOnly format'.split(
    ' ',
  ),
);

const NOTHING: ReadonlySet<string> = new Set();

/**
 * What is wrong with values by a schema: nothing when they are valid. `others`: documents that it may refer to; `within`: the one
 * that it is a part of. Throws for a keyword or a reference that it does not know, so that nothing is taken for checked that is not.
 */
export function validatorOf(
  schema: Schema,
  { others = [], within }: { readonly others?: readonly SchemaObject[]; readonly within?: SchemaObject } = {},
): (value: unknown) => readonly string[] {
  const resources = new Map<string, Resource>();
  const root = within ?? (typeof schema === 'object' ? schema : {});
  for (const document of [...others, root]) index(document, '', resources);
  const resource = resources.get(typeof root['$id'] === 'string' ? root['$id'] : '');
  if (resource === undefined) throw new Error('a schema has no place of its own');
  return (value) => judge(schema, value, { resources, resource, path: [resource], at: '' }).problems;
}

function index(document: SchemaObject, base: string, resources: Map<string, Resource>): void {
  const id = '$id' in document ? resolve(String(document['$id']), base) : base;
  const anchors = new Map<string, Schema>();
  const dynamic = new Map<string, Schema>();
  resources.set(id, { id, root: document, anchors, dynamic });
  const walk = (part: unknown, top: boolean): void => {
    if (Array.isArray(part)) return part.forEach((each) => walk(each, false));
    if (!isObject(part)) return;
    if (!top && typeof part['$id'] === 'string') return index(part, id, resources);
    if (typeof part['$anchor'] === 'string') anchors.set(part['$anchor'], part);
    if (typeof part['$dynamicAnchor'] === 'string') dynamic.set(part['$dynamicAnchor'], part);
    for (const [key, value] of Object.entries(part)) {
      if (!['enum', 'const', 'default', 'examples'].includes(key)) walk(value, false);
    }
  };
  walk(document, true);
}

function judge(schema: Schema, value: unknown, place: Place): Verdict {
  if (typeof schema === 'boolean')
    return { problems: schema ? [] : [`${place.at || '/'} is not allowed`], seen: NOTHING };
  const problems: string[] = [];
  const seen = new Set<string>();
  const merge = (verdict: Verdict): void => {
    problems.push(...verdict.problems);
    for (const key of verdict.seen) seen.add(key);
  };
  for (const [keyword, given] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword) || keyword.startsWith('x-') || keyword.startsWith('unevaluated')) continue;
    // Judged with `if`.
    if (keyword === 'then' || keyword === 'else') continue;
    const rule = KEYWORDS[keyword];
    if (rule === undefined) throw new Error(`the keyword ${keyword} is not known here`);
    merge(rule(given, value, place, schema));
  }
  if ('unevaluatedProperties' in schema && isObject(value)) {
    for (const key of Object.keys(value).filter((each) => !seen.has(each))) {
      merge(judge(schema['unevaluatedProperties'] as Schema, value[key], inside(place, key)));
      seen.add(key);
    }
  }
  return { problems, seen: problems.length === 0 ? seen : NOTHING };
}

type Rule = (given: unknown, value: unknown, place: Place, schema: SchemaObject) => Verdict;

/** A rule for values of one kind; others pass. */
function when<T>(is: (value: unknown) => value is T, holds: (value: T, given: never) => boolean, name: string): Rule {
  return (given, value, { at }) => {
    const good = !is(value) || holds(value, given as never);
    return { problems: good ? [] : [`${at || '/'}: ${name} ${JSON.stringify(given)}`], seen: NOTHING };
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isAnything = (_value: unknown): _value is unknown => true;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const lengthOf = (text: string): number => Array.from(text).length;

const KEYWORDS: Readonly<Record<string, Rule>> = {
  type: when(
    isAnything,
    (value, given: string | string[]) => [given].flat().some((type) => hasType(value, type)),
    'type',
  ),
  enum: when(isAnything, (value, given: unknown[]) => given.some((each) => same(each, value)), 'enum'),
  const: when(isAnything, (value, given: unknown) => same(value, given), 'const'),
  minimum: when(isNumber, (value, given: number) => value >= given, 'minimum'),
  maximum: when(isNumber, (value, given: number) => value <= given, 'maximum'),
  exclusiveMinimum: when(isNumber, (value, given: number) => value > given, 'exclusiveMinimum'),
  minLength: when(isText, (value, given: number) => lengthOf(value) >= given, 'minLength'),
  maxLength: when(isText, (value, given: number) => lengthOf(value) <= given, 'maxLength'),
  pattern: when(isText, (value, given: string) => new RegExp(given, 'u').test(value), 'pattern'),
  minItems: when(isList, (value, given: number) => value.length >= given, 'minItems'),
  maxItems: when(isList, (value, given: number) => value.length <= given, 'maxItems'),
  uniqueItems: when(
    isList,
    (value, given: boolean) =>
      !given || value.every((one, at) => value.slice(at + 1).every((other) => !same(one, other))),
    'uniqueItems',
  ),
  required: when(isObject, (value, given: string[]) => given.every((key) => Object.hasOwn(value, key)), 'required'),
  minProperties: when(isObject, (value, given: number) => Object.keys(value).length >= given, 'minProperties'),
  maxProperties: when(isObject, (value, given: number) => Object.keys(value).length <= given, 'maxProperties'),
  properties: (given, value, place) =>
    eachKey(value, (key) => (Object.hasOwn(given as SchemaObject, key) ? [(given as Fields)[key]] : []), place),
  patternProperties: (given, value, place) =>
    eachKey(
      value,
      (key) =>
        Object.entries(given as Fields).flatMap(([pattern, each]) =>
          new RegExp(pattern, 'u').test(key) ? [each] : [],
        ),
      place,
    ),
  additionalProperties: (given, value, place, { properties = {}, patternProperties = {} }) =>
    eachKey(
      value,
      (key) => {
        const named = Object.hasOwn(properties as SchemaObject, key);
        const matched = Object.keys(patternProperties as SchemaObject).some((each) => new RegExp(each, 'u').test(key));
        return named || matched ? [] : [given as Schema];
      },
      place,
    ),
  propertyNames: (given, value, place) => ({
    problems: isObject(value) ? Object.keys(value).flatMap((key) => judge(given as Schema, key, place).problems) : [],
    seen: NOTHING,
  }),
  items: (given, value, place) => ({
    problems: isList(value)
      ? value.flatMap((item, at) => judge(given as Schema, item, inside(place, String(at))).problems)
      : [],
    seen: NOTHING,
  }),
  allOf: (given, value, place) => all((given as Schema[]).map((each) => judge(each, value, place))),
  anyOf: (given, value, place) => some(given as Schema[], value, place, (count) => count > 0),
  oneOf: (given, value, place) => some(given as Schema[], value, place, (count) => count === 1),
  not: (given, value, place) => ({
    problems: judge(given as Schema, value, place).problems.length > 0 ? [] : [`${place.at || '/'}: not`],
    seen: NOTHING,
  }),
  if: (given, value, place, { then = true, else: otherwise = true }) => {
    const condition = judge(given as Schema, value, place);
    const holds = condition.problems.length === 0;
    const rest = judge((holds ? then : otherwise) as Schema, value, place);
    return holds ? all([condition, rest]) : rest;
  },
  dependentSchemas: (given, value, place) =>
    all(
      Object.entries(given as Fields).flatMap(([key, each]) =>
        isObject(value) && Object.hasOwn(value, key) ? [judge(each, value, place)] : [],
      ),
    ),
  $ref: (given, value, place) => follow(String(given), value, place, false),
  $dynamicRef: (given, value, place) => follow(String(given), value, place, true),
};

type Fields = Readonly<Record<string, Schema>>;

function eachKey(value: unknown, schemasOf: (key: string) => readonly (Schema | undefined)[], place: Place): Verdict {
  if (!isObject(value)) return { problems: [], seen: NOTHING };
  const judged = Object.keys(value).flatMap((key) =>
    schemasOf(key).map((schema) => ({ key, ...judge(schema ?? true, value[key], inside(place, key)) })),
  );
  return { problems: judged.flatMap(({ problems }) => problems), seen: new Set(judged.map(({ key }) => key)) };
}

function all(verdicts: readonly Verdict[]): Verdict {
  return {
    problems: verdicts.flatMap(({ problems }) => problems),
    seen: new Set(verdicts.flatMap(({ seen }) => [...seen])),
  };
}

function some(schemas: readonly Schema[], value: unknown, place: Place, enough: (count: number) => boolean): Verdict {
  const verdicts = schemas.map((each) => judge(each, value, place));
  const good = verdicts.filter(({ problems }) => problems.length === 0);
  if (enough(good.length)) return all(good);
  const why = verdicts.flatMap(({ problems }) => problems).join(' | ');
  return { problems: [`${place.at || '/'}: ${good.length} of ${schemas.length} fit: ${why}`], seen: NOTHING };
}

function follow(reference: string, value: unknown, place: Place, dynamic: boolean): Verdict {
  const [uri = '', fragment = ''] = resolve(reference, place.resource.id).split('#');
  const resource = place.resources.get(uri);
  if (resource === undefined) throw new Error(`${reference} leads nowhere from ${place.resource.id}`);
  const target = targetOf(resource, fragment);
  if (target === undefined) throw new Error(`${reference} leads nowhere in ${resource.id}`);
  const path = [...place.path, resource];
  if (dynamic && resource.dynamic.has(fragment)) {
    const outer = path.find((each) => each.dynamic.has(fragment)) ?? resource;
    return judge(outer.dynamic.get(fragment) ?? true, value, { ...place, resource: outer, path });
  }
  return judge(target, value, { ...place, resource, path });
}

function targetOf({ root, anchors, dynamic }: Resource, fragment: string): Schema | undefined {
  if (fragment === '') return root;
  if (!fragment.startsWith('/')) return anchors.get(fragment) ?? dynamic.get(fragment);
  const keys = fragment.slice(1).split('/');
  return keys.reduce<unknown>((part, key) => {
    const name = decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~');
    return isList(part) ? part[Number(name)] : isObject(part) ? part[name] : undefined;
  }, root) as Schema | undefined;
}

function resolve(reference: string, base: string): string {
  return base === '' || /^[a-z]+:/.test(reference) ? reference.replace(/#$/, '') : new URL(reference, base).href;
}

function inside(place: Place, key: string): Place {
  return { ...place, at: `${place.at}/${key}` };
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return isList(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (isList(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
