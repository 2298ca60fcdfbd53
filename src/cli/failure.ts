import { EXIT, type ExitCode } from './exit-codes.ts';

/** Why a command could not do what was asked, in the words that the user reads. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  /** The next command or the nearest valid form; one per line. */
  readonly next: readonly string[];

  constructor(message: string, options: { exitCode?: ExitCode; next?: readonly string[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.exitCode = options.exitCode ?? EXIT.failure;
    this.next = options.next ?? [];
  }
}

/** `Error: what: why`, then one `next:` line per way on. Ends with a line break. */
export function describeFailure(failure: Failure): string {
  return [`Error: ${failure.message}`, ...failure.next.map((step) => `  next: ${step}`), ''].join('\n');
}
