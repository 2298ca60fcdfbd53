import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';

import { RETRY_AFTER_SECONDS } from '../routing/retry-after.ts';
import { backendKey, type Backend, type RoutedDeployment } from '../routing/table.ts';
import { answer, type OwnAnswer } from './answers.ts';
import type { Destination } from './destination.ts';
import type { EmbeddedRouter } from './embedded-router.ts';
import { bodyOf, forward, type ForwardOutcome, type RequestBody, type Upstream } from './forward.ts';
import { upstreamHeaders, type Forwarding } from './headers.ts';

/** Replicas that one request is tried at, at most. */
export const MOST_ATTEMPTS = 3;

/** What became of a request, for the log and the measurements. */
export interface Handled {
  readonly status: number;
  readonly deploymentId?: string;
  readonly revision?: number;
  readonly replicaId?: string;
  /** Attempts that failed before the last one. */
  readonly retries: number;
  readonly error?: string;
}

export interface Handling {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly destination: Destination;
  readonly forwarding: Forwarding;
}

/** Written where the caller left before it had an answer, as nginx does. */
const LEFT = 499;

/** Answers one request, by a replica, a route's target, or with what is wrong. */
export async function handle(router: EmbeddedRouter, handling: Handling): Promise<Handled> {
  const { destination, request, response, forwarding } = handling;
  switch (destination.type) {
    case 'nowhere':
      answer(request, response, { status: 404, message: destination.message }, forwarding.requestId);
      return { status: 404, retries: 0 };
    case 'url':
      return toUrl(router, handling, destination);
    case 'deployment':
      return toDeployment(router, handling, destination);
    default:
      return destination satisfies never;
  }
}

async function toUrl(
  router: EmbeddedRouter,
  handling: Handling,
  { origin, path }: Extract<Destination, { type: 'url' }>,
): Promise<Handled> {
  const outcome = await send(handling, router.upstreamAt(origin), path, bodyOf(handling.request));
  if (outcome.type === 'answered') return { status: outcome.status, retries: 0 };
  if (outcome.type === 'left') return { status: LEFT, retries: 0 };
  return failed(handling, outcome, `the target ${origin} of the route`, { retries: 0 });
}

async function toDeployment(
  router: EmbeddedRouter,
  handling: Handling,
  { deployment, path, prefix }: Extract<Destination, { type: 'deployment' }>,
): Promise<Handled> {
  const { request, response, forwarding } = handling;
  const { id: deploymentId } = deployment;
  const body = bodyOf(request);
  const tried = new Set<string>();
  let last: { readonly backend: Backend; readonly outcome: Failure } | undefined;
  for (let present: RoutedDeployment | undefined = deployment; present !== undefined;) {
    const backend = router.choose(present, tried);
    if (backend === undefined) break;
    const told = { deploymentId, revision: backend.revision, replicaId: backend.replicaId, retries: tried.size };
    const attempt = router.traffic.begin(deploymentId, backend);
    const outcome = await send(
      { ...handling, forwarding: { ...forwarding, prefix } },
      router.upstreamOf(backend),
      path,
      body,
    );
    const bad = outcome.type === 'failed' || (outcome.type === 'answered' && outcome.status >= 500);
    attempt.end({ failed: bad, counts: outcome.type !== 'left' });
    if (outcome.type === 'answered') return { status: outcome.status, ...told };
    if (outcome.type === 'left') return { status: LEFT, ...told };
    tried.add(backendKey(backend));
    last = { backend, outcome };
    if (tried.size >= MOST_ATTEMPTS || !mayTryAgain(request, outcome, body)) break;
    // As it is now: what was tried may be gone, and others may have come.
    present = router.destinations.deployment(deploymentId);
  }
  if (last === undefined) {
    answer(request, response, notReady(deployment), forwarding.requestId);
    return { status: 503, deploymentId, retries: 0 };
  }
  const { replicaId, revision } = last.backend;
  return failed(handling, last.outcome, `${replicaId} of ${deploymentId}`, {
    deploymentId,
    revision,
    replicaId,
    retries: tried.size - 1,
  });
}

type Failure = Extract<ForwardOutcome, { type: 'failed' }>;

function send(
  { request, response, forwarding }: Handling,
  upstream: Upstream,
  path: string,
  body: RequestBody | undefined,
): Promise<ForwardOutcome> {
  const headers = upstreamHeaders(request, forwarding);
  return forward({ upstream, request, response, path, headers, body, requestId: forwarding.requestId });
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/**
 * Whether another replica may be asked the same. Nothing of an answer has gone out, nothing of a body was read, and: nothing was sent at
 * all, or what was sent may be done twice. A replica that was asked and kept silent for too long is not asked again elsewhere.
 */
export function mayTryAgain(
  { method = 'GET' }: Pick<IncomingMessage, 'method'>,
  { sent, begun, error }: Failure,
  body: Pick<RequestBody, 'touched'> | undefined,
): boolean {
  if (begun || body?.touched === true) return false;
  return !sent || (IDEMPOTENT.has(method) && !isTimeout(error));
}

function failed(
  { request, response, forwarding }: Handling,
  { error, begun }: Failure,
  whom: string,
  told: Omit<Handled, 'status' | 'error'>,
): Handled {
  const text = errorText(error);
  if (begun) {
    // The caller has to see that the answer is not whole.
    response.destroy();
    return { status: 502, ...told, error: `${text}, in the middle of the answer` };
  }
  const status = isTimeout(error) ? 504 : 502;
  const message = `${STATUS_CODES[status]}: ${whom} could not be asked: ${publicText(error)}`;
  answer(request, response, { status, message, close: !request.complete }, forwarding.requestId);
  return { status, ...told, error: text };
}

export function notReady({ id, replicas }: RoutedDeployment): OwnAnswer {
  const own = [...replicas.values()];
  const what =
    own.length === 0
      ? 'it has none'
      : `${own.length} ${own.length === 1 ? 'is' : 'are'} on ${own.length === 1 ? 'its' : 'their'} way, ${own.filter(({ ready }) => ready).length} ready without a port`;
  const message = `no replica of ${id} is ready: ${what}; "oo deployment get ${id}" tells why`;
  return { status: 503, message, retryAfter: RETRY_AFTER_SECONDS };
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function isTimeout(error: Error): boolean {
  return ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'].includes(
    codeOf(error),
  );
}

/** What callers are told: addresses of nodes are for the log. */
export function publicText(error: Error): string {
  return codeOf(error) || 'the connection broke';
}

export function errorText(error: Error): string {
  const code = codeOf(error);
  return code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
