import type { ServerResponse } from 'node:http';

import type { RequestHandler } from 'express';

import { Refusal } from '../../services/refusal.ts';
import { addressOf } from '../contract/operations.ts';
import type { Limits } from './limits.ts';

/** Seconds after which whoever was turned away had better come back. */
const COME_BACK = 1;
/** Whoever watches over the process gets an answer also when it has its hands full. */
const EXEMPT: readonly string[] = [addressOf('healthz').path, addressOf('readyz').path];

const holds = new WeakMap<ServerResponse, () => void>();

/**
 * Lets so many requests in at once, and turns the others away with 429 before they cost anything. It comes after the body
 * has been read: whoever sends slowly must not keep out those who are through.
 */
export function admission({ maxInFlight, maxStreams }: Omit<Limits, 'maxBodyBytes'>): RequestHandler {
  let inFlight = 0;
  let streams = 0;
  return (request, response, next) => {
    if (EXEMPT.includes(request.path)) return next();
    if (inFlight >= maxInFlight) throw full(`works on ${inFlight} requests, its MAX_IN_FLIGHT`);
    inFlight += 1;
    let leave = (): void => void (inFlight -= 1);
    response.once('close', () => leave());
    holds.set(response, () => {
      if (streams >= maxStreams) throw full(`has ${streams} answers open, its MAX_STREAMS`);
      streams += 1;
      leave();
      leave = () => void (streams -= 1);
      holds.delete(response);
    });
    next();
  };
}

/**
 * Says that the answer will stay open, as an event stream does: it no longer counts as a request in flight, but against a
 * limit of its own. Throws Refusal 429 when there are as many already; call it before the head is written.
 */
export function holdOpen(response: ServerResponse): void {
  holds.get(response)?.();
}

function full(state: string): Refusal {
  return new Refusal(429, `the process ${state}; try again in ${COME_BACK} s`, COME_BACK);
}
