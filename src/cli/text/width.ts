import { createRequire } from 'node:module';

import type stringWidth from 'string-width';

let measure: ((text: string) => number) | undefined;

/** How many columns of a terminal the text takes: a Chinese character or an emoji two, an accent none of its own. */
export function widthOf(text: string): number {
  // Nearly every cell is plain ASCII, which needs no tables of widths: they are loaded by the first that is not.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  measure ??= load().default;
  return measure(text);
}

function load(): { readonly default: typeof stringWidth } {
  return createRequire(import.meta.url)('string-width') as { readonly default: typeof stringWidth };
}

/** As much of the text as so many columns hold, with `…` where something is left out. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 1;
  let shown = '';
  for (const character of charactersOf(text)) {
    width += widthOf(character);
    if (width > columns) break;
    shown += character;
  }
  return `${shown}…`;
}

/** The characters of a text, an accent or an emoji with its parts counted as one. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
