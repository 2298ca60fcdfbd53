import { errorOf, ServerUnreachable } from './client-error.ts';
import type { Client } from './client.ts';
import type { LogRecord } from './contract/log-schemas.ts';

/** The server writes at least an empty line every ten seconds; silence for longer than this is a broken connection. */
const SILENCE_MS = 35_000;

export interface LogRequest {
  readonly id: string;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Ends the sequence without error. */
  readonly signal: AbortSignal;
}

/**
 * Output of containers as the server gives it. Throws ApiError when the server refuses, ServerUnreachable when the connection breaks:
 * what was not given up to a record `end` is not whole.
 */
export async function* streamLogs(client: Client, { id, query, signal }: LogRequest): AsyncGenerator<LogRecord, void> {
  const request = client.request('deploymentLogs', { params: { id }, query });
  request.headers.set('accept', 'application/x-ndjson');
  const silence = new AbortController();
  const wait = (): NodeJS.Timeout =>
    setTimeout(() => silence.abort(new Error(`nothing for ${SILENCE_MS} ms`)), SILENCE_MS);
  let timer = wait();
  try {
    const response = await fetch(request, { signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok) throw await errorOf(response);
    let rest = '';
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      clearTimeout(timer);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as LogRecord;
      timer = wait();
    }
  } catch (error) {
    if (signal.aborted) return;
    if (silence.signal.aborted) throw new ServerUnreachable(client.baseUrl, silence.signal.reason);
    throw error instanceof TypeError ? new ServerUnreachable(client.baseUrl, error) : error;
  } finally {
    clearTimeout(timer);
  }
}
