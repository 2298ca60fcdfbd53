import type { Deadlines } from '../deadlines.ts';

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
export type TlsFiles =
  | { readonly directory: string }
  | { readonly ca: string; readonly cert: string; readonly key: string };

/** The host's key is checked as `ssh` itself does: by known hosts, never by trust on first use. */
export interface SshOptions {
  readonly identityFile?: string | undefined;
  readonly knownHostsFile?: string | undefined;
  /** The OpenSSH client; `ssh` on the PATH when absent. */
  readonly command?: string | undefined;
}

export const DEFAULT_MAX_IN_FLIGHT = 16;
