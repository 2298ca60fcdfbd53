import { InvalidInput, type Problem } from '../../domain/problem.ts';

/** What a parser of the domain finds wrong: nothing when it accepts. Other errors pass. */
export function problemsOf(parse: () => unknown): readonly Problem[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}
