/** One thing that is wrong with what somebody asked for. */
export interface Problem {
  /** Where, as a path into the object: `strategy.maxSurge`, `envars.PORT`. Empty for the whole. */
  readonly field: string;
  /** What is wrong and why, in numbers where there are any. */
  readonly message: string;
  /** The nearest valid form, or the next command. */
  readonly hint?: string;
}

/** A refusal that the asker can mend: nothing was stored. */
export class InvalidInput extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('; '));
    this.name = 'InvalidInput';
    this.problems = problems;
  }
}

/** The thing named does not exist. */
export class NotFound extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotFound';
  }
}

/** The thing exists in a state that forbids what was asked. */
export class Conflict extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Conflict';
  }
}

/** `field: message (hint)`, as the API and the command line print it. */
export function describeProblem(problem: Problem): string {
  const where = problem.field === '' ? '' : `${problem.field}: `;
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${where}${problem.message}${hint}`;
}
