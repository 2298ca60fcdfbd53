/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
}

/** Every fenced block, in order. */
export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    lines: body.split('\n').slice(0, -1),
  }));
}

/** The commands of a `sh` block: its lines without comments. */
export function commandsOf({ lines }: Block): readonly string[] {
  return lines.map((line) => line.replace(/ +#.*$/, '').trim()).filter((line) => line !== '');
}
