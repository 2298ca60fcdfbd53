import { AsyncLocalStorage } from 'node:async_hooks';

/** What the work at hand belongs to: which request, which job, which replica. */
export interface Ambient {
  /** Stand on every line that is logged meanwhile. */
  readonly fields: Readonly<Record<string, string | number>>;
  /** The span that is open; the tracer's own. */
  readonly span?: unknown;
}

const storage = new AsyncLocalStorage<Ambient>();
const NOTHING: Ambient = { fields: {} };

/** Of the work that calls. */
export function ambient(): Ambient {
  return storage.getStore() ?? NOTHING;
}

/** Runs work that belongs to more than its caller does: the fields are added to those that hold already. */
export function within<Result>({ fields, ...more }: Partial<Ambient>, run: () => Result): Result {
  const outer = ambient();
  return storage.run({ ...outer, ...more, fields: { ...outer.fields, ...fields } }, run);
}
