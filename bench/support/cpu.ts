import { readdir, readFile } from 'node:fs/promises';

/** Linux counts the CPU time of processes in hundredths of a second. */
const TICK_US = 10_000;

/** CPU time so far, in microseconds. */
export interface CpuTimes {
  /** Of this process. */
  readonly own: number;
  /** Of the database server: all its processes, the ended ones too. */
  readonly postgres: number;
}

/** The CPU time that this process and the server under the given process have taken. */
export async function cpuTimes(postmaster: number): Promise<CpuTimes> {
  const { user, system } = process.cpuUsage();
  const all = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readStat));
  const server = all
    .filter((stat) => stat !== undefined)
    .filter(({ pid, parent }) => pid === postmaster || parent === postmaster);
  return { own: user + system, postgres: server.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_US };
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Own and those of children that have been waited for. */
  readonly ticks: number;
}

/** Undefined for a process that has ended in the meantime. */
async function readStat(pid: string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The second field is the name in parentheses, which may hold spaces.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0] = fields.slice(1);
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0);
  return { pid: Number(pid), parent, ticks };
}

/** The CPU time between two readings. */
export function difference(before: CpuTimes, after: CpuTimes): CpuTimes {
  return { own: after.own - before.own, postgres: after.postgres - before.postgres };
}
