import { shown, type Input } from '../input.ts';

/** A field that is true or false. */
export function flagOf(input: Input, field: string): boolean | undefined {
  const raw = input.raw(field);
  if (raw === undefined || typeof raw === 'boolean') return raw;
  const quoted = raw === 'true' || raw === 'false';
  input.problem(
    field,
    `must be true or false, not ${shown(raw)}`,
    quoted ? `write it without quotes: ${raw}` : undefined,
  );
  return undefined;
}
