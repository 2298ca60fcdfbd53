/** One request as the log of HAProxy has it. */
export interface ToldRequest {
  /** `backend/server`. */
  readonly server: string;
  readonly failed: boolean;
  readonly ms: number;
}

/**
 * A line `status response-time whole-time termination backend/server`. Undefined where it counts for no replica: the caller left, no
 * connection was made (HAProxy counts each attempt at one by itself), or it went elsewhere.
 */
export function readLine(line: string): ToldRequest | undefined {
  const [, status, response, whole, end, server] =
    /^(-?\d+) \+?(-?\d+) \+?(-?\d+) (\S\S) (\S+)$/.exec(line.trim()) ?? [];
  if (status === undefined || end === undefined || server === undefined) return undefined;
  if (/^[cC]/.test(end) || end === 'SC' || server.endsWith('/<NOSRV>')) return undefined;
  const code = Number(status);
  // An upgraded connection was answered when it was upgraded.
  const ms = Number(code === 101 ? response : whole);
  return { server, failed: code < 100 || code >= 500, ms: Math.max(0, ms) };
}
