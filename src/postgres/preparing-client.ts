import pg from 'pg';

/** Statements that get a name, at most: a text that is made anew each time must not fill the server's memory. */
const MOST_NAMES = 300;

const names = new Map<string, string>();

/**
 * A connection that has the server parse and plan each statement with parameters once, not at every use. Most of ours
 * touch a row or two, and planning cost more than running.
 */
export class PreparingClient extends pg.Client {
  // The driver's method has a dozen signatures; the one that is changed is the one that the query builder calls.
  override query = ((...args: readonly unknown[]): unknown => {
    const [text, values] = args;
    const send = super.query.bind(this) as (...given: readonly unknown[]) => unknown;
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return send(...args);
    const name = nameOf(text);
    return name === undefined ? send(...args) : send({ name, text, values }, ...args.slice(2));
  }) as pg.Client['query'];
}

/** The name of a statement, the same on every connection; undefined when there are too many. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_NAMES) return known;
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}
