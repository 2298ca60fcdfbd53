/**
 * Run after every change of package-lock.json: `node scripts/complete-lock.ts` (`--check` only tells what is missing).
 *
 * npm leaves optional packages out of the lock when it cannot find them in its registry (a mirror may carry one platform's
 * builds alone), and `npm ci` then refuses that same lock. This names them, so that the lock is good with every registry;
 * nobody but the platform concerned ever downloads them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const Package = z.looseObject({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Package) });
type Packages = z.infer<typeof Lock>['packages'];

const FILE = resolve('package-lock.json');
const PLATFORM = /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|x64|[a-z0-9]+)(?:-(gnu|musl))?/;
const LIBC: Readonly<Record<string, string>> = { gnu: 'glibc', musl: 'musl' };

/** Node's own look-up: the nearest node_modules on the way up. */
function isLocked(packages: Packages, from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

function entry(name: string, version: string, dev: boolean | undefined): z.infer<typeof Package> {
  const [, os, cpu, libc = ''] = PLATFORM.exec(name) ?? [];
  if (os === undefined || cpu === undefined) throw new Error(`${name} is missing, and its name tells no platform`);
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(LIBC[libc] === undefined ? {} : { libc: [LIBC[libc]] }),
    optional: true,
    os: [os],
  };
}

const lock = Lock.parse(JSON.parse(readFileSync(FILE, 'utf8')));
const missing = Object.entries(lock.packages).flatMap(([path, { dev, optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !isLocked(lock.packages, path, name))
    .map(([name, version]) => [`node_modules/${name}`, entry(name, version, dev)] as const),
);
if (process.argv.includes('--check')) {
  for (const [path] of missing)
    process.stdout.write(`${path} is missing in package-lock.json: run node scripts/complete-lock.ts\n`);
  process.exitCode = missing.length > 0 ? 1 : 0;
} else {
  const packages = [...Object.entries(lock.packages), ...missing].toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  process.stdout.write(`${missing.length} packages added\n`);
}
