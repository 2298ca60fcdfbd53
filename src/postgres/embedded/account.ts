import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The operating-system user that PostgreSQL runs as. */
export type Account = { readonly uid: number; readonly gid: number };

/** Undefined when the caller's own user will do; otherwise (PostgreSQL refuses to run as root) the user `postgres`, created when absent. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp('postgres');
  if (existing) return existing;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (cause) {
    const present = await lookUp('postgres');
    if (present) return present;
    throw new Error('PostgreSQL cannot run as root, and its user "postgres" could not be created', { cause });
  }
  const created = await lookUp('postgres');
  if (!created) throw new Error('the user "postgres" was created but cannot be found');
  return created;
}

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    // `id` fails for one reason: there is no such user.
    return undefined;
  }
}
