import { once } from 'node:events';

import type { RequestHandler } from 'express';

import type { LogRecord } from './contract/log-schemas.ts';
import { ROUTES } from './contract/routes.ts';
import type { LogReader } from '../services/log/reader.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import { authorize } from './authorize.ts';
import { checked, queryOf } from './input.ts';
import { holdOpen } from './limits/admission.ts';

/** An empty line this often says that the connection lives. */
export const KEEP_ALIVE_MS = 10_000;

export interface LogStreamDeps {
  readonly logs: LogReader;
  readonly authenticator: Authenticator;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** Output as a stream of JSON lines, for whoever follows or asks for them by `Accept`; everybody else goes on to the next handler. */
export function logStream({ logs, authenticator, closing }: LogStreamDeps): RequestHandler<{ id: string }> {
  return async (request, response, next) => {
    const asksForLines = (request.get('accept') ?? '').includes('application/x-ndjson');
    const { deploymentLogs: route } = ROUTES;
    if (!asksForLines && queryOf(request)['follow'] !== 'true') return next();
    await authorize(request, route, authenticator);
    const query = checked(route.query, queryOf(request));
    const { id } = checked(route.params, request.params);
    holdOpen(response);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([closing, gone.signal]);
    const records = await logs.open(id, query, signal);
    response.set({ 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    const beat = setInterval(() => {
      // What a slow reader has not taken yet is sign of life enough.
      if (!response.writableNeedDrain) response.write('\n');
    }, KEEP_ALIVE_MS);
    try {
      for await (const record of records) {
        // Without waiting, everything that a slow reader does not take would pile up here.
        if (!response.write(lineOf(record))) await once(response, 'drain', { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearInterval(beat);
      response.end();
    }
  };
}

function lineOf(record: LogRecord): string {
  return `${JSON.stringify(record)}\n`;
}
