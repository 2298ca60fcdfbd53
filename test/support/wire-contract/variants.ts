import { modelOf } from './decode.ts';
import type { Kind } from './models.ts';

/** Every copy of the value in which one object below has been changed. */
export function variants(
  value: unknown,
  kind: Kind,
  change: (object: object, model: string) => readonly object[],
): readonly unknown[] {
  if (typeof kind !== 'object' || value === null) return [];
  const below = (key: string, each: unknown, inner: Kind): readonly unknown[] =>
    variants(each, inner, change).map((other) =>
      Array.isArray(value) ? value.with(Number(key), other) : { ...(value as object), [key]: other },
    );
  if ('list' in kind) return (value as unknown[]).flatMap((each, at) => below(String(at), each, kind.list));
  if ('map' in kind) return Object.entries(value as object).flatMap(([key, each]) => below(key, each, kind.map));
  if (!('model' in kind)) return [];
  const { fields } = modelOf(kind.model);
  const own = change(value as object, kind.model);
  return [
    ...own,
    ...Object.entries(value as object).flatMap(([key, each]) =>
      fields[key] === undefined ? [] : below(key, each, fields[key]),
    ),
  ];
}

/** A field too many. */
export const unknownField = (object: object, model: string): readonly object[] =>
  modelOf(model).tolerant === true ? [] : [{ ...object, extra: 1 }];
/** Each required field too few. */
export const withoutRequired = (object: object, model: string): readonly object[] =>
  modelOf(model).required.map((key) => Object.fromEntries(Object.entries(object).filter(([each]) => each !== key)));
/** In each field a fraction, which only measurements may be. */
export const fraction = (object: object, model: string): readonly object[] =>
  Object.keys(object).flatMap((key) =>
    [undefined, 'number'].includes(modelOf(model).fields[key] as string | undefined) ? [] : [{ ...object, [key]: 1.5 }],
  );
