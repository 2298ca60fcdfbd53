import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** What may be an id: it becomes part of container names, label values and URLs. At most 63 characters. */
export const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
/** `IDENTIFIER` in words, for messages. */
export const IDENTIFIER_FORM =
  'letters, digits, "_", "." and "-", starting with a letter or digit, at most 63 characters';

/** A new id with its kind in front, in the contract's style: `depl_dbOdi5eLQK`. */
export function newId(kind: 'depl' | 'node' | 'inst' | 'usr' | 'app' | 'tok' | 'wrk' | 'ctr' | 'rtr'): string {
  const letters = Array.from({ length: 10 }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return `${kind}_${letters.join('')}`;
}

/** The id that this kind of thing has under that name, always the same: two who register it at once mean the same one. */
export function derivedId(kind: 'node' | 'inst' | 'usr' | 'ver' | 'perm' | 'enr', name: string): string {
  const digest = createHash('sha256').update(name).digest();
  const letters = Array.from({ length: 10 }, (_, index) => ALPHABET[digest.readUInt16BE(index * 2) % ALPHABET.length]);
  return `${kind}_${letters.join('')}`;
}
