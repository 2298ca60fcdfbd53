import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pack } from 'tar-stream';

import type { Engine } from '../../src/engine/engine.ts';

const FOLDER = join(import.meta.dirname, '../../demo/image');
/** Debian's busybox-static: one static binary is a whole user land. */
const BUSYBOX = '/bin/busybox';

/** Builds `deploy-svc-demo/hello:<version>` from demo/image. Nothing is pulled. */
export async function buildHello(engine: Engine, version: string, signal: AbortSignal): Promise<void> {
  const tar = pack();
  tar.entry({ name: 'Dockerfile' }, await readFile(join(FOLDER, 'Dockerfile')));
  tar.entry({ name: 'busybox', mode: 0o755 }, await readFile(BUSYBOX));
  tar.entry({ name: 'serve', mode: 0o755 }, await readFile(join(FOLDER, 'serve')));
  tar.entry({ name: 'version' }, version);
  tar.finalize();
  await engine.build(chunksOf(tar), `deploy-svc-demo/hello:${version}`, undefined, signal);
}

async function* chunksOf(tar: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of tar) yield chunk as Uint8Array;
}
