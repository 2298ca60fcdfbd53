import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { SourceError } from './source-error.ts';

/** Characters of git's complaints that are kept: the last ones say what was wrong. */
const KEPT = 4_000;
/** Settings of the machine that say how the network is reached. */
const NETWORK = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'GIT_SSL_CAINFO'];

/**
 * What every call is made with. Nothing of the machine's or its user's configuration counts: no hooks, no credential
 * helpers, no filters, no rewritten addresses; of what a repository brings nothing is run, and submodules stay out.
 */
const CONFIG: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.askPass', ''],
  ['credential.helper', ''],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['protocol.allow', 'never'],
  ['protocol.https.allow', 'always'],
  ['protocol.http.allow', 'always'],
  ['protocol.ssh.allow', 'always'],
  ['gc.auto', '0'],
  ['init.defaultBranch', 'main'],
  ['advice.detachedHead', 'false'],
];

export interface GitCall {
  /** An empty directory that stands for the user's home. */
  readonly home: string;
  readonly cwd: string;
  /** Configuration of this call: it travels in the environment, where no list of processes shows it. */
  readonly config?: readonly (readonly [string, string])[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends git and whatever it has started. */
  readonly signal: AbortSignal;
  /** What must not appear in a message. */
  readonly secrets: readonly string[];
}

/** Runs git and answers with what it wrote. Throws SourceError with its complaint, or the signal's reason. */
export async function git(args: readonly string[], call: GitCall): Promise<string> {
  call.signal.throwIfAborted();
  const child = spawn('git', args, {
    cwd: call.cwd,
    env: environmentOf(call),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: git's helpers have to end with it.
    detached: true,
  });
  const end = (): void => killGroup(child.pid);
  call.signal.addEventListener('abort', end);
  let out = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-KEPT)));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    call.signal.throwIfAborted();
    if (code !== 0) throw new SourceError('failed', `git ${args[0] ?? ''}: ${wordsOf(complaint, call.secrets)}`);
    return out;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new SourceError('no-git', 'git is not installed where the server runs: apt-get install git');
    }
    throw error;
  } finally {
    call.signal.removeEventListener('abort', end);
  }
}

function environmentOf({ home, config = [], environment = {} }: GitCall): NodeJS.ProcessEnv {
  const settings = [...CONFIG, ...config];
  const inherited = NETWORK.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  // Everything else is told the authorities of a network by this one; git as Debian builds it has a name of its own for it.
  const authorities = process.env['SSL_CERT_FILE'];
  return {
    ...(authorities === undefined ? {} : { SSL_CERT_FILE: authorities, GIT_SSL_CAINFO: authorities }),
    ...Object.fromEntries(inherited),
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:http:ssh',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...environment,
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The complaint in one line, without progress and without anything secret. */
function wordsOf(complaint: string, secrets: readonly string[]): string {
  const lines = complaint.split(/[\r\n]+/).map((line) => line.trim());
  const words = lines
    .filter((line) => line !== '' && !/^(remote: )?(Counting|Compressing|Receiving|Resolving)/.test(line))
    .join('; ');
  const clean = secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '***')), words);
  return clean === '' ? 'failed without a word' : clean.slice(-1_000);
}
