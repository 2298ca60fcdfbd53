/** How to reach an engine and how long to wait for it. */
export interface DockerOptions {
  /** Files for `tcp://`. A directory holds `ca.pem`, `cert.pem` and `key.pem`, as `DOCKER_CERT_PATH` does. */
  readonly tls?: TlsFiles | undefined;
  /** `tcp://` without TLS gives root on the host to whoever reaches the port, so it has to be asked for. */
  readonly insecureTcp?: boolean | undefined;
  readonly ssh?: SshOptions | undefined;
  readonly deadlines?: Partial<Deadlines> | undefined;
  /** Calls to this engine in flight at once. Streams (logs, events, pulls, builds) and heartbeats are not counted. */
  readonly maxInFlight?: number | undefined;
}

/** Paths of PEM files. */
export type TlsFiles = { readonly directory: string } | { readonly ca: string; readonly cert: string; readonly key: string };

/** The host's key is checked as `ssh` itself does: by known hosts, never by trust on first use. */
export interface SshOptions {
  readonly identityFile?: string | undefined;
  readonly knownHostsFile?: string | undefined;
  /** The OpenSSH client; `ssh` on the PATH when absent. */
  readonly command?: string | undefined;
}

/** All in milliseconds. */
export interface Deadlines {
  /** Reads: info, list, inspect, and the opening of a stream. */
  readonly read: number;
  /** Changes: create, start, remove, and stop on top of its grace. A loaded engine takes seconds for them. */
  readonly change: number;
  /** For a free place among the calls in flight. */
  readonly queue: number;
  /** A pull without any progress. */
  readonly pullIdle: number;
  /** A build without any output: a single silent step may take minutes. */
  readonly buildIdle: number;
}

export const DEFAULT_DEADLINES: Deadlines = {
  read: 10_000,
  change: 30_000,
  queue: 60_000,
  pullIdle: 60_000,
  buildIdle: 300_000,
};

export const DEFAULT_MAX_IN_FLIGHT = 16;
