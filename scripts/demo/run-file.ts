import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const runFile = z.object({
  /** The process of the demo itself. */
  demo: z.int(),
  processes: z.array(z.object({ name: z.string(), pid: z.int() })),
  /** The folder of the embedded database, and whose containers are ours: absent until they exist. */
  database: z.string().optional(),
  installationId: z.string().optional(),
  engineUrl: z.string().optional(),
  /** Where the API listens, for the words at the end of --keep. */
  url: z.string().optional(),
});

/** What has to be ended and removed after a run, written down as soon as it is known. */
export type Run = z.infer<typeof runFile>;

const pathOf = (dir: string): string => join(dir, 'run.json');

/** The run that left its file in `dir`; undefined when there is none. */
export async function readRun(dir: string): Promise<Run | undefined> {
  const text = await readFile(pathOf(dir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : runFile.parse(JSON.parse(text));
}

/** Replaces the file in one step: whoever cleans up after a crash finds it whole. */
export async function writeRun(dir: string, run: Run): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o711 });
  const draft = `${pathOf(dir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, pathOf(dir));
}
