import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

import type { Terminal } from './terminal.ts';

/** Each question takes the next line of the same input. */
const piped = new WeakMap<NodeJS.ReadableStream, AsyncIterator<string>>();

/**
 * Asks for one line. On a terminal the question is shown, and a secret is not echoed; elsewhere the next line of
 * standard input is the answer, and empty when there is none.
 */
export async function ask(terminal: Terminal, question: string, { secret }: { secret: boolean }): Promise<string> {
  if (!terminal.stdin.isTTY) {
    const lines = piped.get(terminal.stdin) ?? createInterface({ input: terminal.stdin })[Symbol.asyncIterator]();
    piped.set(terminal.stdin, lines);
    const line = await lines.next();
    return line.done === true ? '' : line.value;
  }
  terminal.stderr.write(question);
  const output = secret ? silent() : terminal.stderr;
  const lines = createInterface({ input: terminal.stdin, output, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    if (secret) terminal.stderr.write('\n');
  }
}

function silent(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
