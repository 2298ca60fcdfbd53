import type { IncomingMessage } from 'node:http';

import { v7 as uuidv7 } from 'uuid';

import type { Forwarding } from './headers.ts';
import { trusts } from './trusted.ts';

/** What a caller may choose as the name of its request. */
const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{7,127}$/;

/** Path and query, also of a request that names its whole URL. */
export function targetOf({ url = '/' }: IncomingMessage): string {
  if (url.startsWith('/')) return url;
  if (!URL.canParse(url)) return `/${url}`;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** What replicas are told of callers. `trustProxy`: peers that are believed. */
export function forwardings(trustProxy: readonly string[]): (request: IncomingMessage) => Forwarding {
  const trusted = trusts(trustProxy);
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress ?? '';
    const believed = trusted(peer);
    const before = believed ? headers['x-forwarded-for'] : undefined;
    const given = String(headers['x-request-id'] ?? headers['x-correlation-id'] ?? '');
    return {
      forwardedFor: before === undefined ? peer : `${String(before)}, ${peer}`,
      proto: (believed ? String(headers['x-forwarded-proto'] ?? '') : '') || 'http',
      host: (believed ? String(headers['x-forwarded-host'] ?? '') : '') || (headers.host ?? ''),
      requestId: REQUEST_ID.test(given) ? given : uuidv7(),
      prefix: '',
    };
  };
}
