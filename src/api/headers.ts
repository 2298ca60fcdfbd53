import type { RequestHandler } from 'express';
import { v7 as uuidv7 } from 'uuid';

/** A correlation id that a caller may choose. */
export const CORRELATION_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{7,127}$/;

const CORS = {
  'Access-Control-Allow-Methods': 'POST, GET, OPTIONS, PUT, DELETE',
  'Access-Control-Allow-Headers':
    'Accept, Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Content-Encrypted, ' +
    'Cache-Control, Idempotency-Key, If-Match, Last-Event-ID, X-Correlation-Id',
  'Access-Control-Allow-Credentials': 'false',
  'Access-Control-Expose-Headers': 'X-Correlation-Id, X-Log-Position, X-Log-Archived, Retry-After, ETag',
  Vary: 'Origin',
} as const;

/** The request's own correlation id when it has a good one, else a new one; every answer tells it. */
export const withCorrelation: RequestHandler = (request, response, next) => {
  const given = request.get('x-correlation-id') ?? '';
  response.set('X-Correlation-Id', CORRELATION_ID.test(given) ? given : uuidv7());
  next();
};

/** Any page may call: who may do what is decided by the token alone, which no browser sends by itself. */
export const withCors: RequestHandler = (request, response, next) => {
  response.set(CORS).set('Access-Control-Allow-Origin', request.get('origin') ?? '*');
  // Clients read JSON, or refuse to read, by this header: it is there also for errors.
  response.set('Content-Type', 'application/json');
  if (request.method === 'OPTIONS') response.status(200).end();
  else next();
};
