import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';

import { stateFile } from '../state/state-file.ts';
import type { Check } from './check.ts';

/** Longer than that no engine on this machine takes to say that it is there. */
const PING_MS = 2000;
const DEFAULT_ENGINE = 'unix:///var/run/docker.sock';

/** Whether this Node is new enough. `version`: `v24.1.0`. */
export function checkNode(version: string): Check {
  const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    readonly engines: { readonly node: string };
  };
  const least = Number(/\d+/.exec(engines.node)?.[0]);
  const name = 'Node';
  if (Number(/\d+/.exec(version)?.[0]) >= least) return { name, status: 'ok', found: version };
  return { name, status: 'fail', found: `${version} is older than ${least}`, mend: 'npm install (it brings Node 24)' };
}

/** Whether the file of servers and tokens is there, and its owner's alone. */
export async function checkStateFile(file = stateFile()): Promise<Check> {
  const name = 'state file';
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) === 0) return { name, status: 'ok', found: `${file}, readable by its owner alone` };
    const found = `${file} holds tokens, and others may read or change it (mode ${(mode & 0o777).toString(8)})`;
    return { name, status: 'warn', found, mend: `chmod 600 ${file}` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { name, status: 'ok', found: `none yet (${file}); http://127.0.0.1:11337 is used` };
    if (code === undefined) throw error;
    return { name, status: 'fail', found: message, mend: `ls -l ${file}` };
  }
}

/** Whether a container engine answers on this machine; only a machine that is a node needs one. */
export async function checkEngine(env: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'engine here';
  const host = env['DOCKER_HOST'] ?? DEFAULT_ENGINE;
  if (!/^(unix|tcp|http):\/\//.test(host)) return { name, status: 'skip', found: `${host} is not asked by this check` };
  const answer = await ping(host);
  if (answer === 'OK') return { name, status: 'ok', found: `answers at ${host}` };
  if (answer !== 'EACCES') return { name, status: 'skip', found: `none at ${host} (${answer}); only nodes need one` };
  const mend = 'sudo usermod -aG docker $USER, and log in again';
  return { name, status: 'warn', found: `you may not use the engine at ${host}`, mend };
}

/** `OK`, or why there is no answer. */
async function ping(host: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { hostname, port } = new URL(host);
  const to = host.startsWith('unix://') ? { socketPath: host.slice('unix://'.length) } : { host: hostname, port };
  const asking = request({ ...to, path: '/_ping', timeout: PING_MS }, (response) => {
    resolve(response.statusCode === 200 ? 'OK' : `status ${response.statusCode}`);
    response.destroy();
  });
  asking.once('timeout', () => asking.destroy(new Error(`no answer within ${PING_MS / 1000} s`)));
  asking.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  asking.end();
  return promise;
}
