import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { type Extract, extract } from 'tar-stream';

import { EngineError } from '../engine-error.ts';

const INSTRUCTIONS =
  /^(FROM|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL|MAINTAINER)$/i;

/**
 * Reads a build context and goes through its Dockerfile as far as that is possible without running anything: unknown
 * instructions, a missing Dockerfile, missing sources of COPY and a `RUN false` fail as they would. Throws `build-failed`.
 */
export async function simulateBuild(
  context: AsyncIterable<Uint8Array>,
  tag: string,
  onLine: (line: string) => void,
): Promise<void> {
  const files = await readTar(context);
  const dockerfile = files.get('Dockerfile');
  const fail = (words: string): EngineError => new EngineError('build-failed', `build ${tag}: ${words}`);
  if (dockerfile === undefined) throw fail('Cannot locate specified Dockerfile: Dockerfile');
  const steps = dockerfile
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (steps.length === 0) throw fail('the Dockerfile (Dockerfile) cannot be empty');
  for (const step of steps) {
    const instruction = step.split(/\s+/, 1)[0] ?? '';
    if (!INSTRUCTIONS.test(instruction))
      throw fail(`dockerfile parse error: unknown instruction: ${instruction.toUpperCase()}`);
  }
  steps.forEach((step, index) => {
    onLine(`Step ${index + 1}/${steps.length} : ${step}`);
    const missing = sourcesOf(step).find((source) => source !== '.' && !files.has(source) && !hasFolder(files, source));
    if (missing !== undefined)
      throw fail(
        `COPY failed: file not found in build context or excluded by .dockerignore: stat ${missing}: file does not exist`,
      );
    if (/^RUN\s+(false|\[.*"false"\])\s*$/i.test(step))
      throw fail(`The command '${step}' returned a non-zero code: 1\nStep ${index + 1}/${steps.length} : ${step}`);
  });
  onLine(`Successfully tagged ${tag}`);
}

function sourcesOf(step: string): readonly string[] {
  const [instruction = '', ...args] = step.split(/\s+/).filter((word) => !word.startsWith('--'));
  if (!/^COPY$/i.test(instruction) || step.includes('--from=') || step.includes('*')) return [];
  return args.slice(0, -1).map((source) => source.replace(/^\.?\//, '').replace(/\/$/, '') || '.');
}

function hasFolder(files: ReadonlyMap<string, string>, folder: string): boolean {
  return files.keys().some((name) => name.startsWith(`${folder}/`));
}

/** Only the Dockerfile's content is kept; of the others their names. */
async function readTar(context: AsyncIterable<Uint8Array>): Promise<ReadonlyMap<string, string>> {
  const tar = extract();
  const [files] = await Promise.all([readEntries(tar), pipeline(Readable.from(context, { objectMode: false }), tar)]);
  return files;
}

async function readEntries(tar: Extract): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for await (const entry of tar) {
    const name = entry.header.name.replace(/^\.\//, '').replace(/\/$/, '');
    const chunks: Buffer[] = [];
    for await (const chunk of entry) if (name === 'Dockerfile') chunks.push(chunk as Buffer);
    files.set(name, Buffer.concat(chunks).toString());
  }
  return files;
}
