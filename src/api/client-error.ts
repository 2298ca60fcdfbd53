import type { ErrorBody } from './contract/error.ts';

/** The server refused or failed: what it said, for people and for programs. */
export class ApiError extends Error {
  readonly status: number;
  readonly problems: NonNullable<ErrorBody['problems']>;
  readonly correlationId: string | undefined;
  /** How long the server asks to be left alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: ErrorBody, retryAfterSeconds?: number) {
    super(body.error);
    this.name = 'ApiError';
    this.status = status;
    this.problems = body.problems ?? [];
    this.correlationId = body.correlationId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer came: the server cannot be reached, or did not answer in time. */
export class ServerUnreachable extends Error {
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}: ${reasonOf(cause)}`, { cause });
    this.name = 'ServerUnreachable';
    this.url = url;
  }
}

/** The innermost cause in words: fetch hides "connection refused" below "fetch failed". */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.cause !== undefined) return reasonOf(cause.cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return cause.message === '' ? code : cause.message;
}

/** What an answer with a status from 400 on says, also when it is not in our shape. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(response.status, bodyOf(text, response), Number.isFinite(after) ? after : undefined);
}

function bodyOf(text: string, { status, statusText }: Response): ErrorBody {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed && typeof parsed.error === 'string') {
      return parsed as ErrorBody;
    }
  } catch {
    // Not JSON: a proxy's page, or another server's words. What it said follows below.
  }
  return { error: text.trim().slice(0, 300) || `${status} ${statusText}`.trim() };
}
