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
  const above = blockAbove(parent, schema, entry);
  if (above !== undefined) {
    return {
      ...place,
      message: `is not indented, so it is not part of "${above.key}" on line ${above.keyAt.line}`,
      hint: `put two more spaces before "${entry.key}"`,
      misindented: true,
    };
  }
  const properties = schema.properties ?? {};
  const guess = nearest(entry.key, Object.keys(properties));
  if (guess !== undefined) return { ...place, message: 'no such field', hint: `did you mean ${guess}?` };
  const owner = Object.keys(properties).find((key) => isNested(properties[key]) && names(properties[key], entry.key));
  if (owner !== undefined) return { ...place, message: 'no such field here', hint: `it belongs under "${owner}"` };
  return { ...place, message: 'no such field', hint: `known here: ${Object.keys(properties).join(', ')}` };
}

/** The nearest block above that lacks its content, or a part of it, because that is not indented. */
function blockAbove(parent: Mapping, schema: Schema, entry: Entry): Entry | undefined {
  const above = parent.entries.slice(0, parent.entries.indexOf(entry)).toReversed();
  const block = above.find(({ key }) => isNested(schema.properties?.[key]));
  if (block === undefined || !accepts(schema.properties?.[block.key], entry.key)) return undefined;
  // `- cluster: x` may stand below `targetRegions:` without indentation, but `zone: y` behind it may not.
  const flush = block.value.kind === 'list' && block.value.at.column === block.keyAt.column;
  return isEmpty(block.value) || flush ? block : undefined;
}

function accepts(schema: Schema | undefined, key: string): boolean {
  return typeof schema?.additionalProperties === 'object' || names(schema, key);
}

function names(schema: Schema | undefined, key: string): boolean {
  return Object.hasOwn(schema?.properties ?? schema?.items?.properties ?? {}, key);
}
