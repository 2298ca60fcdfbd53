import { EXIT, type ExitCode } from './exit-codes.ts';

interface FailureOptions {
  readonly exitCode?: ExitCode;
  readonly next?: readonly string[];
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/** Why a command could not do what was asked, in the words that the user reads. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  /** Lines that stand before the message: each problem of a file, the last lines of a log. */
  readonly details: readonly string[];
  /** The next command or the nearest valid form; one per line. */
  readonly next: readonly string[];

  constructor(message: string, { exitCode = EXIT.failure, next = [], details = [], cause }: FailureOptions = {}) {
    super(message, { cause });
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.details = details;
    this.next = next;
  }
}

/** The details, `Error: what: why`, then one `next:` line per way on. Ends with a line break. */
export function describeFailure({ details, message, next }: Failure): string {
  return [...details, `Error: ${message}`, ...next.map((step) => `  next: ${step}`), ''].join('\n');
}
