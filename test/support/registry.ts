import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A registry of its own on 127.0.0.1 (Debian's docker-registry), without authentication. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:port`, the first part of its images' references. */
  readonly address: string;
}

/** Starts a registry; its images are gone when it is disposed. Throws when it does not answer within 10 s. */
export async function startRegistry(): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'config.yml');
  // JSON is YAML; the debug listener of Debian's default configuration would collide between two registries.
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
      http: { addr: address },
    }),
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2_000)));
  child.on('error', (error) => (words += error.message));
  const close = async (): Promise<void> => {
    if (child.exitCode === null) child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await answers(`http://${address}/v2/`))) {
    await close();
    throw new Error(`the registry does not answer: ${words}`);
  }
  return { address, [Symbol.asyncDispose]: close };
}

async function answers(url: string): Promise<boolean> {
  const until = performance.now() + 10_000;
  while (performance.now() < until) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return true;
    await delay(50);
  }
  return false;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
