import { InvalidInput } from '../../domain/problem.ts';
import { Refusal } from '../../services/refusal.ts';
import { JSON_LIMITS } from './limits.ts';

interface Place {
  readonly value: object;
  readonly field: string;
  readonly depth: number;
}

/**
 * Throws InvalidInput for what is nested too deep or has too long a list, Refusal 413 for too many values in all. The depth of
 * what is judged here must not become the depth of a stack: places that are left to look at are kept in a list.
 */
export function limitJson(value: unknown): void {
  const left: Place[] = isContainer(value) ? [{ value, field: '', depth: 1 }] : [];
  let values = 1;
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value: container, field, depth } = place;
    const entries = Object.entries(container);
    values += entries.length;
    refuse(place, entries.length, values);
    for (const [key, part] of entries) {
      if (!isContainer(part)) continue;
      left.push({ value: part, field: field === '' ? key : `${field}.${key}`, depth: depth + 1 });
    }
  }
}

function refuse({ value, field, depth }: Place, length: number, values: number): void {
  if (depth > JSON_LIMITS.depth) {
    throw new InvalidInput([{ field: '', message: `is nested more than ${JSON_LIMITS.depth} levels deep` }]);
  }
  if (length > JSON_LIMITS.length) {
    const what = Array.isArray(value) ? 'elements' : 'keys';
    throw new InvalidInput([{ field, message: `has ${length} ${what}; at most ${JSON_LIMITS.length} are taken` }]);
  }
  if (values > JSON_LIMITS.values) {
    throw new Refusal(413, `the body has more than ${JSON_LIMITS.values} values`);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
