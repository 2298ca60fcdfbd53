import type { AnalysisSpec } from '../../domain/deployment/release-spec.ts';
import { abortReason } from '../../abort-reason.ts';

type Query = NonNullable<AnalysisSpec['prometheus']>;

/** The number of an instant query, or why there is none. */
export type Metric = { readonly value: number } | { readonly problem: string };

/** For the whole answer. */
const TIMEOUT_MS = 5_000;
/** One number needs no more. */
const MOST_BYTES = 262_144;

/** What is filled in. */
export interface Subject {
  readonly deployment: string;
  readonly revision: number;
}

/**
 * Asks Prometheus once. Whatever goes wrong is a problem, and nothing of an answer that is none gets further than its status. Throws
 * only the signal's reason.
 */
export async function askPrometheus(
  { url, query, max }: Query,
  subject: Subject,
  signal: AbortSignal,
): Promise<Metric> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const asked = `${url.replace(/\/+$/, '')}/api/v1/query`;
  const body = new URLSearchParams({ query: filledIn(query, subject) });
  try {
    // A redirect would lead where nobody wrote.
    const response = await fetch(asked, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
    });
    const text = await boundedText(response);
    if (text === undefined) return { problem: `its answer is longer than ${MOST_BYTES} bytes` };
    if (response.status !== 200) return { problem: `it answered ${response.status}` };
    return metricOf(text, max !== undefined);
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (limit.aborted) return { problem: `no answer within ${TIMEOUT_MS / 1_000} s` };
    return { problem: reasonOf(error) };
  }
}

function filledIn(query: string, { deployment, revision }: Subject): string {
  return query.replaceAll('{{deployment}}', deployment).replaceAll('{{revision}}', String(revision));
}

/** Undefined when it is too long. */
async function boundedText({ body }: Response): Promise<string | undefined> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    // Leaving the loop cancels what is left.
    if (length > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Of several series the worst counts: the greatest where there is a greatest that may be. */
function metricOf(text: string, greatest: boolean): Metric {
  const values = valuesOf(text);
  if (values === undefined) return { problem: 'its answer is no instant vector and no scalar' };
  const numbers = values.map(Number);
  if (numbers.length === 0) return { problem: 'the query has no result' };
  if (numbers.some((value) => !Number.isFinite(value))) return { problem: 'the query has a result that is no number' };
  return { value: greatest ? Math.max(...numbers) : Math.min(...numbers) };
}

/** `{"data": {"resultType": "vector", "result": [{"value": [1690000000, "0.5"]}]}}`, or a scalar's one value. */
function valuesOf(text: string): readonly unknown[] | undefined {
  const data = fieldOf(parsed(text), 'data');
  const result = listOf(fieldOf(data, 'result'));
  if (result === undefined) return undefined;
  switch (fieldOf(data, 'resultType')) {
    case 'scalar':
      return [secondOf(result)];
    case 'vector':
      return result.map((series) => secondOf(fieldOf(series, 'value')));
    default:
      return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function secondOf(pair: unknown): unknown {
  return listOf(pair)?.[1];
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** fetch wraps what the connection failed with. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
