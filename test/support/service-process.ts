import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Step } from '../../src/workers/deps.ts';

const ENTRY = fileURLToPath(new URL('worker-process.ts', import.meta.url));
const READY_DEADLINE_MS = 30_000;
const END_DEADLINE_MS = 30_000;
/** Characters of a process' output that a failure shows. */
const OUTPUT_KEPT = 20_000;

export interface ProcessOptions {
  readonly databaseUrl: string;
  /** `api`, `worker`, `gateway` or several of them. */
  readonly roles?: string;
  /** Further settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Characters of its output that are kept; the last 20 000 by default. */
  readonly outputKept?: number;
  /** The process sends itself a signal when it reaches this step for the n-th time. */
  readonly signalAt?: {
    readonly step: Step;
    readonly times?: number;
    readonly signal: NodeJS.Signals;
  };
}

/** An operating system process that runs the product. */
export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number;
  /** Where its API listens, when it has one. */
  readonly url: string | undefined;
  /** Where its gateway listens, when it has one. */
  readonly gatewayUrl: string | undefined;
  /** Waits until it has ended, at most 30 s. */
  end(): Promise<ProcessEnd>;
  /** True until the process has ended. */
  readonly running: boolean;
  signal(signal: NodeJS.Signals): void;
  /** The last that it logged. */
  output(): string;
}

/** When a process ended, in milliseconds since the epoch, and how. */
export interface ProcessEnd {
  readonly at: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Starts the process and waits until it says that it is ready. Killed on disposal, stopped or not. */
export async function startProcess(options: ProcessOptions): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [ENTRY], { env: environment(options), stdio: ['pipe', 'pipe', 'pipe'] });
  const output = keepOutput(child, options.outputKept ?? OUTPUT_KEPT);
  const ended = new Promise<ProcessEnd>((resolve) =>
    child.once('exit', (code, signal) => resolve({ at: Date.now(), code, signal })),
  );
  const close = async (): Promise<void> => {
    // SIGKILL ends stopped processes as well.
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const { url, gatewayUrl } = await readiness(child, ended);
    return {
      pid: child.pid ?? 0,
      url,
      gatewayUrl,
      end: () => within(ended, output),
      get running() {
        return child.exitCode === null && child.signalCode === null;
      },
      signal: (name) => void child.kill(name),
      output,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw new Error(`${String(error)}\n${output()}`, { cause: error });
  }
}

async function within<T>(promise: Promise<T>, output: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`it has not ended within ${END_DEADLINE_MS} ms\n${output()}`)),
    END_DEADLINE_MS,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function environment({ databaseUrl, roles = 'worker', settings, signalAt }: ProcessOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    DATABASE_URL: databaseUrl,
    ROLES: roles,
    PORT: '0',
    ...settings,
    ...(signalAt === undefined ? {} : { SIGNAL_AT: `${signalAt.step} ${signalAt.times ?? 1} ${signalAt.signal}` }),
  };
}

function keepOutput(child: ChildProcess, kept: number): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-kept)));
  }
  return () => `process ${child.pid}:\n${text}`;
}

interface Said {
  readonly url?: string;
  readonly gatewayUrl?: string;
}

function readiness(child: ChildProcess, ended: Promise<unknown>): Promise<Said> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${READY_DEADLINE_MS} ms`)), READY_DEADLINE_MS);
    child.once('error', reject);
    void ended.then(() => reject(new Error('it ended before it was ready')));
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const said = /^ready (.*)$/m.exec(text)?.[1];
      if (said === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(said) as Said);
    });
  });
}
