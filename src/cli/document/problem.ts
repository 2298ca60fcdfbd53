import type { Problem } from '../../domain/problem.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Position } from './tree.ts';

/** Something wrong in a file: which file, where in it, which field, why, and what would be right. */
export interface FileProblem extends Problem {
  readonly file: string;
  /** Absent when the file as a whole is meant. */
  readonly at?: Position;
}

/** `my.yaml:4:9 strategy.type: why (what would be right)` */
export function describeFileProblem({ file, at, field, message, hint }: FileProblem): string {
  const where = at === undefined ? `${file}:` : `${file}:${at.line}:${at.column}`;
  return `${where} ${field === '' ? '' : `${field}: `}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** One failure for everything that is wrong in all files, in the order in which it is written there. */
export function invalidFiles(problems: readonly FileProblem[], consequence = 'nothing was sent'): Failure {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new Failure(`${count} to mend; ${consequence}`, {
    exitCode: EXIT.usage,
    details: inOrder(problems).map(describeFileProblem),
  });
}

function inOrder(problems: readonly FileProblem[]): readonly FileProblem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}
