import type { z } from 'zod';

import type { Permission } from './permissions.ts';

/** What an operation takes and answers. */
export interface Route {
  /** One line, as the generated documentation shows it. */
  readonly summary: string;
  /**
   * The permission that the caller must hold; or `authenticated`: whoever has a token; `optional`: anybody, and a token is
   * judged when there is one; `public`: anybody, tokens are not looked at.
   */
  readonly permission: Permission | 'authenticated' | 'optional' | 'public';
  /** Values of the parameters in the path, decoded once. */
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** An absent, empty or `null` body counts as `{}`. */
  readonly body?: z.ZodType;
  /** `?at=` asks for the answer as of a position of the log, a time, or an event. */
  readonly asOf?: true;
  /**
   * `domain`: the schema describes the body, and the decision behind the route judges it as it came, so that every
   * problem of form and of meaning is told at once, in the user's own terms.
   */
  readonly bodyJudgedBy?: 'schema' | 'domain';
  /** The body must not be guessed from what is kept of it: an Idempotency-Key, which is kept with a digest, is not looked at. */
  readonly confidential?: boolean;
  /** The answer is this text, and not JSON. */
  readonly produces?: string;
  /** Seconds for which an answer may be kept, by the caller alone. */
  readonly maxAgeSeconds?: number;
  readonly status: 200 | 201 | 204;
  /** Other statuses that come with the same answer. */
  readonly otherStatuses?: readonly number[];
  /** Other types that the answer comes in where `Accept` asks for one. */
  readonly otherTypes?: readonly string[];
  /** Absent for 204. Objects are exact: existing clients refuse a field that they do not know. */
  readonly response?: z.ZodType;
}
