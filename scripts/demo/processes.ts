import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { DemoFailed } from './failure.ts';

const ROOT = join(import.meta.dirname, '../..');
/** In the environment of every process of a demo: by it a later run knows that a process id was not given to somebody else. */
const MARK = 'DEPLOY_SVC_DEMO_DIR';
const READY_DEADLINE_MS = 60_000;
const END_DEADLINE_MS = 30_000;
const POLL_MS = 50;

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
}

/**
 * Starts one process of the product, with its log in `<dir>/<name>.log`, in a process group of its own: Ctrl-C reaches
 * the demo alone, which ends its processes in order.
 */
export async function startProcess(
  dir: string,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const log = join(dir, `${name}.log`);
  const file = await open(log, 'w', 0o600);
  const child = spawn(process.execPath, [join(ROOT, 'src/main.ts')], {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_LEVEL: 'info', ...settings, [MARK]: dir },
    stdio: ['ignore', 'ignore', file.fd],
    detached: true,
  });
  await file.close();
  if (child.pid === undefined) throw new DemoFailed(`the process ${name} could not be started`);
  child.unref();
  return { name, pid: child.pid, log };
}

/** Waits until the process logs that it is ready. Answers with the URL that it listens at, if any. */
export async function waitReady({ name, pid, log }: ServiceProcess, signal: AbortSignal): Promise<string | undefined> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  for (;;) {
    const lines = (await readFile(log, 'utf8')).split('\n');
    const ready = lines.find((line) => line.includes('"message":"ready"'));
    if (ready !== undefined) return /"url":"([^"]+)"/.exec(ready)?.[1];
    const last = lines.filter((line) => line !== '').slice(-5);
    if (!(await isOfDemo(pid))) throw new DemoFailed([`the process ${name} has ended:`, ...last].join('\n'));
    if (performance.now() > deadline) throw new DemoFailed([`${name} is not ready (${log}):`, ...last].join('\n'));
    await delay(POLL_MS, undefined, { signal });
  }
}

/** Asks the process to end, waits, and makes it end when it takes too long. One that is gone: no effect. */
export async function endProcess(pid: number, dir?: string): Promise<void> {
  for (const [name, wait] of [
    ['SIGTERM', END_DEADLINE_MS],
    ['SIGKILL', END_DEADLINE_MS],
  ] as const) {
    if (!(await isOfDemo(pid, dir))) return;
    process.kill(pid, name);
    const deadline = performance.now() + wait;
    while ((await isOfDemo(pid, dir)) && performance.now() < deadline) await delay(POLL_MS);
  }
  if (await isOfDemo(pid, dir)) throw new DemoFailed(`process ${pid} does not end`);
}

/** True while that process runs and belongs to a demo (of `dir`, when it is given). */
async function isOfDemo(pid: number, dir?: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  // Empty for a process that has ended and is not collected yet.
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return `\0${environment}`.includes(dir === undefined ? `\0${MARK}=` : `\0${MARK}=${dir}\0`);
}

/** True while that process runs and is a demo. */
export async function isDemo(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
  return command.includes('scripts/demo.ts');
}
