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

for (const name of DOCUMENTS) await rewrite(name, (text) => render(text, SECTIONS));
if (process.argv.includes('--demo')) {
  const printed = await runDemo();
  await rewrite('README.md', async (text) => withDemo(text, printed));
}

async function rewrite(name: string, making: (text: string) => Promise<string>): Promise<void> {
  const file = resolve(import.meta.dirname, '..', name);
  const before = readFileSync(file, 'utf8');
  const after = await making(before);
  if (after !== before) writeFileSync(file, after);
  process.stdout.write(`${name}: ${after === before ? 'current' : 'written'}\n`);
}

async function runDemo(): Promise<string> {
  const script = resolve(import.meta.dirname, 'demo.ts');
  // As a shell shows it: progress goes to stderr, between the lines of stdout.
  const { stdout } = await promisify(execFile)('bash', ['-c', '"$0" "$1" 2>&1', process.execPath, script]);
  return stdout;
}
