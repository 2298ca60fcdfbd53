const MARKED = /(<!-- generated: ([a-z ]+) -->\n)([^]*?)(<!-- \/generated -->)/g;

/**
 * The document with its generated parts made anew. A part stands between `<!-- generated: NAME -->` and
 * `<!-- /generated -->`. Throws for a name that no section has, and for a document without any.
 */
export async function render(text: string, sections: Readonly<Record<string, () => Promise<string>>>): Promise<string> {
  const parts = [...text.matchAll(MARKED)];
  if (parts.length === 0) throw new Error('the document has no generated part');
  let result = text;
  for (const [whole, open, name = '', , close] of parts) {
    const section = sections[name];
    if (section === undefined) throw new Error(`there is no generated part "${name}"`);
    const made = `${open}${await section()}\n${close}`;
    // As a function: examples of shells are full of dollar signs.
    result = result.replace(whole, () => made);
  }
  return result;
}
