import { InvalidInput } from '../domain/problem.ts';

/** The one thing that a body is about. Throws InvalidInput when it is missing. */
export function partOf(body: unknown, field: string): unknown {
  const part =
    typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>)[field] : undefined;
  if (part !== undefined && part !== null) return part;
  throw new InvalidInput([{ field, message: 'is missing', hint: `the body is {"${field}": {...}}` }]);
}
