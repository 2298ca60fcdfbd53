/** What is wrong with a value, and the nearest valid form. */
export interface Wrong {
  readonly wrong: string;
  readonly hint?: string | undefined;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export type Fields = Readonly<Record<string, unknown>>;

export function wrong(message: string, hint?: string): Wrong {
  return { wrong: message, hint };
}

export function isWrong(value: unknown): value is Wrong {
  return isObject(value) && typeof value['wrong'] === 'string';
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a message shows it: as JSON, cut at 40 characters. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Text that PostgreSQL can store: without NUL, well-formed. */
export function textOf(given: unknown): string | Wrong {
  if (typeof given !== 'string') {
    const scalar = typeof given === 'number' || typeof given === 'boolean';
    return wrong(`must be a text, not ${shown(given)}`, scalar ? `quote it: "${given}"` : undefined);
  }
  const storable = given.isWellFormed() && !given.includes('\0');
  return storable ? given : wrong('holds a character that no text may hold (NUL or half of a surrogate pair)');
}

export function integerOf(given: unknown, bounds: Bounds): number | Wrong {
  if (typeof given === 'number' && Number.isInteger(given)) return within(given, bounds);
  const quoted = typeof given === 'string' && /^-?\d+$/.test(given.trim());
  return wrong(`must be a whole number, not ${shown(given)}`, quoted ? `write it without quotes: ${given}` : undefined);
}

/** A number that need not be whole. */
export function numberOf(given: unknown, bounds: Bounds): number | Wrong {
  if (typeof given === 'number' && Number.isFinite(given)) return within(given, bounds);
  const quoted = typeof given === 'string' && /^-?\d+(\.\d+)?$/.test(given.trim());
  return wrong(`must be a number, not ${shown(given)}`, quoted ? `write it without quotes: ${given}` : undefined);
}

function within(given: number, { min, max }: Bounds): number | Wrong {
  if (given >= min && given <= max) return given;
  return wrong(`must be from ${min} to ${max}, not ${given}`, `nearest: ${given < min ? min : max}`);
}

export function listOf(given: unknown): { readonly items: readonly unknown[] } | Wrong {
  return Array.isArray(given) ? { items: given } : wrong(`must be a list, not ${shown(given)}`);
}

export function mapOf(given: unknown): { readonly entries: readonly [string, unknown][] } | Wrong {
  return isObject(given) ? { entries: Object.entries(given) } : wrong(`must be a map of texts, not ${shown(given)}`);
}
