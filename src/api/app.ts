import express, { type Express } from 'express';
import helmet from 'helmet';

import { NotFound } from '../domain/problem.ts';
import type { Handlers } from '../services/handler.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import type { StreamPorts } from '../services/all.ts';
import type { EventStore } from '../store/event-store.ts';
import { errorHandler } from './answer.ts';
import { cloudEventPage, cloudEventsOf } from './cloud-events.ts';
import { addressOf, type Method, type OperationName } from './contract/operations.ts';
import { ROUTES } from './contract/routes.ts';
import { dispatch } from './dispatch.ts';
import { eventStream } from './event-stream.ts';
import { withCorrelation, withCors } from './headers.ts';
import { type ObserveRequest, withObservation, withRoute } from './observed.ts';
import { isScraped, withScraper } from './scraper.ts';
import { type Checks, healthHandlers } from './health.ts';
import { logStream } from './log-stream.ts';
import { admission } from './limits/admission.ts';
import { readBody } from './limits/body.ts';
import { DEFAULT_LIMITS, type Limits } from './limits/limits.ts';
import { limitUrl } from './limits/url.ts';
import type { RequestLog } from './log.ts';
import { referenceRoutes } from './reference/serve.ts';

export interface AppDeps {
  /** Of every route but those of its own health. */
  readonly handlers: Omit<Handlers, 'healthz' | 'readyz'>;
  readonly authenticator: Authenticator;
  /** Output of containers, and commands in them. */
  readonly streams: StreamPorts;
  /** What the event stream follows. */
  readonly store: EventStore;
  /** Who says what the events tell, as CloudEvents name it. */
  readonly installationId: string;
  /** Of `/readyz`, by name. */
  readonly checks: Checks;
  readonly log: RequestLog;
  /** Whoever shows the token of monitoring systems; asked only where such a caller may be let through. */
  readonly scraper?: Authenticator | undefined;
  /** Measures and traces every request. */
  readonly observe?: ObserveRequest | undefined;
  /** Aborts when the server closes: streams end. */
  readonly closing: AbortSignal;
  /** Express's `trust proxy`: which proxies may say whom they speak for. None by default. */
  readonly trustProxy?: string[] | boolean;
  /** What one process takes; `DEFAULT_LIMITS` where nothing else is said. */
  readonly limits?: Partial<Limits>;
  /** Holds every answer against the contract. For tests. */
  readonly checkResponses?: boolean;
}

/** The HTTP API: every route of the contract, what describes them, and nothing else. */
export function createApp(deps: AppDeps): Express {
  const { authenticator, store, streams, checks, log, closing, trustProxy = false, checkResponses = false } = deps;
  const handlers = { ...deps.handlers, ...healthHandlers(checks, log) };
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', trustProxy).set('query parser', false);
  app.use(withCorrelation, withObservation(deps.observe), helmet(), withCors);
  app.use(limitUrl, readBody(limits.maxBodyBytes), admission(limits));
  const events = { store, authenticator, sightOf: streams.sightOf, render: cloudEventsOf(deps.installationId) };
  app.get(pathOf('listEvents'), withRoute('listEvents'), eventStream({ ...events, closing }), cloudEventPage(events));
  const following = logStream({ logs: streams.logs, authenticator, closing });
  for (const name of ['deploymentLogs', 'replicaLogs'] as const) app.get(pathOf(name), withRoute(name), following);
  for (const name of Object.keys(ROUTES) as OperationName[]) {
    const own = isScraped(name) ? withScraper(authenticator, deps.scraper) : authenticator;
    const handler = dispatch(name, { handlers, authenticator: own, store, checkResponses });
    app[verbOf(name)](pathOf(name), withRoute(name), handler);
  }
  app.use(referenceRoutes());
  app.use(({ method, path }) => {
    throw new NotFound(`there is no ${method} ${path}`);
  });
  app.use(errorHandler(log));
  return app;
}

/** Express writes `:id` where the contract writes `{id}`. */
function pathOf(name: OperationName): string {
  return addressOf(name).path.replace(/\{(\w+)\}/g, ':$1');
}

function verbOf(name: OperationName): Lowercase<Method> {
  return addressOf(name).method.toLowerCase() as Lowercase<Method>;
}
