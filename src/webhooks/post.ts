import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

import { CLOUD_EVENT, type CloudEvent } from '../domain/cloud-event.ts';
import { signatureHeaders } from '../domain/webhook/sign.ts';
import { productVersion } from '../version.ts';
import { guardedLookup, judgeHost } from './address.ts';

/** How long a receiver has for its whole answer, from the first byte that is sent. */
export const ANSWER_MS = 10_000;
/** So much of an answer is read: the connection can be used again. */
const READ_BYTES = 64 * 1024;
const USER_AGENT = `deploy-svc/${productVersion()}`;

/** What became of an attempt. `taken`: 2xx. `gone`: 410. `milliseconds`: how long it took. */
export type Outcome =
  | { readonly kind: 'taken' | 'gone'; readonly status: number; readonly milliseconds: number }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly milliseconds: number;
      readonly error: string;
      /** The receiver's own wish, in milliseconds. */
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'failed'; readonly milliseconds: number; readonly error: string };

export interface Letter {
  readonly url: string;
  readonly event: CloudEvent;
  /** Each signs for itself. */
  readonly secrets: readonly string[];
}

/** Sends letters, over connections that stay open in between. */
export interface Postman extends Disposable {
  /** Never throws: what goes wrong is an outcome; `failed` also when the signal aborts. */
  send(letter: Letter, signal: AbortSignal): Promise<Outcome>;
}

export interface PostmanOptions {
  /** Also to addresses that nothing is sent to otherwise: see `address.ts`. */
  readonly linkLocal: boolean;
  readonly answerMs?: number;
  readonly now?: () => number;
}

export function openPostman({ linkLocal, answerMs = ANSWER_MS, now = Date.now }: PostmanOptions): Postman {
  const options = { keepAlive: true, maxSockets: 1, ...(linkLocal ? {} : { lookup: guardedLookup }) };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return {
    async send({ url, event, secrets }, signal) {
      const began = performance.now();
      const passed = (): number => Math.round(performance.now() - began);
      const limit = AbortSignal.timeout(answerMs);
      try {
        if (!linkLocal) judgeHost(url);
        const body = JSON.stringify(event);
        const headers = {
          'content-type': `${CLOUD_EVENT}; charset=utf-8`,
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': USER_AGENT,
          ...signatureHeaders({ id: event.id, seconds: Math.floor(now() / 1_000), body }, secrets),
        };
        const answer = await post(agents, url, { headers, body, signal: AbortSignal.any([signal, limit]) });
        return outcomeOf(answer, passed());
      } catch (error) {
        const said = limit.aborted && !signal.aborted ? `no answer within ${answerMs} ms` : messageOf(error);
        return { kind: 'failed', error: said, milliseconds: passed() };
      }
    },
    [Symbol.dispose]() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Redirects are answers like any other: nothing here follows them. */
async function post(
  agents: { readonly http: HttpAgent; readonly https: HttpsAgent },
  url: string,
  { headers, body, signal }: Sent,
): Promise<IncomingMessage> {
  const secure = url.startsWith('https:');
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = secure
    ? httpsRequest(url, { method: 'POST', headers: { ...headers }, agent: agents.https, signal })
    : httpRequest(url, { method: 'POST', headers: { ...headers }, agent: agents.http, signal });
  request.once('response', resolve).once('error', reject);
  request.end(body);
  const answer = await promise;
  let read = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > READ_BYTES) break;
  }
  return answer;
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage, milliseconds: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken', status, milliseconds };
  if (status === 410) return { kind: 'gone', status, milliseconds };
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  const retryAfterMs = retryAfterOf(headers['retry-after']);
  return { kind: 'refused', status, milliseconds, error: `HTTP ${status}${redirect}`, retryAfterMs };
}

/** Seconds, or a date (RFC 9110). */
function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wanted = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(wanted) && wanted > 0 ? wanted : undefined;
}

/** Errors of connections to several addresses say nothing themselves. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
