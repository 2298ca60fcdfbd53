import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** An executable `nvidia-smi` at the front of the PATH of this process. */
export interface NvidiaSmi extends AsyncDisposable {
  /** From now on it is this shell script. */
  become(script: string): Promise<void>;
}

/** Puts it there; gone when it is disposed. */
export async function nvidiaSmi(script: string): Promise<NvidiaSmi> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-nvidia-'));
  const file = join(folder, 'nvidia-smi');
  const before = process.env['PATH'];
  const become = async (next: string): Promise<void> => {
    await writeFile(file, `#!/bin/sh\n${next}\n`);
    await chmod(file, 0o755);
  };
  await become(script);
  process.env['PATH'] = `${folder}${delimiter}${before}`;
  return {
    become,
    async [Symbol.asyncDispose]() {
      process.env['PATH'] = before;
      await rm(folder, { recursive: true });
    },
  };
}

/** What nvidia-smi prints of cards with so many MiB each, in the order in which it is asked. */
export function printed(...mebibytes: readonly number[]): string {
  const line = (size: number, index: number): string =>
    `${index}, NVIDIA H100 80GB HBM3, 00000000:${index}B:00.0, ${size}, 0, ${40 + index}, 3${index}, P0, 70.5, 700.00, Default`;
  return mebibytes.map((size, index) => `${line(size, index)}\n`).join('');
}
