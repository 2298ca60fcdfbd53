import type { RequestOf } from '../handler.ts';

/** The names that a request lists, each once, by whichever of the field's names. */
export function namesIn({ id, ids, key, keys }: RequestOf<'removeSecrets'>['body']): readonly string[] {
  return [...new Set([...(ids ?? []), ...(keys ?? []), id ?? '', key ?? ''])].filter((name) => name !== '');
}
