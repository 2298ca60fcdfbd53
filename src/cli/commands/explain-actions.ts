import { EXIT } from '../exit-codes.ts';
import { explanationOf } from '../explain/describe.ts';
import { findField, KINDS, type Missing, rootOf } from '../explain/field.ts';
import { explanationText } from '../explain/text.ts';
import { Failure } from '../failure.ts';
import { printValue } from '../output.ts';
import { processTerminal } from '../terminal.ts';
import { renderTable } from '../text/table.ts';
import type { ListOptions } from './options.ts';

/** Prints what a field of a file is for; without a path, the kinds of files. Asks no server. */
export async function explain(path: string | undefined, { output }: ListOptions): Promise<void> {
  const terminal = processTerminal();
  if (path === undefined) {
    const kinds = KINDS.map((kind) => ({
      kind,
      description: rootOf(kind).schema.description ?? '',
      save: `oo ${kind} save`,
    }));
    if (output !== 'table') return printValue(terminal, output, kinds);
    const rows = kinds.map(({ kind, save, description }) => [kind, save, description]);
    return void terminal.stdout.write(renderTable(['KIND', 'SAVED BY', 'DESCRIPTION'], rows));
  }
  const field = findField(path);
  if ('unknown' in field) throw unknownPath(field);
  const explanation = explanationOf(field);
  if (output === 'table') terminal.stdout.write(await explanationText(explanation));
  else await printValue(terminal, output, explanation);
}

function unknownPath({ known, unknown, meant, choices }: Missing): Failure {
  const what = known === '' ? `there is no kind of file "${unknown}"` : `${known} has no field "${unknown}"`;
  const there = choices.length === 0 ? 'nothing is below it' : `there is ${choices.join(', ')}`;
  const next = meant ?? known;
  return new Failure(`${what}; ${there}`, {
    exitCode: EXIT.notFound,
    next: [next === '' ? 'oo explain' : `oo explain ${next}`],
  });
}
