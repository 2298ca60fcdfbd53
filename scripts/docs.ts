/**
 * Makes the generated parts of the documents anew: `npm run docs`. With `-- --demo` the demo runs as well, and README.md
 * shows what it printed. Tests fail while any of it is not current.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { withDemo } from './docs/demo-excerpt.ts';
import { render } from './docs/render.ts';
import { DOCUMENTS, SECTIONS } from './docs/sections.ts';

const printed = process.argv.includes('--demo') ? await runDemo() : undefined;
for (const name of DOCUMENTS) {
  const file = resolve(import.meta.dirname, '..', name);
  const before = readFileSync(file, 'utf8');
  const rendered = await render(before, SECTIONS);
  const after = printed === undefined || name !== 'README.md' ? rendered : withDemo(rendered, printed);
  if (after !== before) writeFileSync(file, after);
  process.stdout.write(`${name}: ${after === before ? 'current' : 'written'}\n`);
}

async function runDemo(): Promise<string> {
  const script = resolve(import.meta.dirname, 'demo.ts');
  // As a shell shows it: progress goes to stderr, between the lines of stdout.
  const { stdout } = await promisify(execFile)('bash', ['-c', '"$0" "$1" 2>&1', process.execPath, script]);
  return stdout;
}
