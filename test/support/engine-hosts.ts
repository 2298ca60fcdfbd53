import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** A host of its own: a real engine in a network namespace, reached over the network like any other host's. */
export interface EngineHost {
  readonly name: string;
  /** `tcp://10.X.N.2:2375`. */
  readonly url: string;
  /** By its socket, which a cut network does not cut: for the oracle only. */
  readonly engine: Engine;
  /** Cuts its network off, or joins it again. */
  setLink(state: 'up' | 'down'): Promise<void>;
  /** SIGKILL of the engine and its containerd. */
  kill(): Promise<void>;
  /** Starts the engine again, on the same data. */
  start(): Promise<void>;
}

export interface HostOptions {
  /** Third byte of the first host's address; others that run at the same time need others. */
  readonly first?: number;
  /** Environment of the engines, beside this process's. */
  readonly env?: Readonly<Record<string, string>>;
}

/** As many hosts as asked for; ended and removed, with everything on them, when disposed. */
export async function engineHosts(
  count: number,
  { first = 0, env = {} }: HostOptions = {},
): Promise<{ readonly hosts: readonly EngineHost[] } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'dsvc-hosts-'));
  stack.defer(async () => {
    // An engine that was killed leaves its mounts behind.
    await unmountBelow(folder);
    await rm(folder, { recursive: true, force: true });
  });
  const hosts: EngineHost[] = [];
  for (let index = 0; index < count; index += 1) hosts.push(await openHost(stack, folder, first + index, env));
  const whole = stack.move();
  return { hosts, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

async function openHost(
  stack: AsyncDisposableStack,
  folder: string,
  index: number,
  env: Readonly<Record<string, string>>,
): Promise<EngineHost> {
  const name = `dsvc${process.pid % 10_000}n${index}`;
  const address = await openNamespace(stack, name, index);
  const socket = join(folder, `${index}.sock`);
  const url = `tcp://${address}:2375`;
  const engine = stack.use(connectEngine(`unix://${socket}`));
  const daemon = dockerd(name, { folder: join(folder, String(index)), socket, url, env });
  const start = async (): Promise<void> => {
    daemon.start();
    const answers = async (): Promise<boolean> => (await engine.info().catch(() => undefined)) !== undefined;
    await until(`the engine of ${name} answers`, 30_000, answers).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await daemon.log()}`);
    });
  };
  await start();
  stack.defer(async () => {
    // Only a running engine can end its containers; what a killed one leaves would outlive the test.
    if (!daemon.running()) await start();
    await Promise.all((await engine.list()).map(({ id }) => engine.remove(id)));
    await daemon.end('SIGTERM');
  });
  const setLink = async (state: 'up' | 'down'): Promise<void> => {
    await run('ip', ['link', 'set', `${name}h`, state]);
  };
  return { name, url, engine, setLink, kill: () => daemon.end('SIGKILL'), start };
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) await run('umount', [mount]);
}

/** A namespace joined to this machine by a pair of interfaces; returns the address inside. */
async function openNamespace(stack: AsyncDisposableStack, name: string, index: number): Promise<string> {
  // Of this process: hosts of another run on this machine must not answer under the same address.
  const net = `10.${64 + (process.pid % 128)}.${index}`;
  const [here, there] = [`${net}.1`, `${net}.2`];
  await run('ip', ['netns', 'add', name]);
  stack.defer(async () => void (await run('ip', ['netns', 'delete', name])));
  await run('ip', ['link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
  await run('ip', ['address', 'add', `${here}/30`, 'dev', `${name}h`]);
  await run('ip', ['link', 'set', `${name}h`, 'up']);
  await run('ip', ['-n', name, 'address', 'add', `${there}/30`, 'dev', 'eth0']);
  await run('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
  await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  await run('ip', ['-n', name, 'route', 'add', 'default', 'via', here]);
  return there;
}

interface Daemon {
  start(): void;
  running(): boolean;
  /** Resolves when it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  log(): Promise<string>;
}

interface DaemonOptions {
  readonly folder: string;
  readonly socket: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

/** `nsenter`, not `ip netns exec`: the latter hides the cgroup mounts from the engine. */
function dockerd(namespace: string, { folder, socket, url, env }: DaemonOptions): Daemon {
  const logFile = `${folder}.log`;
  const pidFile = `${folder}.pid`;
  let child: ChildProcess | undefined;
  const running = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    start() {
      const log = openSync(logFile, 'a');
      child = spawn(
        'nsenter',
        [
          `--net=/run/netns/${namespace}`,
          'dockerd',
          `--host=unix://${socket}`,
          `--host=${url}`,
          '--tls=false',
          `--data-root=${join(folder, 'data')}`,
          `--exec-root=${join(folder, 'exec')}`,
          `--pidfile=${pidFile}`,
          '--bip=172.30.0.1/16',
          '--shutdown-timeout=2',
        ],
        { stdio: ['ignore', log, log], env: { ...process.env, ...env } },
      );
      closeSync(log);
    },
    running,
    async end(signal) {
      if (child === undefined || !running()) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
      await rm(pidFile, { force: true });
    },
    log: async () => (await readFile(logFile, 'utf8')).split('\n').slice(-30).join('\n'),
  };
}
