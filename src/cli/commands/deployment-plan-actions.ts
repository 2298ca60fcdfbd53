import { existsSync } from 'node:fs';

import type { InputOf } from '../../api/client.ts';
import type { HypotheticalNodeInput, PlanView } from '../../api/contract/plan.ts';
import { type Context, openContext } from '../context.ts';
import { deploymentFile } from '../document/deployment-file.ts';
import { hypotheticalNodeFile } from '../document/hypothetical-node-file.ts';
import { type Loaded, loadDocuments } from '../document/load.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { printValue } from '../output.ts';
import { describePlan } from '../plan/describe.ts';
import { wantsColor } from '../terminal.ts';
import type { ListOptions } from './options.ts';
import { savingFailure } from './saving-failure.ts';

export interface PlanOptions extends ListOptions {
  readonly withoutNode: readonly string[];
  readonly withNodes?: string;
  readonly at?: string;
}

/** What `-o json` and `-o yaml` look like; a new number when a field goes or changes its meaning. */
const FORMAT_VERSION = 1;
/** As those who know Terraform and Nomad expect of a plan. */
const CHANGES = 2;

type Question = NonNullable<InputOf<'planDeployment'>['body']>;

interface Planned {
  readonly view: PlanView;
  /** The command that saves it as it was shown; absent where there is nothing to save, or not in this state. */
  readonly save: string | undefined;
}

/** Prints what would happen; the process then exits with 2 when anything would. Throws failures that all exit with 1. */
export async function planDeployments(what: readonly string[], options: PlanOptions): Promise<void> {
  const planned = await planAll(what, options).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    const { message, next, details, cause } = error;
    throw new Failure(message, { exitCode: EXIT.failure, next, details, cause });
  });
  if (planned.views.some(({ view }) => view.changes)) process.exitCode = CHANGES;
  const { terminal } = planned.context;
  if (options.output === 'table') {
    const color = wantsColor(process.env, terminal.stdout);
    terminal.stdout.write(planned.views.map(({ view, save }) => describePlan(view, { color, save })).join('\n'));
    return;
  }
  const values = planned.views.map(({ view }) => ({ format_version: FORMAT_VERSION, ...view }));
  await printValue(terminal, options.output, values.length === 1 ? values[0] : values);
}

async function planAll(
  what: readonly string[],
  options: PlanOptions,
): Promise<{ readonly context: Context; readonly views: readonly Planned[] }> {
  const ids = what.filter((one) => !isPath(one));
  const paths = what.filter(isPath);
  const files = paths.length === 0 ? [] : await loadDocuments(paths, process.stdin, deploymentFile);
  const supposed = await suppositionOf(options);
  const context = await openContext(options);
  const ask = async (question: Question, what: string, file?: Loaded<unknown>): Promise<PlanView> => {
    const body = { ...question, ...supposed };
    const call = context.client.call('planDeployment', { body });
    return (
      await call.catch((error: unknown) => {
        throw file === undefined
          ? context.failure(error, what, 'oo deployment list')
          : savingFailure(context, error, what, file);
      })
    ).body;
  };
  const views: Planned[] = [];
  const real = Object.keys(supposed).length === 0;
  for (const file of files) {
    const view = await ask({ deployment: file.value }, `plan deployment ${file.value.id}`, file);
    const save = real && view.saves ? `oo deployment save ${file.file} --plan-position ${view.position}` : undefined;
    views.push({ view, save });
  }
  for (const deploymentId of ids) {
    views.push({ view: await ask({ deploymentId }, `plan deployment ${deploymentId}`), save: undefined });
  }
  return { context, views };
}

async function suppositionOf({ withoutNode, withNodes, at }: PlanOptions): Promise<Question> {
  const nodes: readonly Loaded<HypotheticalNodeInput>[] =
    withNodes === undefined ? [] : await loadDocuments([withNodes], process.stdin, hypotheticalNodeFile);
  return {
    ...(withoutNode.length === 0 ? {} : { withoutNodes: [...withoutNode] }),
    ...(nodes.length === 0 ? {} : { withNodes: nodes.map(({ value }) => value) }),
    ...(at === undefined ? {} : { at }),
  };
}

/** An id has no slash, and no file's ending. */
function isPath(given: string): boolean {
  return given === '-' || given.includes('/') || /\.(ya?ml|json)$/i.test(given) || existsSync(given);
}
