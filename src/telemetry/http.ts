import { within } from '../ambient.ts';
import { secondsSince, type Telemetry } from './telemetry.ts';

/** What of a request is told. */
export interface ObservedRequest {
  readonly method: string;
  readonly correlationId: string;
  /** As the caller sent it. */
  readonly traceparent: string | undefined;
}

/** `route`: its template, so that paths with ids in them are one. */
export interface Answered {
  readonly status: number;
  readonly route: string;
}

/** Runs the answer to a request; `answered` resolves when it is out, or its connection has gone. */
export type ObserveRequest = (request: ObservedRequest, answered: () => Promise<Answered>, run: () => void) => void;

/** Measures and traces requests; the lines of their work carry their correlation id. */
export function observeRequests({ metrics, tracing, log }: Telemetry): ObserveRequest {
  return ({ method, correlationId, traceparent }, answered, run) => {
    const attributes = { 'http.request.method': method, 'deploy_svc.correlation_id': correlationId };
    const begin = performance.now();
    metrics.add('http_requests_in_flight', {}, 1);
    const work = (): Promise<void> =>
      tracing.span(`HTTP ${method}`, { kind: 'server', attributes, parent: traceparent }, async (span) => {
        const ending = answered();
        run();
        const { status, route } = await ending;
        const seconds = secondsSince(begin);
        span.set({ 'http.response.status_code': status, 'http.route': route });
        metrics.add('http_requests_in_flight', {}, -1);
        metrics.observe('http_request_duration_seconds', { method, route }, seconds);
        metrics.count('http_requests_total', { method, route, status: String(status) });
        log.debug('request answered', { method, route, status, seconds });
      });
    within({ fields: { correlationId } }, work).catch((error: unknown) =>
      log.error('a request could not be observed', { error: String(error) }),
    );
  };
}
