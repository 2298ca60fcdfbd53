import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from './processes.ts';

/** One use of a server. `release` answers with the number of other uses that are left. */
export type Lease = { release(): Promise<number> };

/** Records a use of the server by this process as a file `<pid>-<random>` in `folder`. */
export async function lease(folder: string): Promise<Lease> {
  await mkdir(folder, { recursive: true });
  const name = `${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(join(folder, name), '');
  return {
    async release() {
      await rm(join(folder, name), { force: true });
      return countLive(folder);
    },
  };
}

/** Counts the uses of live processes, and forgets those of dead ones: a killed process cannot release. */
async function countLive(folder: string): Promise<number> {
  let live = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (isRunning(Number(name.split('-')[0]))) live += 1;
    else await rm(join(folder, name), { force: true });
  }
  return live;
}
