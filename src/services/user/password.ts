import { hash, verify, type Options } from '@node-rs/argon2';

/** OWASP's first choice: Argon2id (the library's default), 19 MiB, two passes, one lane. */
const COST: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a password, with its salt and parameters. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

let decoy: Promise<string> | undefined;

/** Whether the password belongs to the hash. Without a hash it takes just as long, so that nobody can tell which accounts exist. */
export async function isPassword(password: string, hashed: string | undefined): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  return (await verify(hashed ?? (await decoy), password)) && hashed !== undefined;
}
