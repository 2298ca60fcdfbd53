const OPEN = '```console\n$ npm run demo\n';
const CLOSE = '\n```';

/** From the line that has `from` up to, and without, the one that has `to`; with `lines`, so many lines. */
type Part = { readonly from: string } & ({ readonly to: string } | { readonly lines: number });

/** What README.md shows of the demo, in order; `…` stands between two parts that do not touch. */
const PARTS: readonly Part[] = [
  { from: '# starting PostgreSQL', to: 'replica 1 ' },
  { from: 'OK 3/3 ready in', to: 'depl_hello ' },
  { from: 'OK 3/3 ready in', to: 'depl_hello saved' },
  { from: 'depl_hello saved: 3 of def_hello_v1', lines: 9 },
  { from: 'depl_hello saved: 3 of def_hello_v2', lines: 6 },
  { from: '# and how things are', to: '$ oo events' },
  { from: 'depl_hello is removed', lines: 3 },
];

/** The document with its block of the demo made from what the demo printed. Throws when a part is not in there. */
export function withDemo(document: string, printed: string): string {
  const lines = printed.split('\n').map((line) => line.trimEnd());
  const find = (words: string, from: number): number => {
    const index = lines.findIndex((line, at) => at >= from && line.includes(words));
    if (index < 0) throw new Error(`the demo did not print "${words}"`);
    return index;
  };
  const shown: string[] = [];
  let end = 0;
  for (const part of PARTS) {
    const start = find(part.from, end);
    if (shown.length > 0 && start > end) shown.push('…');
    end = 'to' in part ? find(part.to, start + 1) : start + part.lines;
    shown.push(...lines.slice(start, end));
  }
  const at = document.indexOf(OPEN);
  if (at < 0) throw new Error('the document has no block of the demo');
  const from = at + OPEN.length;
  return `${document.slice(0, from)}${shown.join('\n')}${document.slice(document.indexOf(CLOSE, from))}`;
}
