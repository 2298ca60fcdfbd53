import { type Context, openContext } from '../context.ts';
import { type DeploymentFile, deploymentFile } from '../document/deployment-file.ts';
import { loadDocuments } from '../document/load.ts';
import { saveAll, type Saved } from '../document/save-all.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { printValue } from '../output.ts';
import { reportOutcomes } from '../rollout/report.ts';
import { followRollout } from '../rollout/follow.ts';
import { createProgress } from '../rollout/progress.ts';
import type { ListOptions } from './options.ts';

interface SaveOptions extends ListOptions {
  readonly wait?: boolean;
  readonly detach?: boolean;
  readonly message?: string;
  /** `3`: refused when its revision is another one by now. */
  readonly ifRevision?: string;
  /** Only if what was planned there is what would be done. */
  readonly planPosition?: number;
  /** Milliseconds. */
  readonly timeout: number;
}

interface FollowOptions extends SaveOptions {
  /** On the monotonic clock. */
  readonly startedAt: number;
}

/** Saves every deployment in the files, or none when one of them is not valid; follows them when that is wanted. */
export async function saveDeployments(files: readonly string[], options: SaveOptions): Promise<void> {
  if (options.wait === true && options.detach === true) {
    throw new Failure('--wait and --detach exclude each other', { exitCode: EXIT.usage });
  }
  const loaded = await loadDocuments(files, process.stdin, deploymentFile);
  if (options.ifRevision !== undefined && loaded.length > 1) {
    const message = `--if-revision is for one deployment, and ${files.join(', ')} hold ${loaded.length}`;
    throw new Failure(message, { exitCode: EXIT.usage, next: ['save them one by one'] });
  }
  if (options.planPosition !== undefined && loaded.length > 1) {
    // The first save moves what the plan of the second was made from.
    throw new Failure(`--plan-position is of one deployment, and these are ${loaded.length}`, {
      exitCode: EXIT.usage,
      next: ['oo deployment plan FILE, and then oo deployment save FILE --plan-position P, one after the other'],
    });
  }
  const context = await openContext(options);
  const startedAt = performance.now();
  const saved = await saveAll(context, loaded, {
    noun: 'deployment',
    name: ({ id }) => id,
    send: (deployment) =>
      context.client.call(
        'saveDeployment',
        { body: { deployment, reason: options.message, planPosition: options.planPosition } },
        options.ifRevision === undefined ? {} : { ifMatch: options.ifRevision },
      ),
  });
  const wait = options.wait ?? (options.detach !== true && context.terminal.stdout.isTTY === true);
  if (wait) return follow(context, saved, { ...options, startedAt });
  if (options.output !== 'table') return printSaved(context, saved, options.output);
  const { stderr } = context.terminal;
  const [one] = saved;
  if (!stderr.isTTY || one === undefined) return;
  const several = 'Follow them with: oo deployment list --watch';
  stderr.write(saved.length > 1 ? `${several}\n` : `Saved. Follow it with: oo deployment watch ${one.value.id}\n`);
}

async function follow(
  context: Context,
  saved: readonly Saved<DeploymentFile>[],
  options: FollowOptions,
): Promise<void> {
  const progress = createProgress(context.terminal);
  const outcomes = await Promise.all(
    saved.map(({ value, position }) =>
      followRollout(context, {
        deploymentId: value.id,
        savedAt: position,
        startedAt: options.startedAt,
        timeout: options.timeout,
        onView: (view) => progress.update(view),
      }),
    ),
  );
  await reportOutcomes(context.terminal, options.output, outcomes);
}

async function printSaved(
  { terminal }: Context,
  saved: readonly Saved<DeploymentFile>[],
  format: 'json' | 'yaml',
): Promise<void> {
  const results = saved.map(({ value, position }) => ({
    id: value.id,
    outcome: 'saved',
    changed: position !== undefined,
    position,
  }));
  await printValue(terminal, format, results.length === 1 ? results[0] : results);
}
