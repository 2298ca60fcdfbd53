import type { Db } from '../../src/postgres/database.ts';
import { firstBroken, lastEvent, readLogHead } from '../../src/store/audit.ts';

/** The position of the first event whose stored hash is not what its row and the hashes before it give, if any. */
export async function firstBrokenLink(db: Db): Promise<number | undefined> {
  const [head, last] = [await readLogHead(db), await lastEvent(db)];
  const broken = await firstBroken(db, 0, Math.max(head.position, last?.position ?? 0));
  if (broken !== undefined || last === undefined) return broken;
  return last.position === head.position && last.hash === head.hash ? undefined : last.position + 1;
}
