import { request } from 'node:http';

import { abortReason } from '../../abort-reason.ts';

/** The status of a GET, within the time; undefined: no answer in time. Throws what the connection fails with, and the signal's reason. */
export async function getStatus(
  { host, port, path }: { readonly host: string; readonly port: number; readonly path: string },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    return await new Promise<number>((resolve, reject) => {
      // A connection of its own each time: what is asked is also whether new ones are accepted.
      const headers = { 'User-Agent': 'deploy-svc-probe', Connection: 'close' };
      const options = { host, port, path, headers, agent: false, signal: AbortSignal.any([signal, limit]) };
      const asking = request(options, (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      asking.on('error', reject);
      asking.end();
    });
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (limit.aborted) return undefined;
    throw error;
  }
}
