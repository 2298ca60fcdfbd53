import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { connectEngine } from '../../src/engine/connect.ts';
import { LABEL } from '../../src/engine/engine.ts';
import { destroyEmbedded } from '../../src/postgres/embedded.ts';
import { DemoFailed } from './failure.ts';
import { endProcess, isDemo } from './processes.ts';
import { readRun, type Run } from './run-file.ts';

/**
 * Ends and removes everything of the run in `dir`, however far it came and however it ended: processes, containers,
 * database, files. Answers false when there was nothing. Throws DemoFailed while that demo itself still runs.
 */
export async function cleanUp(dir: string): Promise<boolean> {
  const run = await readRun(dir);
  if (run === undefined) return false;
  if (run.demo !== process.pid && (await isDemo(run.demo))) {
    throw new DemoFailed(`a demo is running (process ${run.demo}); end it with Ctrl-C, or use another --dir`);
  }
  // Before the containers: a worker would replace what is taken away.
  await Promise.all(run.processes.map(({ pid }) => endProcess(pid, dir)));
  await removeContainers(run);
  await destroyEmbedded(run.database ?? join(dir, 'postgres'));
  await rm(dir, { recursive: true, force: true });
  return true;
}

async function removeContainers({ engineUrl, installationId }: Run): Promise<void> {
  if (engineUrl === undefined || installationId === undefined) return;
  await using engine = connectEngine(engineUrl, { insecureTcp: true });
  const containers = (await engine.list()).filter(({ labels }) => labels[LABEL.owner] === installationId);
  await Promise.all(containers.map(({ id }) => engine.remove(id)));
}
