import type { IncomingMessage } from 'node:http';

/** Name, value, name, value: as they came, with repetitions and in their own spelling. */
export type RawHeaders = readonly string[];

/** What concerns one connection only, and goes no further. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** What the gateway says itself; what a caller said is not believed. */
const OWN: ReadonlySet<string> = new Set([
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-real-ip',
  'x-request-id',
]);

/** What is known of the caller. */
export interface Forwarding {
  /** The caller's address, after those that proxies before us have told, where they are trusted. */
  readonly forwardedFor: string;
  readonly proto: string;
  readonly host: string;
  readonly requestId: string;
  /** What was taken from the beginning of the path; empty where nothing was. */
  readonly prefix: string;
}

/** The headers that go on to a replica. */
export function upstreamHeaders(request: IncomingMessage, forwarding: Forwarding): string[] {
  const named = connectionNames(request.headers.connection);
  const headers = kept(request.rawHeaders, (name) => !HOP_BY_HOP.has(name) && !OWN.has(name) && !named.has(name));
  // Whoever understands trailers may be sent them.
  if (/(^|,)\s*trailers\s*(;|,|$)/i.test(String(request.headers['te'] ?? ''))) headers.push('te', 'trailers');
  const { forwardedFor, proto, host, requestId, prefix } = forwarding;
  headers.push('x-forwarded-for', forwardedFor, 'x-forwarded-proto', proto, 'x-request-id', requestId);
  if (host !== '') headers.push('x-forwarded-host', host);
  if (prefix !== '') headers.push('x-forwarded-prefix', prefix);
  return headers;
}

/** The headers of an answer that go on to the caller. */
export function downstreamHeaders(raw: RawHeaders, requestId: string): string[] {
  const named = connectionNames(valueOf(raw, 'connection'));
  const headers = kept(raw, (name) => !HOP_BY_HOP.has(name) && !named.has(name));
  if (valueOf(raw, 'x-request-id') === undefined) headers.push('x-request-id', requestId);
  return headers;
}

/** As undici has them, of whichever kind. */
export function rawHeadersOf(given: unknown): RawHeaders {
  if (!Array.isArray(given)) return [];
  return given.map((each) => (Buffer.isBuffer(each) ? each.toString('latin1') : String(each)));
}

function kept(raw: RawHeaders, keeps: (name: string) => boolean): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (keeps(name.toLowerCase())) headers.push(name, raw[index + 1] ?? '');
  }
  return headers;
}

function valueOf(raw: RawHeaders, wanted: string): string | undefined {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === wanted) return raw[index + 1];
  }
  return undefined;
}

/** `Connection: close, X-Hop`: further headers that go no further. */
function connectionNames(value: string | undefined): ReadonlySet<string> {
  return new Set((value ?? '').split(',').map((name) => name.trim().toLowerCase()));
}
