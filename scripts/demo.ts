/**
 * npm run demo: the whole product on this machine, and nothing left of it afterwards.
 * See scripts/demo/options.ts for what it can be asked.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { cleanUp } from './demo/clean-up.ts';
import { DemoFailed, Interrupted } from './demo/failure.ts';
import { buildHello } from './demo/image.ts';
import { openOo } from './demo/oo.ts';
import { type DemoOptions, readOptions, USAGE } from './demo/options.ts';
import { type Platform, startProcesses, startSimulated } from './demo/platform.ts';
import { play, remove, type Scene } from './demo/scenario.ts';
import { readRun } from './demo/run-file.ts';
import { say, show, step } from './demo/voice.ts';

const ENGINE_SCRIPT = join(import.meta.dirname, 'engine.sh');
const EXIT = { failure: 1, usage: 2, interrupted: 130 } as const;

async function main(): Promise<number> {
  const options = parse();
  if (options === undefined) return EXIT.usage;
  if (options.help) return print(USAGE);
  const interrupted = interruptions();
  try {
    const found = await cleanUp(options.dir);
    if (options.end)
      return print(found ? 'The demo is ended: nothing of it is left.' : 'No demo has been left running.');
    if (found) say('cleaned up after an earlier run');
    return await run(options, interrupted);
  } catch (error) {
    return explain(error, interrupted, options);
  }
}

async function run(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const { dir, simulate, keep, yes } = options;
  if (!simulate) await seeToEngine(yes, signal);
  const started = performance.now();
  let clean = true;
  try {
    await using platform = simulate ? await startSimulated({ dir, signal }) : await startReal(options, signal);
    const scene: Scene = { platform, simulate, signal, oo: openOo(join(dir, 'home'), signal) };
    await play(scene);
    clean = !keep || simulate;
    if (keep) await leave(options, platform, signal);
    else await remove(scene);
  } finally {
    if (clean)
      await step('ending the processes and the database, removing every container and file', () => cleanUp(dir));
  }
  if (!keep) say(`done in ${((performance.now() - started) / 1_000).toFixed(0)} s; nothing is left running`);
  return 0;
}

async function startReal({ dir }: DemoOptions, signal: AbortSignal): Promise<Platform> {
  const engineUrl = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  const platform = await startProcesses({ dir, signal, engineUrl });
  try {
    await step('building two versions of a small web image, without any registry', async () => {
      await buildHello(platform.engine, '1', signal);
      await buildHello(platform.engine, '2', signal);
    });
    return platform;
  } catch (error) {
    await platform[Symbol.asyncDispose]();
    throw error;
  }
}

/** Uses the engine that answers; installs one only by consent. */
async function seeToEngine(yes: boolean, signal: AbortSignal): Promise<void> {
  const child = spawn('bash', [ENGINE_SCRIPT, '--for-demo', ...(yes ? ['--yes'] : [])], { stdio: 'inherit', signal });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new DemoFailed('there is no Docker engine to show it on (see above)');
}

async function leave({ dir, simulate }: DemoOptions, { url }: Platform, signal: AbortSignal): Promise<void> {
  show(`
Left running: the API at ${url}, its log and those of the workers in ${dir}.
  go on      export HOME=${join(dir, 'home')}; ${join(import.meta.dirname, '../bin/oo')} deployment list
  end it     ${simulate ? 'Ctrl-C' : 'npm run demo -- --end'}`);
  if (simulate) await once(signal, 'abort');
}

/** Aborts at the first signal, so that what was started is ended in order. A second one ends the demo at once. */
function interruptions(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      process.stdout.write(`\n# ${name}: cleaning up (once more to leave it to the next run)\n`);
      controller.abort(new Interrupted(name));
    });
  }
  return controller.signal;
}

function parse(): DemoOptions | undefined {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return undefined;
  }
}

function print(text: string): number {
  show(text);
  return 0;
}

async function explain(error: unknown, signal: AbortSignal, { dir }: DemoOptions): Promise<number> {
  if (!signal.aborted || !isAbort(error)) {
    const words = error instanceof DemoFailed ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`demo failed: ${words}\n`);
  }
  const left = await readRun(dir).catch(() => 'unreadable');
  const where = dir === readOptions([]).dir ? '' : ` --dir ${dir}`;
  if (left !== undefined) process.stderr.write(`  what is left of it: npm run demo -- --end${where}\n`);
  return signal.aborted ? EXIT.interrupted : EXIT.failure;
}

/** Whether this is how the interruption itself shows: waits and children end with an AbortError, our own code with Interrupted. */
function isAbort(error: unknown): boolean {
  return error instanceof Interrupted || (error instanceof Error && error.name === 'AbortError');
}

process.exitCode = await main();
