import type { IncomingMessage } from 'node:http';

import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Handled } from './handle.ts';
import type { AccessLog } from './settings.ts';

export interface Tellers {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'count' | 'observe'>;
  readonly accessLog: AccessLog;
}

/** Tells what became of a request: to the measurements, and to the log as far as that is wanted. `ms`: how long it took. */
export function tell(
  { log, metrics, accessLog }: Tellers,
  request: IncomingMessage,
  requestId: string,
  ms: number,
  handled: Handled,
): void {
  const { status, deploymentId = '', revision, retries } = handled;
  const labels = { deployment: deploymentId, revision: revision === undefined ? '' : String(revision) };
  metrics.count('gateway_requests_total', { ...labels, status: `${Math.floor(status / 100)}xx` });
  metrics.observe('gateway_request_duration_seconds', { deployment: deploymentId }, ms / 1_000);
  if (retries > 0) metrics.count('gateway_retries_total', { deployment: deploymentId }, retries);
  const bad = status >= 500;
  if (accessLog === 'none' || (accessLog === 'errors' && !bad)) return;
  const { method, headers, url, socket } = request;
  // The query may hold what must not be in a log.
  const path = (url ?? '').split('?')[0];
  const line = {
    requestId,
    method,
    host: headers.host,
    path,
    from: socket.remoteAddress,
    ms: Math.round(ms),
    ...handled,
  };
  if (bad) log.warn('request', line);
  else log.info('request', line);
}
