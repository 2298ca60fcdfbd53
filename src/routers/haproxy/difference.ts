import type { HaproxyServer, HaproxyState } from './desired.ts';

/** A server as HAProxy tells it. */
export interface ActualServer extends HaproxyServer {
  /** It gets requests, as far as its weight goes. */
  readonly enabled: boolean;
  /** Requests under way. */
  readonly requests: number;
}

/** What HAProxy has. A key of a map may be there several times. */
export interface ActualState {
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly deployments: ReadonlyMap<string, readonly string[]>;
  readonly servers: ReadonlyMap<string, ActualServer>;
}

export interface Difference {
  /** In their order. Without any, what is wanted is in force. */
  readonly needed: readonly string[];
  /** Servers that are out of service and idle; HAProxy may refuse while a connection is kept open. */
  readonly tidying: readonly string[];
}

/** Files of the maps, by which HAProxy names them. */
export interface MapFiles {
  readonly addresses: string;
  readonly deployments: string;
}

/**
 * The commands that lead from what is to what is wanted: servers come before what sends requests to them, and go after it.
 */
export function difference(actual: ActualState, wanted: HaproxyState, files: MapFiles): Difference {
  const surplus = [...actual.servers].filter(([name]) => !wanted.servers.has(name));
  return {
    needed: [
      ...[...wanted.servers].flatMap(([name, server]) => serverCommands(name, server, actual.servers.get(name))),
      ...mapCommands(files.deployments, actual.deployments, wanted.deployments),
      ...mapCommands(files.addresses, actual.addresses, wanted.addresses),
      ...surplus.filter(([, { enabled }]) => enabled).map(([name]) => `set server ${name} state maint`),
    ],
    tidying: surplus.filter(([, { requests }]) => requests === 0).map(([name]) => `del server ${name}`),
  };
}

function serverCommands(name: string, wanted: HaproxyServer, actual: ActualServer | undefined): readonly string[] {
  const { address, port, weight } = wanted;
  if (actual === undefined) {
    return [`add server ${name} ${endpoint(wanted)} weight ${weight}`, `set server ${name} state ready`];
  }
  return [
    ...(actual.address === address && actual.port === port ? [] : [`set server ${name} addr ${address} port ${port}`]),
    ...(actual.weight === weight ? [] : [`set weight ${name} ${weight}`]),
    ...(actual.enabled ? [] : [`set server ${name} state ready`]),
  ];
}

/** As a server line has it. */
export function endpoint({ address, port }: Pick<HaproxyServer, 'address' | 'port'>): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function mapCommands(
  file: string,
  actual: ReadonlyMap<string, readonly string[]>,
  wanted: ReadonlyMap<string, string>,
): readonly string[] {
  const put = [...wanted].flatMap(([key, value]) => {
    const present = actual.get(key) ?? [];
    if (present.length === 1 && present[0] === value) return [];
    const pair = `${file} ${escaped(key)} ${escaped(value)}`;
    if (present.length === 0) return [`add map ${pair}`];
    if (present.length === 1) return [`set map ${pair}`];
    return [`del map ${file} ${escaped(key)}`, `add map ${pair}`];
  });
  const gone = [...actual.keys()].filter((key) => !wanted.has(key));
  return [...put, ...gone.map((key) => `del map ${file} ${escaped(key)}`)];
}

/** Commands are separated by semicolons, words by blanks. */
function escaped(text: string): string {
  return text.replace(/[\\; ]/g, String.raw`\$&`);
}
