import { availableParallelism } from 'node:os';

import { hash, verify, type Options } from '@node-rs/argon2';

import { createSemaphore } from '../../semaphore.ts';

/** OWASP's first choice: Argon2id (the library's default), 19 MiB, two passes, one lane. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A core is left to everybody else: whoever tries passwords must not slow down those who are logged in. */
const places = createSemaphore(Math.max(1, availableParallelism() - 1));

/** The hash of a password, with its salt and parameters. */
export async function hashPassword(password: string): Promise<string> {
  return inPlace(() => hash(password, COST));
}

async function inPlace<Result>(work: () => Promise<Result>): Promise<Result> {
  const release = await places.acquire();
  try {
    return await work();
  } finally {
    release();
  }
}

let decoy: Promise<string> | undefined;

/** Whether the password belongs to the hash. Without a hash it takes just as long, so that nobody can tell which accounts exist. */
export async function isPassword(password: string, hashed: string | undefined): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const known = hashed ?? (await decoy);
  return (await inPlace(() => verify(known, password))) && hashed !== undefined;
}
