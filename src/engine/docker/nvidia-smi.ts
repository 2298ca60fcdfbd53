import { spawn } from 'node:child_process';

import { EngineError } from '../engine-error.ts';
import type { GpuReading } from '../gpu.ts';
import type { SshOptions } from './options.ts';
import { sshArguments } from './ssh-agent.ts';

const FIELDS = [
  'index',
  'name',
  'pci.bus_id',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'pstate',
  'power.draw',
  'power.limit',
  'compute_mode',
];
const COMMAND = ['nvidia-smi', `--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'] as const;

/** A shell's exit code for a command that is not there. */
const NOT_FOUND = 127;

/**
 * Asks the host of an engine for its cards: this machine for `unix:`, by ssh for `ssh:`. Undefined where nobody can be
 * asked: `tcp:` leads to the engine alone, and a host without `nvidia-smi` has no driver. Throws EngineError `refused`
 * with its words when it fails, and the signal's reason.
 */
export async function readGpus(
  url: URL,
  ssh: SshOptions | undefined,
  signal: AbortSignal,
): Promise<readonly GpuReading[] | undefined> {
  if (url.protocol === 'tcp:') return undefined;
  const overSsh = url.protocol === 'ssh:';
  const command = overSsh ? (ssh?.command ?? 'ssh') : COMMAND[0];
  const args = overSsh ? sshArguments(url, ssh ?? {}, COMMAND.join(' ')) : COMMAND.slice(1);
  const output = await run(command, args, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new EngineError('refused', `nvidia-smi for ${url.href}: ${error instanceof Error ? error.message : ''}`);
  });
  return output === undefined ? undefined : parseGpus(output);
}

/** Standard output; undefined when there is no such command. Throws with its words when it ends with another code than 0. */
function run(command: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
    let [output, words] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-1_000)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else if (code === NOT_FOUND) resolve(undefined);
      // It tells its failures on standard output.
      else reject(new Error(`ended with code ${code}: ${(words + output).trim()}`));
    });
  });
}

/** One line per card, in the order of the fields; `[N/A]` and its like for what a card does not tell. */
export function parseGpus(csv: string): readonly GpuReading[] {
  const lines = csv.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line) => {
    const [index = '', name = '', busId = '', total, used, utilization, temperature, state, draw, cap, mode] = line
      .split(',')
      .map((part) => part.trim());
    // A warning among the lines is no card.
    if (!/^\d+$/.test(index)) return [];
    return {
      index: Number(index),
      name,
      busId,
      vramBytes: numberOf(total) * 2 ** 20,
      usedBytes: numberOf(used) * 2 ** 20,
      utilization: numberOf(utilization),
      temperature: numberOf(temperature),
      performanceState: textOf(state),
      powerUsage: numberOf(draw),
      powerCap: numberOf(cap),
      computeMode: textOf(mode),
    };
  });
}

function numberOf(text: string | undefined): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : 0;
}

function textOf(text = ''): string {
  return text.startsWith('[') ? '' : text;
}
