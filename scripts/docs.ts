/** Makes the generated parts of the documents anew: `npm run docs`. A test fails while they are not current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { render } from './docs/render.ts';
import { DOCUMENTS, SECTIONS } from './docs/sections.ts';

for (const name of DOCUMENTS) {
  const file = resolve(import.meta.dirname, '..', name);
  const before = readFileSync(file, 'utf8');
  const after = await render(before, SECTIONS);
  if (after !== before) writeFileSync(file, after);
  process.stdout.write(`${name}: ${after === before ? 'current' : 'written'}\n`);
}
