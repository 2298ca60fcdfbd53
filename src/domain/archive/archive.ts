import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A closed range of the log in a file. Hashes in hexadecimal. */
export const archive = z.strictObject({
  /** Positions of its first and last event. */
  first: z.number().int().positive(),
  last: z.number().int().positive(),
  /** The hash of the event before the first, or the one that every log begins with. */
  before: sha256,
  /** The hash of the last event; a signed checkpoint says the same. */
  hash: sha256,
  /** The name of the file, without its directory. */
  file: z.string(),
  /** Of the file as it was written. */
  sha256,
  bytes: z.number().int(),
});
export type Archive = z.infer<typeof archive>;

/** An archive whose events are out of the database. */
export interface KeptArchive extends Archive {
  readonly at: Date;
  /** Who archived it. */
  readonly actor: string;
}

/** The id of an archive, as its stream has it: `1-1200`. */
export function archiveId({ first, last }: Pick<Archive, 'first' | 'last'>): string {
  return `${first}-${last}`;
}

/** The name of its file: in a list of files the order is that of the log. */
export function archiveFile(first: number, last: number): string {
  const padded = (position: number): string => String(position).padStart(12, '0');
  return `events-${padded(first)}-${padded(last)}.ndjson.gz`;
}
