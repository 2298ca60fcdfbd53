/** `skip`: it could not be looked at, because something before it fails, or concerns nobody here. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  /** What was found, in numbers where there are any. */
  readonly found: string;
  /** The command, or what to do, that mends it. */
  readonly mend?: string;
}
