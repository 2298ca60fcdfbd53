import { createHash } from 'node:crypto';

import type { Request, RequestHandler, Response } from 'express';

import { InvalidInput } from '../domain/problem.ts';
import type { Caller, Handlers, RequestContext } from '../services/handler.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import type { ArchivedPart } from '../store/archived.ts';
import { correlationOf, send } from './answer.ts';
import { authorize } from './authorize.ts';
import { type OperationName, OPERATIONS } from './contract/operations.ts';
import type { Route } from './contract/route.ts';
import { ROUTES } from './contract/routes.ts';
import { bodyOf, checked, queryOf } from './input.ts';
import { type PastStore, pastOf } from './past.ts';

export interface DispatchDeps {
  readonly handlers: Handlers;
  readonly authenticator: Authenticator;
  readonly store: PastStore;
  /** Holds every answer against the contract; an answer that breaks it is a failure of ours. For tests. */
  readonly checkResponses: boolean;
}

/** What a handler gets and gives, whichever it is. */
interface AnyReply {
  readonly body: unknown;
  readonly position?: number | undefined;
  readonly status?: number | undefined;
  readonly etag?: string | undefined;
  readonly archived?: ArchivedPart | undefined;
}
type AnyHandler = (request: RequestContext & Parts) => Promise<AnyReply>;

interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** From request to answer: who asks, may they, what do they ask, what comes of it. */
export function dispatch(name: OperationName, deps: DispatchDeps): RequestHandler {
  const route: Route = ROUTES[name];
  const handler = deps.handlers[name] as AnyHandler;
  return async (request, response) => {
    const caller = await authorize(request, route, deps.authenticator);
    const parts = partsOf(route, request);
    const past = await pastOf(name, queryOf(request)['at'], deps.store);
    const context = { ...contextOf(name, request, response, caller), past };
    const { body, position = past?.position, status, etag, archived } = await handler({ ...context, ...parts });
    if (deps.checkResponses && status === undefined) checkResponse(name, route, body);
    if (position !== undefined) response.set('X-Log-Position', String(position));
    if (archived !== undefined) response.set('X-Log-Archived', archivedHeader(archived));
    if (etag !== undefined) response.set('ETag', `"${etag}"`);
    if (route.maxAgeSeconds !== undefined) response.set('Cache-Control', `private, max-age=${route.maxAgeSeconds}`);
    if (route.produces !== undefined) {
      response
        .set('Content-Type', route.produces)
        .status(status ?? route.status)
        .end(String(body));
      return;
    }
    send(response, status ?? route.status, route.response === undefined ? undefined : body);
  };
}

/** A structured field (RFC 9651): events up to that position are in archives, the last of them in that file. */
function archivedHeader({ until, file }: ArchivedPart): string {
  return `${until};file="${file}"`;
}

/** The input as the route's schemas give it. */
export function partsOf(route: Route, request: Request): Parts {
  const body = route.body === undefined ? undefined : bodyOf(request);
  const raw = route.bodyJudgedBy === 'domain';
  return {
    params: route.params && checked(route.params, request.params),
    query: route.query && checked(route.query, queryOf(request)),
    body: route.body === undefined || raw ? body : checked(route.body, body),
  };
}

function contextOf(
  name: OperationName,
  request: Request,
  response: Response,
  caller: Caller | undefined,
): RequestContext {
  const { confidential = false }: Route = ROUTES[name];
  return {
    caller,
    correlationId: correlationOf(response),
    idempotencyKey: caller && !confidential ? idempotencyKeyOf(name, request, caller) : undefined,
    ifMatch: request.get('if-match'),
    address: request.ip ?? '',
  };
}

/** One key names one request of one caller: the same key with another body is another request. */
function idempotencyKeyOf(name: OperationName, request: Request, caller: Caller): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new InvalidInput([{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }]);
  }
  const bytes: unknown = request.body;
  const digest = createHash('sha256').update(request.path).update('\0');
  if (Buffer.isBuffer(bytes)) digest.update(bytes);
  return `user/${caller.slug} ${OPERATIONS[name]} ${key} ${digest.digest('base64url')}`;
}

function checkResponse(name: OperationName, { response }: Route, body: unknown): void {
  if (response === undefined) return;
  const result = response.safeParse(JSON.parse(JSON.stringify(body)));
  if (!result.success) throw new Error(`the answer of ${name} breaks the contract: ${result.error.message}`);
}
