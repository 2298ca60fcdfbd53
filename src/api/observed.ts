import { once } from 'node:events';

import type { RequestHandler, Response } from 'express';

import type { ObserveRequest } from '../telemetry/http.ts';
import { correlationOf } from './answer.ts';
import { addressOf, type OperationName } from './contract/operations.ts';

export type { ObserveRequest };

/** What no route of the contract answers. */
const UNKNOWN_ROUTE = 'none';
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

/** Has every request observed from here on. Its route is known once it is found: `withRoute` tells it. */
export function withObservation(observe: ObserveRequest | undefined): RequestHandler {
  return (request, response, next) => {
    if (observe === undefined) return next();
    // Callers may send any method; the values of a label are bounded.
    const method = METHODS.includes(request.method) ? request.method : 'other';
    const told = {
      method,
      correlationId: correlationOf(response),
      traceparent: request.get('traceparent'),
    };
    observe(told, () => answered(response), next);
  };
}

/** Says which route answers. */
export function withRoute(name: OperationName): RequestHandler {
  const { path } = addressOf(name);
  return (_request, response: Response<unknown, { route?: string }>, next) => {
    response.locals.route = path;
    next();
  };
}

async function answered(response: Response): Promise<{ readonly status: number; readonly route: string }> {
  await once(response, 'close');
  const { route } = response.locals as { readonly route?: string };
  // A head that never went out: the caller has left before. As nginx writes it.
  return { status: response.headersSent ? response.statusCode : 499, route: route ?? UNKNOWN_ROUTE };
}
