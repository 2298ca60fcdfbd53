import { type Context, openContext } from '../context.ts';
import { type DeploymentFile, deploymentFile } from '../document/deployment-file.ts';
import { type Loaded, loadDocuments } from '../document/load.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { printValue } from '../output.ts';
import { reportOutcomes } from '../rollout/report.ts';
import { followRollout } from '../rollout/follow.ts';
import { createProgress } from '../rollout/progress.ts';
import type { ListOptions } from './options.ts';
import { savingFailure } from './saving-failure.ts';

interface SaveOptions extends ListOptions {
  readonly wait?: boolean;
  readonly detach?: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

interface FollowOptions extends SaveOptions {
  /** On the monotonic clock. */
  readonly startedAt: number;
}

interface Saved {
  readonly id: string;
  /** The log's position of the save; absent when it changed nothing. */
  readonly position: number | undefined;
}

/** Saves every deployment in the files, or none when one of them is not valid; follows them when that is wanted. */
export async function saveDeployments(files: readonly string[], options: SaveOptions): Promise<void> {
  if (options.wait === true && options.detach === true) {
    throw new Failure('--wait and --detach exclude each other', { exitCode: EXIT.usage });
  }
  const loaded = await loadDocuments(files, process.stdin, deploymentFile);
  const context = await openContext(options);
  const startedAt = performance.now();
  const saved: Saved[] = [];
  for (const one of loaded) saved.push(await save(context, one));
  const wait = options.wait ?? (options.detach !== true && context.terminal.stdout.isTTY === true);
  if (wait) return follow(context, saved, { ...options, startedAt });
  if (options.output !== 'table') return printSaved(context, saved, options.output);
  if (context.terminal.stderr.isTTY) {
    for (const { id } of saved) context.terminal.stderr.write(`Saved. Follow it with: oo deployment watch ${id}\n`);
  }
}

async function save(context: Context, one: Loaded<DeploymentFile>): Promise<Saved> {
  const { id } = one.value;
  const answer = await context.client
    .call('saveDeployment', { body: { deployment: one.value } })
    .catch((error: unknown) => {
      throw savingFailure(context, error, `save deployment ${id}`, one);
    });
  return { id, position: answer.position };
}

async function follow(context: Context, saved: readonly Saved[], options: FollowOptions): Promise<void> {
  const progress = createProgress(context.terminal);
  const outcomes = await Promise.all(
    saved.map(({ id, position }) =>
      followRollout(context, {
        deploymentId: id,
        savedAt: position,
        startedAt: options.startedAt,
        timeout: options.timeout,
        onView: (view) => progress.update(view),
      }),
    ),
  );
  await reportOutcomes(context.terminal, options.output, outcomes);
}

async function printSaved({ terminal }: Context, saved: readonly Saved[], format: 'json' | 'yaml'): Promise<void> {
  const results = saved.map(({ id, position }) => ({
    id,
    outcome: 'saved',
    changed: position !== undefined,
    position,
  }));
  await printValue(terminal, format, results.length === 1 ? results[0] : results);
}
