import type { ActualServer } from './difference.ts';

/** `show map`: identifier, key, value. */
export function readMap(text: string): ReadonlyMap<string, readonly string[]> {
  const entries = new Map<string, string[]>();
  for (const line of lines(text)) {
    const [, key, value] = /^0x[0-9a-f]+ (\S+) ?(.*)$/.exec(line) ?? unreadable('show map', line);
    if (key !== undefined) entries.set(key, [...(entries.get(key) ?? []), value ?? '']);
  }
  return entries;
}

/** What `show stat` counts of a server. */
export interface ServerCounts {
  readonly requests: number;
  /** Connections that could not be made, since the server came. */
  readonly refused: number;
}

/** `show stat` of servers alone: a header, and a line for each. Servers of others are left out. */
export function readCounts(text: string, ours: (backend: string) => boolean): ReadonlyMap<string, ServerCounts> {
  const [head = '', ...rest] = lines(text);
  const columns = columnsOf('show stat', head.replace(/^# /, '').split(','), ['pxname', 'svname', 'scur', 'econ']);
  return new Map(
    rest
      .map((line) => line.split(','))
      .filter((row) => ours(row[columns.pxname] ?? ''))
      .map((row) => [
        `${row[columns.pxname]}/${row[columns.svname]}`,
        { requests: Number(row[columns.scur]), refused: Number(row[columns.econ]) },
      ]),
  );
}

/** `show servers state`: a version, a header, and a line for each server. */
export function readServers(
  text: string,
  ours: (backend: string) => boolean,
  counts: ReadonlyMap<string, ServerCounts>,
): ReadonlyMap<string, ActualServer> {
  const [version = '', head = '', ...rest] = lines(text);
  if (version !== '1') unreadable('show servers state', version);
  const columns = columnsOf('show servers state', head.replace(/^# /, '').split(' '), [
    'be_name',
    'srv_name',
    'srv_addr',
    'srv_port',
    'srv_uweight',
    'srv_admin_state',
  ]);
  return new Map(
    rest
      .map((line) => line.split(' '))
      .filter((row) => ours(row[columns.be_name] ?? ''))
      .map((row) => {
        const name = `${row[columns.be_name]}/${row[columns.srv_name]}`;
        const server: ActualServer = {
          address: row[columns.srv_addr] ?? '',
          port: Number(row[columns.srv_port]),
          weight: Number(row[columns.srv_uweight]),
          enabled: row[columns.srv_admin_state] === '0',
          requests: counts.get(name)?.requests ?? 0,
        };
        return [name, server];
      }),
  );
}

function columnsOf<Name extends string>(
  command: string,
  head: readonly string[],
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  const missing = names.filter((name) => !head.includes(name));
  if (missing.length > 0) unreadable(command, `no ${missing.join(', ')} in: ${head.join(' ')}`);
  return Object.fromEntries(names.map((name) => [name, head.indexOf(name)])) as Record<Name, number>;
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function unreadable(command: string, what: string): never {
  throw new Error(`HAProxy answers "${command}" with what is not understood: ${what.slice(0, 200)}`);
}
