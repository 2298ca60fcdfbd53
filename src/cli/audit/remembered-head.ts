import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { isObject } from '../json.ts';
import { replaceFile } from '../../replace-file.ts';

/** What a server's log was when it was verified from here last. */
export interface RememberedHead {
  readonly position: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** By server: `~/.1backend/auditHeads.json`. Who rewrites the whole log does not reach it. */
function headsFile(): string {
  return join(homedir(), '.1backend', 'auditHeads.json');
}

export async function rememberedHead(server: string): Promise<RememberedHead | undefined> {
  const head = (await readHeads())[server];
  if (!isObject(head)) return undefined;
  const { position, hash } = head;
  return typeof position === 'number' && typeof hash === 'string' ? { position, hash } : undefined;
}

export async function rememberHead(server: string, head: RememberedHead): Promise<void> {
  const heads = { ...(await readHeads()), [server]: head };
  await replaceFile(headsFile(), `${JSON.stringify(heads, null, 2)}\n`);
}

async function readHeads(): Promise<Record<string, unknown>> {
  const text = await readFile(headsFile(), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}
