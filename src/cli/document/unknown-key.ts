import { nearest } from '../../domain/nearest.ts';
import type { Misfit } from './conform.ts';
import { isNested, type Schema } from './schema.ts';
import { type Entry, isEmpty, type Mapping } from './tree.ts';

/**
 * What to say of a key that the shape does not have: that it belongs under the empty block above it (the usual trace of
 * lost indentation), under another field, or which known key is meant.
 */
export function unknownKey(parent: Mapping, schema: Schema, entry: Entry, field: string): Misfit {
  const place = { at: entry.keyAt, field };
  const above = emptyBlockAbove(parent, schema, entry);
  if (above !== undefined) {
    return {
      ...place,
      message: `is not indented, so it does not belong to "${above.key}" on line ${above.keyAt.line}, which is empty`,
      hint: `put two more spaces before "${entry.key}"`,
      misindented: true,
    };
  }
  const properties = schema.properties ?? {};
  const guess = nearest(entry.key, Object.keys(properties));
  if (guess !== undefined) return { ...place, message: 'no such field', hint: `did you mean ${guess}?` };
  const owner = Object.keys(properties).find((key) => Object.hasOwn(properties[key]?.properties ?? {}, entry.key));
  if (owner !== undefined) return { ...place, message: 'no such field here', hint: `it belongs under "${owner}"` };
  return { ...place, message: 'no such field', hint: `known here: ${Object.keys(properties).join(', ')}` };
}

/** The nearest known key above with nothing behind it that wants a block, when no block with content lies between. */
function emptyBlockAbove(parent: Mapping, schema: Schema, entry: Entry): Entry | undefined {
  const above = parent.entries.slice(0, parent.entries.indexOf(entry)).toReversed();
  for (const candidate of above) {
    const known = schema.properties?.[candidate.key];
    if (!isNested(known)) continue;
    // `- cluster: x` may stand below `targetRegions:` without indentation, but `zone: y` below it may not.
    const fits = isEmpty(candidate.value) && accepts(known, entry.key);
    return fits ? candidate : undefined;
  }
  return undefined;
}

function accepts(schema: Schema | undefined, key: string): boolean {
  if (typeof schema?.additionalProperties === 'object') return true;
  return Object.hasOwn(schema?.properties ?? schema?.items?.properties ?? {}, key);
}
