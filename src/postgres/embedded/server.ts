import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answers } from './answers.ts';
import type { Cluster } from './cluster.ts';
import { clusterOf, serverEnvironment, serverUrl } from './cluster.ts';
import { mayServe, readPostmaster, type Postmaster } from './postmaster.ts';
import { isRunning } from './processes.ts';
import { SETTINGS, settingArguments } from './settings.ts';

const POLL_MS = 20;
/** Recovery after a crash replays the log since the last checkpoint: minutes of it at worst. */
const START_DEADLINE_MS = 120_000;
const FAST_STOP_DEADLINE_MS = 30_000;
const IMMEDIATE_STOP_DEADLINE_MS = 10_000;
const LOG_LINES = 20;

/** The URL of the server that runs on this data folder, waiting while it starts or stops; undefined when none does. */
export async function findServer(dataDir: string): Promise<string | undefined> {
  const cluster = clusterOf(dataDir);
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    const running = await liveServer(cluster);
    if (!running) return undefined;
    if (running.ready) {
      const url = await serverUrl(dataDir, running.port);
      if (await answers(url)) return url;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `PostgreSQL process ${running.pid} holds ${cluster} and does not answer${await logTail(dataDir)}`,
      );
    }
    await delay(POLL_MS);
  }
}

/** Starts the server in a process group of its own and waits until it accepts connections. Answers with its URL. */
export async function startServer(
  options: Cluster & { readonly port?: number; readonly settings?: Readonly<Record<string, string>> },
): Promise<string> {
  const { dataDir, binaries, account } = options;
  const cluster = clusterOf(dataDir);
  const port = options.port ?? (await freePort());
  const log = await open(join(dataDir, 'server.log'), 'a');
  const settings = { ...SETTINGS, ...options.settings, port: String(port) };
  const server = spawn(binaries.postgres, ['-D', cluster, ...settingArguments(settings)], {
    ...account,
    cwd: dataDir,
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  server.unref();
  await log.close();
  const failure = await readinessFailure(server, cluster);
  if (failure === undefined) return serverUrl(dataDir, port);
  if (server.pid !== undefined) await stopProcess(server.pid);
  throw new Error(`PostgreSQL did not start in ${dataDir}: ${failure}${await logTail(dataDir)}`);
}

/** Stops the server of this data folder and waits until its process is gone. None there: no effect. */
export async function stopServer(dataDir: string): Promise<void> {
  const running = await liveServer(clusterOf(dataDir));
  if (running) await stopProcess(running.pid);
}

async function liveServer(cluster: string): Promise<Postmaster | undefined> {
  const found = await readPostmaster(cluster);
  if (!found || !isRunning(found.pid)) return undefined;
  if (await mayServe(found.pid, cluster)) return found;
  // PostgreSQL itself may take the stranger for a server and refuse to start.
  if (isRunning(found.pid)) await rm(join(cluster, 'postmaster.pid'), { force: true });
  return undefined;
}

/** Waits until the spawned server accepts connections: undefined then, and otherwise the reason why it never will. */
async function readinessFailure(server: ChildProcess, cluster: string): Promise<string | undefined> {
  let spawnFailure: string | undefined;
  server.once('error', (error) => {
    spawnFailure = error.message;
  });
  const deadline = performance.now() + START_DEADLINE_MS;
  while (performance.now() < deadline) {
    const found = await readPostmaster(cluster);
    if (found?.pid === server.pid && found?.ready) return undefined;
    if (spawnFailure !== undefined) return spawnFailure;
    const end = server.exitCode ?? server.signalCode;
    if (end !== null) return `its process ended with ${end}`;
    await delay(POLL_MS);
  }
  return `it was not ready within ${START_DEADLINE_MS / 1000} s`;
}

async function stopProcess(pid: number): Promise<void> {
  // SIGINT is PostgreSQL's fast shutdown: sessions end, data is written. SIGQUIT stops at once and leaves recovery to the next start.
  if (await endsAfter(pid, 'SIGINT', FAST_STOP_DEADLINE_MS)) return;
  if (await endsAfter(pid, 'SIGQUIT', IMMEDIATE_STOP_DEADLINE_MS)) return;
  throw new Error(`PostgreSQL process ${pid} does not stop`);
}

async function endsAfter(pid: number, signal: NodeJS.Signals, deadlineMs: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (isRunning(pid)) throw error;
  }
  const deadline = performance.now() + deadlineMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') done(address.port);
        else failed(new Error('no free port'));
      });
    });
  });
}

async function logTail(dataDir: string): Promise<string> {
  const text = await readFile(join(dataDir, 'server.log'), 'utf8').catch(() => '');
  const lines = text.trim().split('\n').slice(-LOG_LINES);
  return lines[0] === '' ? '' : `\n${lines.join('\n')}`;
}
