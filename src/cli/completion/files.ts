import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Folders, and files that a save reads, that begin as typed; a folder ends with `/`. Nothing where none can be read. */
export async function filesLike(typed: string): Promise<readonly string[]> {
  const folder = typed.endsWith('/') ? typed : `${dirname(typed)}/`;
  const prefix = typed.endsWith('/') ? '' : basename(typed);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== undefined) return [];
    throw error;
  });
  const shown = folder === './' && !typed.startsWith('./') ? '' : folder;
  return entries
    .filter(({ name }) => name.startsWith(prefix) && (prefix !== '' || !name.startsWith('.')))
    .filter((entry) => entry.isDirectory() || /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => `${shown}${entry.name}${entry.isDirectory() ? '/' : ''}`);
}
