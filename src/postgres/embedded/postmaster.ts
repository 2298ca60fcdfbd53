import { readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** What a server writes about itself into `postmaster.pid`. */
export type Postmaster = {
  readonly pid: number;
  readonly port: number;
  /** Accepts connections. */
  readonly ready: boolean;
};

/** Reads `postmaster.pid` of a cluster; undefined when it is absent or not yet written in full. */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!(pid > 0)) return undefined;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

/**
 * False when process `pid` surely is not the server of `cluster`: after a reboot the id in a left-over file may
 * belong to anybody. A server works in its cluster's directory; where /proc is absent nothing can be told.
 */
export async function mayServe(pid: number, cluster: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster));
  } catch {
    return process.platform !== 'linux';
  }
}
