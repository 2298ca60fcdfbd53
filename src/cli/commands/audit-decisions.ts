import type { Answer } from '../../api/client.ts';
import { openContext } from '../context.ts';
import { Failure } from '../failure.ts';
import { plural } from '../fleet/plural.ts';
import type { GlobalOptions } from '../session.ts';

type Difference = Answer<'replayDecisions'>['body']['differences'][number];

/** Differences that are printed; the number of all is told. */
const SHOWN = 5;
const PAGE = 1_000;

/** Has the server take its decisions again; throws a `Failure` that shows which would be others. */
export async function replayDecisions(options: GlobalOptions & { readonly after: number }): Promise<void> {
  const context = await openContext(options);
  const { stdout, stderr } = context.terminal;
  const differences: Difference[] = [];
  let decisions = 0;
  for (let { after } = options; ;) {
    const query = { after, limit: PAGE };
    const { body } = await context.call('take the decisions again', 'replayDecisions', { query });
    decisions += body.decisions;
    differences.push(...body.differences);
    const done = body.until >= body.head || body.until === after;
    if (stderr.isTTY) stderr.write(`\r${body.until} of ${body.head} events${done ? '\n' : ''}`);
    if (done) break;
    after = body.until;
  }
  if (differences.length === 0) {
    stdout.write(`${plural(decisions, 'decision')} taken again: each the same\n`);
    return;
  }
  throw new Failure(`${differences.length} of ${plural(decisions, 'decision')} would be others`, {
    details: differences.slice(0, SHOWN).map(describe),
    next: [`oo events --after ${(differences[0]?.position ?? 1) - 1} -n 1`],
  });
}

function describe({ position, deploymentId, recorded = 'nothing', again = 'nothing' }: Difference): string {
  return `position ${position}, ${deploymentId}\n  recorded ${recorded}\n  again    ${again}`;
}
