import { isSame } from '../same.ts';
import type { DeploymentSpec } from './events.ts';

/** One field that differs; `before` or `after` is absent where the field is. */
export interface FieldChange {
  /** `replicas`, `strategy.maxSurge`; a list counts as one value. */
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Every field that a save would change, in the order in which they are first met. */
export function fieldDiff(before: DeploymentSpec | undefined, after: DeploymentSpec): readonly FieldChange[] {
  return changesOf(before ?? {}, after, '');
}

function changesOf(before: object, after: object, at: string): readonly FieldChange[] {
  const [left, right] = [before, after] as readonly Readonly<Record<string, unknown>>[];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): readonly FieldChange[] => {
    const [old, present] = [left?.[key], right?.[key]];
    if (isSame(old, present)) return [];
    const field = at === '' ? key : `${at}.${key}`;
    if (isMap(old) && isMap(present)) return changesOf(old, present, field);
    return [
      { field, ...(old === undefined ? {} : { before: old }), ...(present === undefined ? {} : { after: present }) },
    ];
  });
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
